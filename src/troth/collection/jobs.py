"""Jobs of collection."""

from datetime import timedelta
from typing import Final

from troth.collection.models import Refusal
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.store.jobs import Job

REFUSALS_KEPT: Final = timedelta(days=400)
"""A year, and some weeks to compare it with the one before."""
ROWS_MAX: Final = 10_000


def forget_refusals(tx: Tx) -> None:
    """Drop the counts of refusals of long ago, so many rows at a time."""
    rows = Refusal.objects.using(tx.alias)
    old = rows.filter(day__lt=(tx.now - REFUSALS_KEPT).date()).values_list("pk", flat=True)
    rows.filter(pk__in=list(old[:ROWS_MAX])).delete()


JOBS: Final[tuple[Job, ...]] = (
    Job(
        name="collection.forget-refusals",
        what=Message(mark("Drops the counts of refused calls of more than 400 days ago.")),
        function=forget_refusals,
        period=timedelta(days=1),
    ),
)
