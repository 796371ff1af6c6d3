"""What protection has done by itself."""

from datetime import timedelta
from typing import Final

from troth.policy.words import Message, mark
from troth.protection.canary import plant
from troth.store.jobs import Job

JOBS: Final[tuple[Job, ...]] = (
    Job(
        name="protection.plant-canary",
        what=Message(
            mark("Enrols one made-up person, whose values are then looked for in the clear.")
        ),
        function=plant,
        period=timedelta(days=1),
    ),
)
