"""What goes on by itself: keys that should not be there any more are destroyed."""

from datetime import timedelta
from typing import Final

from troth.people import erasure
from troth.policy.words import Message, mark
from troth.store.jobs import Job
from troth.store.jobs_worker import Step


def sweep(step: Step) -> None:
    """Complete erasures whose key could not be destroyed; erase whom only the key store knows."""
    erasure.finish(step.store)
    erasure.sweep(step.store, step.now - erasure.UNUSED_AFTER)


JOBS: Final[tuple[Job, ...]] = (
    Job(
        name="people.sweep-keys",
        what=Message(
            mark("Destroys the keys that an erasure or an enrolment cut short left behind.")
        ),
        function=sweep,
        period=timedelta(hours=1),
        outside=True,  # keys are destroyed in the key store, one person after the other
    ),
)
