"""Leases: who has a job in hand, for how long, and what becomes of it.

A taking writes a random `lease` into the row. Whatever ends the job asks for that very lease, in
the transaction of the job's effects: who lost it changes nothing.
"""

import math
import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import BooleanField, Case, DateTimeField, F, Q, Value, When
from msgspec import Struct

from troth.store.jobs import Job, Table
from troth.store.models import (
    DONE,
    ERROR_LENGTH_MAX,
    FAILED,
    LEASE_LENGTH,
    RUNNING,
    UNFINISHED,
    WAITING,
    QueuedJob,
)
from troth.store.signals import close_all, raise_signal
from troth.store.transaction import Tx

LEASE: Final = timedelta(seconds=60)
"""How long a job is left alone after the last sign of life of its worker."""
BACK_OFF_SECONDS: Final = 5.0
BACK_OFF_SECONDS_MAX: Final = 3600.0
JOB_FAILED: Final = "job-failed"
"""The kind of signal; its key is the job's name."""
LOST: Final = "LeaseLostError"


class LeaseLostError(Exception):
    """Another worker may have the job by now: nothing of this run counts."""


class Taken(Struct, frozen=True):
    """A job in hand."""

    id: int
    name: str
    arguments: dict[str, Any]
    lease: str
    attempts: int
    started_at: datetime
    period_seconds: float | None
    last_error: str


def next_due(alias: str, table: Table) -> datetime | None:
    """Return when the next job is due, looking without a lock: an idle store is left alone."""
    rows = QueuedJob.objects.using(alias).filter(state__in=UNFINISHED, name__in=list(table))
    return rows.order_by("due_at").values_list("due_at", flat=True).first()


def take(tx: Tx, table: Table) -> Taken | None:
    """Take the job that has been due longest, of those this process knows."""
    rows = QueuedJob.objects.using(tx.alias)
    due = rows.filter(state__in=UNFINISHED, due_at__lte=tx.now, name__in=list(table))
    while True:
        row = due.select_for_update(skip_locked=True).order_by("due_at", "id").first()
        if row is None:
            return None
        job = table[row.name]
        if row.attempts < job.attempts:
            break
        # it has been taken as often as it may, and took its worker with it each time
        _fail(tx, rows.filter(pk=row.pk), row.name, row.period_seconds, LOST)
    lease = secrets.token_hex(LEASE_LENGTH // 2)
    rows.filter(pk=row.pk).update(
        state=RUNNING, lease=lease, due_at=tx.now + LEASE, heartbeat_at=tx.now, started_at=tx.now,
        attempts=F("attempts") + 1, again=False,
    )  # fmt: skip
    return Taken(
        row.pk, row.name, row.arguments, lease, row.attempts + 1, tx.now, row.period_seconds,
        row.last_error,
    )  # fmt: skip


def extend(tx: Tx, taken: Taken) -> None:
    """Give a sign of life. Raises LeaseLostError."""
    if not _held(tx, taken).update(due_at=tx.now + LEASE, heartbeat_at=tx.now):
        raise LeaseLostError


def finish(tx: Tx, taken: Taken, took_ms: int) -> None:
    """Mark a job done, or due again if it is periodic or was asked for meanwhile.

    Raises LeaseLostError, which undoes the job's effects where they are of this transaction.
    """
    begun_at = min(taken.started_at, tx.now)  # the clock may have been put back meanwhile
    if taken.period_seconds is None:
        ended, next_at = DONE, begun_at
    else:
        ended, next_at = WAITING, begun_at + timedelta(seconds=taken.period_seconds)
    done = _held(tx, taken).update(
        state=_if_again(WAITING, ended),
        due_at=Case(
            When(again=True, then=Value(begun_at, DateTimeField())),
            default=Value(next_at, DateTimeField()),
        ),
        started_at=begun_at, finished_at=begun_at + timedelta(milliseconds=took_ms),
        took_ms=took_ms, attempts=0, last_error="", lease="", again=False,
    )  # fmt: skip
    if not done:
        raise LeaseLostError
    if taken.last_error and taken.period_seconds is not None:
        close_all(tx, JOB_FAILED, taken.name, tx.actor, "done again")


def put_off(tx: Tx, taken: Taken, job: Job, error: str, took_ms: int, jitter: float) -> bool:
    """After a failure: wait and try again, or fail for good; tell whether it has failed.

    `jitter` from 0 to 1 spreads the tries of many. Raises LeaseLostError.
    """
    held = _held(tx, taken)
    if taken.attempts >= job.attempts:
        if not _fail(tx, held, taken.name, taken.period_seconds, error, took_ms):
            raise LeaseLostError
        return True
    due_at = tx.now + timedelta(seconds=delay_seconds(taken.attempts, jitter))
    told = {"last_error": error[:ERROR_LENGTH_MAX], "took_ms": took_ms, "lease": ""}
    if not held.update(state=WAITING, due_at=due_at, again=False, **told):
        raise LeaseLostError
    return False


def give_back(tx: Tx, taken: Taken) -> None:
    """Let others take it at once: this process ends."""
    due_at = min(taken.started_at, tx.now)
    _held(tx, taken).update(state=WAITING, due_at=due_at, lease="", attempts=F("attempts") - 1)


def delay_seconds(attempts: int, jitter: float) -> float:
    """Return for how long to wait after so many tries: twice as long each time, half of it by lot.

    Never more than `BACK_OFF_SECONDS_MAX`.
    """
    doublings = min(attempts - 1, math.ceil(math.log2(BACK_OFF_SECONDS_MAX / BACK_OFF_SECONDS)))
    whole = min(BACK_OFF_SECONDS * 2.0**doublings, BACK_OFF_SECONDS_MAX)
    return whole * (0.5 + jitter / 2)


def _held(tx: Tx, taken: Taken) -> Any:
    rows = QueuedJob.objects.using(tx.alias)
    return rows.filter(pk=taken.id, state=RUNNING, lease=taken.lease)


def _if_again(then: str, otherwise: str) -> Case:
    return Case(When(Q(again=True), then=Value(then)), default=Value(otherwise))


def _fail(
    tx: Tx, rows: Any, name: str, period_seconds: float | None, error: str,
    took_ms: int | None = None,
) -> bool:  # fmt: skip
    """Give up; a periodic job is tried anew when its period comes round."""
    told: dict[str, Any] = {
        "last_error": error[:ERROR_LENGTH_MAX],
        "finished_at": tx.now,
        "took_ms": took_ms,
        "lease": "",
        "again": Value(value=False, output_field=BooleanField()),
    }
    if period_seconds is None:
        failed = rows.update(state=FAILED, **told)
    else:
        due_at = tx.now + timedelta(seconds=period_seconds)
        failed = rows.update(state=WAITING, due_at=due_at, attempts=0, **told)
    if failed:
        raise_signal(tx, JOB_FAILED, name, {"job": name, "error": error})
    return bool(failed)
