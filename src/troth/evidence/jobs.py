"""Examining goes on by itself: each control once in its own period."""

from datetime import timedelta
from typing import Final

from troth.evidence.examination import examine_due
from troth.policy.words import Message, mark
from troth.store.jobs import Job
from troth.store.jobs_worker import Step


def examine(step: Step) -> None:
    """Examine the controls that are due; what one process has examined is not due for others."""
    examine_due(step.store, step.now)


JOBS: Final[tuple[Job, ...]] = (
    Job(
        name="evidence.examine",
        what=Message(mark("Examines every control whose period has come round.")),
        function=examine,
        period=timedelta(seconds=15),
        outside=True,  # it reads for long and writes once: no transaction may last that long
    ),
)
