"""The clock, and whether somebody has set it: it is compared with how long the machine has run."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

Clock = Callable[[], datetime]

JUMP_SECONDS: Final = 5.0
"""What is less is taken for two looks that were not quite at once."""


def utc_now() -> datetime:
    """Return the clock's time."""
    return datetime.now(UTC)


class Watch:
    """Tells by how much the clock was set since it was last asked."""

    def __init__(self) -> None:
        self._begun: float | None = None

    def jump_seconds(self, now: float) -> float:
        """Return by how many seconds the clock (`now`, since 1970) was set on, or back (below 0).

        0 for nothing, which is also what the first look returns. A machine that slept counts as set
        on: its processes have not seen that time either.
        """
        begun, before = now - time.monotonic(), self._begun
        self._begun = begun
        if before is None or abs(begun - before) < JUMP_SECONDS:
            return 0.0
        return begun - before
