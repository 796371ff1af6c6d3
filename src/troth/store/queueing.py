"""Who writes next in this process: whoever has waited longest. For SQLite, which has one writer.

SQLite lets who waits ask again from time to time, so a writer that goes on at once keeps all others
out: under load the sequencer and the pages would wait until they give up.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def in_turn(alias: str) -> Iterator[None]:
    """Have a turn at a SQLite database; PostgreSQL has many writers and needs none."""
    if connections[alias].vendor != "sqlite":
        yield
        return
    with _making:
        queue = _queues.setdefault(alias, Queue())
    mine = queue.take(WAIT_SECONDS)
    try:
        yield
    finally:
        if mine:
            queue.leave()
