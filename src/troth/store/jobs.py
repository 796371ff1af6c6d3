"""Jobs: work that is done after the transaction that asked for it, and work that comes round.

`enqueue(tx, name, arguments, key=None, run_at=None)` is part of the caller's transaction: what
is rolled back never runs. A worker (`store.jobs_worker`) takes a job under a lease and runs
`function(tx, **arguments)` in one transaction together with marking it done, so whenever the
process is killed, the job has either happened once or not at all, and then it is taken again.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models.functions import Least
from msgspec import Struct

from troth.policy.words import Message, mark
from troth.store import jobs_wake
from troth.store.idempotent import forget_answers
from troth.store.models import (
    DONE,
    KEY_LENGTH_MAX,
    RUNNING,
    SENT,
    UNFINISHED,
    WAITING,
    OutboxRow,
    QueuedJob,
    Signal,
)
from troth.store.signals import raise_signal
from troth.store.transaction import Tx

ARGUMENTS_BYTES_MAX: Final = 2_000
ATTEMPTS: Final = 8
WITHIN: Final = timedelta(minutes=10)
NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\.[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""`package.what-it-does`."""
PERIODIC: Final = "periodic"
"""The key of the one row that stands for a periodic job."""
UNKNOWN: Final = "job-unknown"
TRIES: Final = 20
DONE_KEPT: Final = timedelta(days=7)
ENDED_KEPT: Final = timedelta(days=90)
"""Jobs that failed or were let go, what couldn't be delivered, and closed signals."""
SWEPT_ROWS_MAX: Final = 10_000


class Job(Struct, frozen=True, kw_only=True):
    """A kind of job: its name, what it does in one sentence, and the function that does it.

    With a `period` it runs by itself, once a period. With `outside` its effects are not rows of
    this database (keys, files, mail): it is given a `Step` instead of a transaction, may be run
    again after a kill, and must come to the same. Without, it should be short: on SQLite nobody
    else writes meanwhile. After `attempts` tries it has failed; a run that lasts longer than
    `within` loses its lease.
    """

    name: str
    what: Message
    function: Callable[..., Any]
    period: timedelta | None = None
    outside: bool = False
    attempts: int = ATTEMPTS
    within: timedelta = WITHIN


Table = Mapping[str, Job]


class UnknownJobError(ValueError):
    """No job has that name."""


class ArgumentsError(ValueError):
    """The arguments are too large, or no JSON."""


def table_of(jobs: Iterable[Job]) -> Table:
    """Return jobs by name. Raises ValueError on a name that occurs twice or is none."""
    table: dict[str, Job] = {}
    for job in jobs:
        if not NAME.fullmatch(job.name):
            raise ValueError(f"a job's name is written package.what-it-does, not {job.name}")
        if job.name in table:
            raise ValueError(f"two jobs are called {job.name}")
        table[job.name] = job
    return table


_known: dict[str, Job] = {}


def hand_over(table: Table) -> None:
    """Take the table of all jobs: from here on `enqueue` refuses a name that isn't in it."""
    _known.clear()
    _known.update(table)


def enqueue(
    tx: Tx,
    name: str,
    arguments: Mapping[str, Any] | None = None,
    key: str | None = None,
    run_at: datetime | None = None,
) -> None:
    """Have a job done once this transaction is committed, or from `run_at` on.

    Of one `key` there is one unfinished job: asking again while it waits is the same asking (the
    earlier time counts, its arguments stay); asking while it runs makes it run once more.
    """
    if not NAME.fullmatch(name) or (_known and name not in _known):
        raise UnknownJobError(name)
    told = _checked(arguments or {})
    if key is not None and not 0 < len(key) <= KEY_LENGTH_MAX:
        raise ArgumentsError(f"a key has 1 to {KEY_LENGTH_MAX} characters")
    due_at = run_at or tx.now
    if not _asked_already(tx, name, key, told, due_at):
        raise ArgumentsError(f"the key of {name} is taken and let go too fast")
    transaction.on_commit(jobs_wake.wake, using=tx.alias, robust=True)


