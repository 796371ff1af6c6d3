"""A file is gone through twice: all of it is checked first, then taken in, batch by batch.

`check(job, source, tell) -> Tally`           nothing is kept of it
`take(job, source, tell, aside) -> Tally`     raises StoppedError
A batch is one transaction. What was taken in before is known again, so a file may be imported once
more after a kill.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import BinaryIO, Final, Generic, Protocol, TypeVar

from django.db import connections
from msgspec import Struct, field

from troth import vault
from troth.intake.faults import Fault, UnreadableError
from troth.intake.tables import Bad, Form, Row, Table, read
from troth.intake.twice import Twice, twice
from troth.policy.words import Message, mark
from troth.store import SYSTEM, Store, Tx, rehearse, transact

FAULTS_TOLD_MAX: Final = 50
REST_SECONDS: Final = 0.03
"""After each transaction on SQLite, so that a server beside it has its turn."""
NEW: Final = "new"
Tell = Callable[[int], None]
"""Told how many bytes of the file are done."""


class Parsed(Protocol):
    """A row as it was meant: where it begins, and its bytes as they stand."""

    @property
    def line(self) -> int:
        """The line it begins at, from 1."""

    @property
    def raw(self) -> bytes:
        """What stands in the file."""


Wanted = TypeVar("Wanted", bound=Parsed)
Parse = Callable[[Row], Wanted | Fault]


class Done(Struct, frozen=True):
    """What became of a batch: counts by name, who is new, and which rows can't be."""

    counts: Mapping[str, int]
    new: Collection[str] = ()
    faults: Sequence[tuple[Fault, bytes]] = ()

    def __repr__(self) -> str:
        return f"Done({self.counts})"


class Job(Protocol[Wanted]):
    """What is imported, and how: a kind of file."""

    form: Form
    at_once: int

    def begin(self, tx: Tx, table: Table) -> Parse[Wanted] | list[Fault]:
        """Return how rows are read, or what of the whole file can't be."""

    def said(self, wanted: Wanted) -> Sequence[tuple[str, ...]]:
        """Return what may be said once in a file."""

    def weigh(self, tx: Tx, batch: Sequence[Wanted]) -> Done:
        """Tell what would become of rows. What it writes is undone."""

    def take(self, tx: Tx, batch: Sequence[Wanted]) -> Done:
        """Take rows in, but for those that can't be."""


class Tally(Struct):
    """What became of a file: rows read, counts by name, what can't be and how often why.

    `fatal`: not single rows but the file can't be, so that no row of it is taken in.
    """

    rows: int = 0
    new: int = 0
    fatal: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def bad(self) -> int:
        """How many rows can't be."""
        return self.reasons.total()

    def note(self, fault: Fault) -> None:
        """Remember what can't be; of many the first alone are told."""
        self.reasons[fault.code] += 1
        if len(self.faults) < FAULTS_TOLD_MAX:
            self.faults.append(fault)


class BatchError(Exception):
    """A batch can't be taken in, for this row of it; so nothing of it is."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.code)


class StoppedError(Exception):
    """A row can't be taken in though it could when it was checked; all before it was."""

    def __init__(self, fault: Fault, tally: Tally) -> None:
        self.fault, self.tally = fault, tally
        super().__init__(fault.code)


class _Pass(Generic[Wanted]):
    """One way through a file."""

    def __init__(self, job: Job[Wanted], source: BinaryIO, tell: Tell) -> None:
        self.job, self.source, self.tell = job, source, tell
        self.tally, self.head = Tally(), b""

    def batches(self, seen: Twice) -> Iterator[tuple[list[Wanted], list[tuple[Fault, bytes]]]]:
        """Yield rows some hundreds at a time: those that could be read, and those that can't be."""
        self.source.seek(0)
        table = read(self.source, self.job.form)
        self.head = table.head
        parse = rehearse(SYSTEM, self.job.begin, table)
        if isinstance(parse, list):
            raise UnreadableError(*parse)
        batch: list[Wanted] = []
        bad: list[tuple[Fault, bytes]] = []
        for row in table.rows:
            self.tally.rows += 1
            found = row.fault if isinstance(row, Bad) else self._once(parse(row), seen)
            if isinstance(found, Fault):
                bad.append((found, row.raw))
            else:
                batch.append(found)
            if len(batch) + len(bad) >= self.job.at_once:
                yield batch, bad
                batch, bad = [], []
                self.tell(self.source.tell())
        if batch or bad:
            yield batch, bad

    def _once(self, found: Wanted | Fault, seen: Twice) -> Wanted | Fault:
        """Refuse what an earlier line has said."""
        if isinstance(found, Fault):
            return found
        for said in self.job.said(found):
            first = seen.first(*said, line=found.line)
            if first != found.line:
                says = mark("This was said in line %(line)s already.")
                return Fault(found.line, "subject", "twice", Message(says, {"line": first}))
        return found

    def add(self, done: Done, seen: Twice) -> None:
        """Count what became of a batch; somebody who is new in two of them is so once."""
        self.tally.counts.update(done.counts)
        self.tally.new += sum(seen.fresh(NEW, one, "") for one in done.new)


def check(job: Job[Wanted], source: BinaryIO, tell: Tell) -> Tally:
    """Tell what would become of a file; nothing of it is kept."""
    going = _Pass(job, source, tell)
    tally = going.tally
    try:
        with twice() as seen:
            for batch, bad in going.batches(seen):
                done = rehearse(SYSTEM, job.weigh, batch)
                going.add(done, seen)
                for fault, _ in _in_order(bad, done.faults):
                    tally.note(fault)
                _rest()
    except UnreadableError as error:
        tally.fatal = True
        for fault in error.faults:
            tally.note(fault)
    return tally


def take(job: Job[Wanted], source: BinaryIO, tell: Tell, aside: BinaryIO | None) -> Tally:
    """Take a file in, one transaction a batch; rows that can't be are written aside.

    Without a place for those, the first of them ends it: nothing of its batch is kept.
    """
    going = _Pass(job, source, tell)
    tally = going.tally
    try:
        with twice() as seen:
            for batch, bad in going.batches(seen):
                done = transact(_take, job, batch, bad, whole=aside is None)
                going.add(done, seen)
                for fault, raw in _in_order(bad, done.faults):
                    if aside is not None:
                        _put(aside, raw, b"" if tally.bad else going.head)
                    tally.note(fault)
                _rest()
    except BatchError as error:
        raise StoppedError(error.fault, tally) from error
    except UnreadableError as error:
        raise StoppedError(error.faults[0], tally) from error
    return tally


def _put(aside: BinaryIO, raw: bytes, head: bytes) -> None:
    """Write a row as it stands, after the head of its file if it is the first."""
    aside.write(head)
    aside.write(raw if raw.endswith(b"\n") else raw + b"\n")


def _in_order(
    bad: Sequence[tuple[Fault, bytes]], more: Sequence[tuple[Fault, bytes]]
) -> list[tuple[Fault, bytes]]:
    return sorted([*bad, *more], key=lambda one: one[0].line)


def _take(
    tx: Tx,
    job: Job[Wanted],
    batch: Sequence[Wanted],
    bad: Sequence[tuple[Fault, bytes]],
    *,
    whole: bool,
) -> Done:
    done = job.take(tx, batch)
    wrong = _in_order(bad, done.faults)
    if whole and wrong:
        raise BatchError(wrong[0][0])
    return done


def _rest() -> None:
    """After each batch: hold nobody's key any longer, and let others write."""
    vault.forget_keys()
    if connections[Store().alias].vendor == "sqlite":
        time.sleep(REST_SECONDS)
