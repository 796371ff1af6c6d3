"""What was written while a clock was ahead: it does not wait until that date.

`lie_ahead(alias, now) -> bool`           whether there is any, looking without a lock
`put_right(tx) -> int`                    have it wait no longer than it may; how many rows
`waits_too_long(row, now) -> bool`        the same of the row of one periodic job
`spare(tx) -> None`                       after the clock was set on: who lives may show it

A row says by itself how far ahead its time may be: a period, a back-off, a lease. What was asked
for at a later time than that of asking waits for it, whatever the clock does. A lease is never
taken at once, only cut to its usual length: its holder has the time to give a sign of life.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import F, Q, QuerySet

from troth.store import jobs_lease, outbox
from troth.store.locks import try_hold
from troth.store.models import RUNNING, WAITING, OutboxRow, QueuedJob
from troth.store.transaction import Tx

APART: Final = timedelta(seconds=10)
"""How far the clocks of two machines may be apart without either putting the other's rows right."""
BACK_OFF: Final = timedelta(seconds=jobs_lease.BACK_OFF_SECONDS_MAX)
PUTTING_RIGHT: Final = "store.put-right"

Late = tuple["QuerySet[Any]", datetime]
"""Rows that would wait too long, and until when they are to wait."""


def lie_ahead(alias: str, now: datetime) -> bool:
    """Tell whether anything waits longer than it may."""
    return any(rows.exists() for rows, _ in _late(alias, now))


def put_right(tx: Tx) -> int:
    """Have what waits longer than it may be due now, and leases be no longer than they are made."""
    if not try_hold(tx, PUTTING_RIGHT):
        return 0  # another process is at it
    return sum(rows.update(due_at=until) for rows, until in _late(tx.alias, tx.now))


def waits_too_long(row: QueuedJob, now: datetime) -> bool:
    """Tell of a periodic job whether its row waits longer than it may."""
    return row.due_at > now + _wait_max(row) + APART


def spare(tx: Tx) -> None:
    """Let every lease last as if its holder had just given a sign of life.

    Where the clock was set on, all seem to have ended; whose holder is gone ends a lease later.
    """
    until = tx.now + jobs_lease.LEASE
    QueuedJob.objects.using(tx.alias).filter(state=RUNNING, due_at__lt=until).update(due_at=until)


def _late(alias: str, now: datetime) -> list[Late]:
    return [*_late_jobs(alias, now), *_late_parcels(alias, now)]


def _late_jobs(alias: str, now: datetime) -> list[Late]:
    after, rows = now + APART, QueuedJob.objects.using(alias)
    waiting = rows.filter(state=WAITING, due_at__gt=after)
    periodic = waiting.exclude(period_seconds=None)
    once = waiting.filter(period_seconds=None)
    late = [row.pk for row in periodic if waits_too_long(row, now)]
    begun_ahead = Q(attempts=0, started_at__gt=after)  # given back, or asked for while it ran
    return [
        (periodic.filter(pk__in=late), now),
        (once.filter(_asked_ahead(after) | _put_off_ahead(after) | begun_ahead), now),
        (
            rows.filter(state=RUNNING, due_at__gt=after + jobs_lease.LEASE),
            now + jobs_lease.LEASE,
        ),
    ]


def _late_parcels(alias: str, now: datetime) -> list[Late]:
    lease = timedelta(seconds=outbox.LEASE_SECONDS)
    after, rows = now + APART, OutboxRow.objects.using(alias).filter(state=WAITING)
    free = rows.filter(lease="", due_at__gt=after)
    return [
        (free.filter(_asked_ahead(after) | _put_off_ahead(after)), now),
        (rows.exclude(lease="").filter(due_at__gt=after + lease), now + lease),
    ]


def _asked_ahead(after: datetime) -> Q:
    """Asked for at once, by a clock that was ahead."""
    return Q(attempts=0, created_at__gt=after, due_at__lte=F("created_at"))


def _put_off_ahead(after: datetime) -> Q:
    return Q(attempts__gt=0, due_at__gt=after + BACK_OFF)


def _wait_max(row: QueuedJob) -> timedelta:
    """Return how far ahead the time of a periodic job may be."""
    if row.state == RUNNING:
        return jobs_lease.LEASE
    if row.attempts:
        return timedelta(seconds=jobs_lease.delay_seconds(row.attempts, 1.0))
    return timedelta(seconds=row.period_seconds or 0.0)
