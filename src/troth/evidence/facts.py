"""What is stored of examinations and proofs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max

from troth.evidence.combine import DAYS_SHOWN, Known
from troth.evidence.discovery import discover, planned
from troth.evidence.marks import Run
from troth.evidence.models import Examination, Proof
from troth.policy.promise import Control, Cursor

AHEAD: Final = timedelta(days=1)
"""How far ahead an examination may lie, as one that began later may be stored before. Beyond it a
clock was wrong then, and until the day it told nothing would be examined any more."""
Caught = Mapping[tuple[str, str], datetime]
"""When each (control, sabotage) was last caught."""


def known(alias: str, at: datetime) -> Known:
    """Load what is known of all controls at a time, in two queries."""
    first_day = at.date() - timedelta(days=DAYS_SHOWN - 1)
    runs: dict[str, list[Run]] = {}
    for row in Examination.objects.using(alias).filter(day__gte=first_day, began_at__lte=at):
        runs.setdefault(row.control, []).append(row.as_run())
    return Known(
        at=at,
        built={control.name: control for control in discover()},
        planned={control.name: control for control in planned()},
        runs=runs,
        caught=last_caught(alias, at),
    )


def last_caught(alias: str, at: datetime) -> Caught:
    """Return when each sabotage was last caught, up to a time."""
    rows = (
        Proof.objects.using(alias)
        .filter(caught=True, at__lte=at)
        .values_list("control", "sabotage")
        .annotate(Max("at"))
    )
    return {(control, sabotage): last for control, sabotage, last in rows}


def cursor_of(alias: str, control: Control, now: datetime) -> Cursor | None:
    """Return where a control may go on; None where it must look at everything.

    It may go on from an examination that found nothing wrong, until its full scan is due.
    """
    row = newest(alias, control.name, now)
    if control.resume is None or row is None or row.verdict != "kept" or row.full_at is None:
        return None
    return row.cursor if -AHEAD <= now - row.full_at < control.full_scan else None


def newest(alias: str, control: str, now: datetime) -> Examination | None:
    """Return the newest examinations of a control; none that lie far ahead."""
    found = Examination.objects.using(alias).filter(control=control, at__lte=now + AHEAD)
    return found.order_by("-at", "-id").first()


def last_examined(alias: str, now: datetime) -> dict[str, datetime]:
    """Return when each control was last examined."""
    found = Examination.objects.using(alias).filter(at__lte=now + AHEAD)
    return dict(found.order_by().values_list("control").annotate(Max("at")))
