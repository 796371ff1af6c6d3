"""What goes on by itself: assertions that have ended are forgotten."""

from datetime import timedelta
from typing import Final

from troth.policy.words import Message, mark
from troth.sites.assertions import forget
from troth.store.jobs import Job

JOBS: Final[tuple[Job, ...]] = (
    Job(
        name="sites.forget-assertions",
        what=Message(mark("Forgets the identity assertions that were used and have ended.")),
        function=forget,
        period=timedelta(hours=1),
    ),
)