def _checked(arguments: Mapping[str, Any]) -> dict[str, Any]:
    try:
        text = json.dumps(dict(arguments), allow_nan=False)
    except (TypeError, ValueError):
        raise ArgumentsError("arguments are JSON: texts, numbers, lists, yes and no") from None
    if len(text) > ARGUMENTS_BYTES_MAX:
        raise ArgumentsError(f"arguments are larger than {ARGUMENTS_BYTES_MAX} bytes")
    return dict(arguments)


def _asked_already(
    tx: Tx, name: str, key: str | None, arguments: dict[str, Any], due_at: datetime
) -> bool:
    """Write the job, or bring the unfinished one of its key up to date; tell whether one stands.

    Bringing it up to date also holds its row until our commit, so that no worker starts it before
    and misses what we change.
    """
    rows = QueuedJob.objects.using(tx.alias)
    for _ in range(TRIES):
        if key is not None:
            same = rows.filter(name=name, key=key)
            if same.filter(state=WAITING).update(due_at=Least("due_at", due_at)):
                return True
            if same.filter(state=RUNNING).update(again=True):
                return True
        try:
            with transaction.atomic(using=tx.alias):
                rows.create(
                    name=name, arguments=arguments, key=key, due_at=due_at, created_at=tx.now
                )
        except IntegrityError:  # the key was taken since we looked
            continue
        return True
    return False


def plan(tx: Tx, table: Table) -> None:
    """Bring the rows of periodic jobs up to date, and tell of jobs that nobody knows any more."""
    rows = QueuedJob.objects.using(tx.alias)
    standing = {row.name: row for row in rows.filter(key=PERIODIC, state__in=UNFINISHED)}
    for job in table.values():
        if job.period is None:
            continue
        seconds, row = job.period.total_seconds(), standing.get(job.name)
        if row is None:
            try:
                with transaction.atomic(using=tx.alias):
                    rows.create(
                        name=job.name, key=PERIODIC, period_seconds=seconds,
                        due_at=tx.now, created_at=tx.now,
                    )  # fmt: skip
            except IntegrityError:
                continue  # another process plans at the same time
        elif row.period_seconds != seconds:
            earlier = Least("due_at", tx.now + job.period)
            rows.filter(pk=row.pk, state=WAITING).update(due_at=earlier)
            rows.filter(pk=row.pk).update(period_seconds=seconds)
    unknown = rows.filter(state=WAITING, period_seconds=None).exclude(name__in=list(table))
    for name in unknown.values_list("name", flat=True).distinct()[:SWEPT_ROWS_MAX]:
        raise_signal(tx, UNKNOWN, name, {"job": name})


def sweep(tx: Tx) -> None:
    """Drop what has ended long ago, so many rows at a time; the next round drops the rest."""
    done, ended = tx.now - DONE_KEPT, tx.now - ENDED_KEPT
    jobs = QueuedJob.objects.using(tx.alias)
    outbox = OutboxRow.objects.using(tx.alias)
    signals = Signal.objects.using(tx.alias)
    for old in (
        jobs.filter(state=DONE, finished_at__lt=done),
        jobs.exclude(state__in=UNFINISHED).filter(finished_at__lt=ended),
        jobs.filter(state=WAITING, due_at__lt=ended).exclude(period_seconds=None),
        outbox.filter(state=SENT, ended_at__lt=ended),
        outbox.exclude(state__in=(WAITING, SENT)).filter(ended_at__lt=ended),
        signals.filter(closed_at__lt=ended),
    ):
        old.filter(pk__in=list(old.values_list("pk", flat=True)[:SWEPT_ROWS_MAX])).delete()


JOBS: Final[tuple[Job, ...]] = (
    Job(
        name="store.sweep",
        what=Message(
            mark("Drops the rows of jobs and messages that ended long ago, and closed signals.")
        ),
        function=sweep,
        period=timedelta(hours=1),
    ),
    Job(
        name="store.forget-answers",
        what=Message(
            mark("Drops the answers that were kept for a day for calls that are made twice.")
        ),
        function=forget_answers,
        period=timedelta(hours=1),
    ),
)
