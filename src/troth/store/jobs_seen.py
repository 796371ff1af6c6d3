"""What people see of jobs and do with those that failed.

`periodic(alias, table) -> tuple[Seen, …]`    every periodic job, with its last and next run
`counts(alias) -> Counts`                     how many wait, run, have failed
`failed_jobs(alias) -> tuple[QueuedJob, …]`   newest first, at most `FAILED_SHOWN`
`retry(tx, job_id) -> bool`                   have a failed job tried again
`let_go(tx, job_id) -> bool`                  give it up; its row stays for a while
"""

from typing import Final

from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.db.models import Count
from django.db.models.functions import Least
from msgspec import Struct

from troth.store import jobs_wake
from troth.store.jobs import PERIODIC, Job, Table
from troth.store.jobs_lease import JOB_FAILED
from troth.store.models import DROPPED, FAILED, RUNNING, UNFINISHED, WAITING, QueuedJob
from troth.store.signals import close_all
from troth.store.transaction import Tx

FAILED_SHOWN: Final = 100


class Seen(Struct, frozen=True):
    """A periodic job, and its row if a worker has planned it yet."""

    job: Job
    row: QueuedJob | None


class Counts(Struct, frozen=True):
    """How many jobs there are; `waiting` are those that do not come round by themselves."""

    waiting: int
    running: int
    failed: int


def periodic(alias: str, table: Table) -> tuple[Seen, ...]:
    """Return every periodic job of the table, by name."""
    standing = QueuedJob.objects.using(alias).filter(key=PERIODIC, state__in=UNFINISHED)
    rows = {row.name: row for row in standing}
    jobs = sorted((job for job in table.values() if job.period), key=lambda job: job.name)
    return tuple(Seen(job, rows.get(job.name)) for job in jobs)


def counts(alias: str = DEFAULT_DB_ALIAS) -> Counts:
    """Count the jobs that are not done."""
    rows = QueuedJob.objects.using(alias).filter(state__in=(*UNFINISHED, FAILED))
    rows = rows.exclude(state=WAITING, period_seconds__isnull=False)
    found = dict(rows.values_list("state").annotate(Count("id")).order_by())
    return Counts(found.get(WAITING, 0), found.get(RUNNING, 0), found.get(FAILED, 0))


def failed_jobs(alias: str = DEFAULT_DB_ALIAS) -> tuple[QueuedJob, ...]:
    """Return the jobs that failed, the newest first."""
    rows = QueuedJob.objects.using(alias).filter(state=FAILED)
    return tuple(rows.order_by("-finished_at", "-id")[:FAILED_SHOWN])


def retry(tx: Tx, job_id: int) -> bool:
    """Have a failed job tried again from now on; False where it has not failed (any more).

    Where the same key was asked for again meanwhile, that one does it, and this one is let go.
    """
    rows = QueuedJob.objects.using(tx.alias)
    row = rows.select_for_update().filter(pk=job_id, state=FAILED).first()
    if row is None:
        return False
    try:
        with transaction.atomic(using=tx.alias):
            due_at = Least("due_at", tx.now)
            rows.filter(pk=row.pk).update(state=WAITING, due_at=due_at, attempts=0)
    except IntegrityError:
        rows.filter(pk=row.pk).update(state=DROPPED)
    _close_if_none(tx, row.name, "tried again")
    transaction.on_commit(jobs_wake.wake, using=tx.alias, robust=True)
    return True


def let_go(tx: Tx, job_id: int) -> bool:
    """Give a failed job up; False where it has not failed (any more)."""
    rows = QueuedJob.objects.using(tx.alias)
    row = rows.select_for_update().filter(pk=job_id, state=FAILED).first()
    if row is None:
        return False
    rows.filter(pk=row.pk).update(state=DROPPED, finished_at=tx.now)
    _close_if_none(tx, row.name, "let go")
    return True


def _close_if_none(tx: Tx, name: str, reason: str) -> None:
    """Close the signal of a job's name once none of that name has failed."""
    if not QueuedJob.objects.using(tx.alias).filter(name=name, state=FAILED).exists():
        close_all(tx, JOB_FAILED, name, tx.actor, reason)
