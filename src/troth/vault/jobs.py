"""What the vault does by itself: a new generation every week, so that erasure is final."""

from datetime import timedelta
from typing import Final

from django.conf import settings

from troth import vault
from troth.policy.words import Message, mark
from troth.store.jobs import Job
from troth.store.jobs_worker import Step

PERIOD: Final = timedelta(hours=6)


def rotate_when_due(step: Step) -> None:
    """Begin the next generation when this one is old enough, or go on with one cut short.

    How old one is that began by a clock that was ahead nobody knows: it is old enough.
    """
    due = timedelta(days=settings.TROTH_GENERATION_DAYS) - PERIOD
    if not timedelta(0) <= vault.generation_age(step.now) < due:
        vault.rotate_generation()


JOBS: Final[tuple[Job, ...]] = (
    Job(
        name="vault.rotate-generation",
        what=Message(
            mark(
                "Wraps all keys by a new generation key once a week and destroys the old one:"
                " what was erased is then gone from every copy."
            )
        ),
        function=rotate_when_due,
        period=PERIOD,
        within=timedelta(hours=2),
        outside=True,
    ),
)
