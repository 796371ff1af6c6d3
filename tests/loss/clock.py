"""A clock that jumps, for the process it is asked in: what the product reads as the time."""

import sys
import time
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

_shift = timedelta()
_real_time, _real_time_ns = time.time, time.time_ns


class _Anyone(type):
    """Real moments count as moments of the clock that jumps."""

    def __instancecheck__(cls, other: object) -> bool:
        return isinstance(other, datetime)


class Jumping(datetime, metaclass=_Anyone):
    """The moments of a clock that jumps; what it returns are plain ones."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        """Return the shifted moment."""
        return datetime.now(tz or UTC) + _shift


def shift(asked: Any) -> Any:
    """Let the clock be so many seconds off from now on; tell what it then says."""
    global _shift  # noqa: PLW0603 - one clock a process
    _shift = timedelta(seconds=asked["shift_s"])
    time.time = lambda: _real_time() + _shift.total_seconds()
    time.time_ns = lambda: _real_time_ns() + int(_shift.total_seconds()) * 1_000_000_000
    for name, module in list(sys.modules.items()):
        ours = name.startswith(("troth.", "django.")) and module is not None
        if ours and vars(module).get("datetime") is datetime:
            vars(module)["datetime"] = Jumping
    return {"now": Jumping.now(UTC).isoformat()}
