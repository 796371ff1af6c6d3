"""Jobs and signals in the active language: what comes round, what failed, what to look at."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext, gettext_noop, ngettext
from msgspec import Struct

from troth.access import alerts
from troth.access.actions import NEW_OWNER
from troth.access.sign_in import FAILURES
from troth.store.jobs import UNKNOWN, Table
from troth.store.jobs_ahead import waits_too_long
from troth.store.jobs_lease import JOB_FAILED
from troth.store.jobs_seen import Counts, Seen, counts, failed_jobs, periodic
from troth.store.models import RUNNING, QueuedJob, Signal
from troth.store.outbox import OUTBOX_DEAD
from troth.store.signals import OVERFLOW, open_signals

LATE: Final = timedelta(minutes=2)
"""From then on nobody seems to do what is due."""

TOLD: Final[Mapping[str, str]] = {
    JOB_FAILED: gettext_noop("The job %(job)s failed (%(error)s)."),
    UNKNOWN: gettext_noop("The job %(job)s waits, and this release does not know it."),
    OUTBOX_DEAD: gettext_noop(
        "A message of kind %(kind)s could not be delivered (%(error)s); it is row %(row)s."
    ),
    NEW_OWNER: gettext_noop(
        "A link for one more owner was made at the server itself. If nobody here asked for it,"
        " speak to whoever runs the server."
    ),
    FAILURES: gettext_noop(
        "Somebody has failed to sign in too often, for one handle or from one address, and has to"
        " wait. If that goes on, somebody is guessing."
    ),
    alerts.VOLUME: gettext_noop("%(member)s has viewed more values in an hour than is usual."),
    alerts.BREADTH: gettext_noop("%(member)s has viewed more persons in a day than is usual."),
    alerts.HOURS: gettext_noop("%(member)s has viewed something outside working hours."),
    alerts.NO_CASE: gettext_noop(
        "%(member)s has viewed a person whom no case is about and no grant names."
    ),
    OVERFLOW: gettext_noop(
        "More than %(keys)s different signals of kind %(kind)s are open; this one counts the rest."
    ),
}


class Round(Struct, frozen=True):
    """A periodic job as it is shown; `outcome` is `done`, `failed`, `running` or `never`."""

    name: str
    what: str
    every: str
    last_at: datetime | None
    next_at: datetime | None
    outcome: str
    error: str
    took_ms: int | None
    late: bool


class Failed(Struct, frozen=True):
    """A job that failed, with what may be done about it."""

    id: int
    name: str
    what: str
    arguments: str
    error: str
    tries: int
    at: datetime | None


class Told(Struct, frozen=True):
    """An open signal in words."""

    id: int
    kind: str
    text: str
    times: int
    first_at: datetime
    last_at: datetime


class JobsPage(Struct, frozen=True):
    """The whole page; `turned_to` is the page of signals it shows, "" for the first."""

    counts: Counts
    rounds: Sequence[Round]
    failed: Sequence[Failed]
    signals: Sequence[Told]
    signals_count: int
    turned_to: str
    older: int | None
    newer: int | None

    @property
    def asleep(self) -> bool:
        """Tell whether jobs are due that nobody does."""
        return any(one.late for one in self.rounds)


def jobs_page(alias: str, table: Table, now: datetime, page: int) -> JobsPage:
    """Return what is shown of jobs, and a page of the open signals."""
    signals = open_signals(alias, page=page)
    return JobsPage(
        counts(alias),
        [_round(seen, now) for seen in periodic(alias, table)],
        [_failed(row, table) for row in failed_jobs(alias)],
        [told(signal) for signal in signals.rows],
        signals.count,
        str(signals.page) if signals.page > 1 else "",
        signals.page + 1 if signals.page < signals.pages else None,
        signals.page - 1 if signals.page > 1 else None,
    )


def _round(seen: Seen, now: datetime) -> Round:
    job, row = seen.job, seen.row
    every = "" if job.period is None else _every(job.period)
    what = job.what.render(gettext)
    if row is None:
        return Round(job.name, what, every, None, None, "never", "", None, late=True)
    ahead = waits_too_long(row, now)  # a worker puts it right within moments
    due_at = now if ahead else row.due_at
    return Round(
        job.name,
        what,
        every,
        row.started_at,
        None if row.state == RUNNING else due_at,
        _outcome(row),
        row.last_error,
        row.took_ms,
        late=ahead or due_at < now - LATE,
    )


def _outcome(row: QueuedJob) -> str:
    if row.state == RUNNING:
        return RUNNING
    if row.last_error:
        return "failed"
    return "never" if row.finished_at is None else "done"


def _failed(row: QueuedJob, table: Table) -> Failed:
    job = table.get(row.name)
    what = "" if job is None else job.what.render(gettext)
    about = ", ".join(f"{name}: {value}" for name, value in row.arguments.items())
    return Failed(row.pk, row.name, what, about, row.last_error, row.attempts, row.finished_at)


def told(signal: Signal) -> Told:
    """Return a signal in words."""
    about: dict[str, Any] = signal.about
    try:
        text = gettext(TOLD[signal.kind]) % about
    except (KeyError, TypeError):  # a kind of somebody else's, or of another release
        text = ", ".join(f"{name}: {value}" for name, value in about.items()) or signal.key
    return Told(signal.pk, signal.kind, text, signal.times, signal.first_at, signal.last_at)


def _every(period: timedelta) -> str:
    seconds = round(period.total_seconds())
    if seconds % 86_400 == 0:
        count = seconds // 86_400
        return ngettext("every day", "every %(count)s days", count) % {"count": count}
    if seconds % 3_600 == 0:
        count = seconds // 3_600
        return ngettext("every hour", "every %(count)s hours", count) % {"count": count}
    if seconds % 60 == 0:
        count = seconds // 60
        return ngettext("every minute", "every %(count)s minutes", count) % {"count": count}
    return ngettext("every second", "every %(count)s seconds", seconds) % {"count": seconds}
