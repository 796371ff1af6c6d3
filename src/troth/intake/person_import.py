"""An operator's own users come in with what the policy declares of them, each once.

Who is known by her id already, with a record of that category, gets another only where it is
asked for: so a file that was cut short may be imported again.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from troth import vault
from troth.collection.actions import take
from troth.collection.deciding import weigh
from troth.collection.given import By, Given, Refused
from troth.collection.holders import having
from troth.consent.rows import read_many
from troth.intake.faults import Fault
from troth.intake.importing import BatchError, Done, Parse
from troth.intake.persons import (
    Draft,
    Meant,
    Wanted,
    columns_of,
    from_cells,
    from_object,
    register,
)
from troth.intake.tables import Form, Table
from troth.people.subjects import find_subjects, make_subjects
from troth.store import Tx
from troth.store.locks import serialise
from troth.vault import PersonId

LOCK: Final = "intake.persons"
RECORDS_AT_ONCE: Final = 500
RECORDS: Final = "records"
KNOWN: Final = "known"
"""What is counted: records taken in, and records left out as there is one already."""


class _Fit(Struct, frozen=True):
    """A row that may be taken in; its subject's id is `stand_in` where she is yet to be made."""

    wanted: Wanted
    drafts: tuple[Draft, ...]
    subject: PersonId
    unmade: bool

    def __repr__(self) -> str:
        return f"Fit({self.wanted.line})"


class PersonImport:
    """The job of a file of persons."""

    def __init__(self, form: Form, meant: Meant, *, again: bool = False) -> None:
        self.form, self.meant, self.again = form, meant, again
        self.at_once = RECORDS_AT_ONCE

    def begin(self, tx: Tx, table: Table) -> Parse[Wanted] | list[Fault]:
        """Hold the columns against the register in force. Raises NoPolicyError."""
        declared, meant = register(tx), self.meant
        if self.form == "jsonl":
            return lambda row: from_object(row, declared, meant)
        columns, faults = columns_of(tx, table, declared, meant)
        return faults or (lambda row: from_cells(row, columns, declared, meant))

    def said(self, wanted: Wanted) -> Sequence[tuple[str, ...]]:
        """Return whose record of which category it is: one of each may be in a file."""
        return [(wanted.subject, draft.category) for draft in wanted.records]

    def weigh(self, tx: Tx, batch: Sequence[Wanted]) -> Done:
        """Tell what would become of rows; no key is made for it."""
        fits, done = self._weighed(tx, batch)
        records = sum(len(fit.drafts) for fit in fits)
        new = {fit.wanted.subject for fit in fits if fit.unmade}
        return Done({**done.counts, RECORDS: records}, new, done.faults)

    def take(self, tx: Tx, batch: Sequence[Wanted]) -> Done:
        """Take rows in, but for those that can't be. Raises BatchError."""
        serialise(tx, LOCK)
        fits, done = self._weighed(tx, batch)
        unmade = dict.fromkeys(fit.wanted.subject for fit in fits if fit.unmade)
        made = make_subjects(tx, unmade)
        lines, given = [], []
        for fit in fits:
            subject = made[fit.wanted.subject] if fit.unmade else fit.subject
            given += [_given(draft, subject) for draft in fit.drafts]
            lines += [(fit.wanted.line, draft) for draft in fit.drafts]
        if given:
            taken = take(tx, given, By())
            if isinstance(taken, Refused):  # which was weighed as fit a moment ago
                raise BatchError(_fault(taken, *lines[taken.row]))
        return Done({**done.counts, RECORDS: len(given)}, made, done.faults)

    def _weighed(self, tx: Tx, batch: Sequence[Wanted]) -> tuple[list[_Fit], Done]:
        known = find_subjects(tx, (one.subject for one in batch))
        asked = {draft.category for one in batch for draft in one.records}
        held = frozenset() if self.again else having(tx, known.values(), asked)
        ids, stand_ins = _ids(batch, known)
        vault.read_keys(tx, known.values())
        read_many(tx, ids.values())
        fits, faults, known_before = [], [], 0
        for one in batch:
            subject = ids[one.subject]
            drafts = tuple(d for d in one.records if (subject, d.category) not in held)
            known_before += len(one.records) - len(drafts)
            fault = _first_fault(tx, one.line, drafts, subject, stand_ins)
            if fault is not None:
                faults.append((fault, one.raw))
            elif drafts:
                fits.append(_Fit(one, drafts, subject, subject in stand_ins))
        return fits, Done({KNOWN: known_before}, faults=faults)


def _ids(
    batch: Sequence[Wanted], known: Mapping[str, PersonId]
) -> tuple[dict[str, PersonId], frozenset[PersonId]]:
    """Return an id for each subject of a batch, and which of them stand in for somebody unmade."""
    ids = dict(known)
    for one in batch:
        if one.subject not in ids:
            ids[one.subject] = vault.new_person()
    return ids, frozenset(ids.values()) - frozenset(known.values())


def _first_fault(
    tx: Tx,
    line: int,
    drafts: tuple[Draft, ...],
    subject: PersonId,
    stand_ins: frozenset[PersonId],
) -> Fault | None:
    unmade = {subject} & stand_ins
    for draft in drafts:
        weighed = weigh(tx, [_given(draft, subject)], unmade)
        if isinstance(weighed, Refused):
            return _fault(weighed, line, draft)
    return None


def _given(draft: Draft, subject: PersonId) -> Given:
    return Given(
        subject,
        draft.category,
        draft.purpose,
        draft.source,
        draft.fields,
        draft.region,
        draft.of_age,
    )


def _fault(refused: Refused, line: int, draft: Draft) -> Fault:
    place, dot, name = refused.at.partition(".")
    at = draft.prefix + name if dot and place == "fields" else place
    return Fault(line, at, refused.code, refused.message, refused.statement)
