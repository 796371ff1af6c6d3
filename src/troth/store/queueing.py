"""Who writes next in this process: whoever has waited longest. For SQLite, which has one writer.

SQLite lets who waits ask again from time to time, so a writer that goes on at once keeps all others
out: under load the sequencer and the pages would wait until they give up.
"""

import threading
from collections import deque
from typing import Final

from django.db import connections

WAIT_SECONDS: Final = 5.0
"""As long as SQLite itself would wait; then it is asked, and says no if it must."""


class Queue:
    """One at a time, in the order they came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    def take(self, seconds: float) -> bool:
        """Wait for one's turn; False where it did not come in time."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(seconds):
            return True
        with self._lock:
            if turn.is_set():
                return True
            self._waiting.remove(turn)
            return False

    def leave(self) -> None:
        """Give the turn to who has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False


_queues: dict[str, Queue] = {}
_making: Final = threading.Lock()


class in_turn:  # noqa: N801 - called as the function it stands for; one made by a generator is slower
    """Have a turn at a SQLite database; PostgreSQL has many writers and needs none."""

    __slots__ = ("_mine", "_queue")

    def __init__(self, alias: str) -> None:
        self._queue = _queue_of(alias) if connections[alias].vendor == "sqlite" else None
        self._mine = False

    def __enter__(self) -> None:
        if self._queue is not None:
            self._mine = self._queue.take(WAIT_SECONDS)

    def __exit__(self, *_error: object) -> None:
        if self._mine and self._queue is not None:
            self._queue.leave()


def _queue_of(alias: str) -> Queue:
    found = _queues.get(alias)
    if found is None:
        with _making:
            found = _queues.setdefault(alias, Queue())
    return found
