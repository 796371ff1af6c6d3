"""Examines in the background of a serving process: each control once a period."""

import math
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import structlog
from django.db import close_old_connections, connections

from troth.evidence.examination import examine_due
from troth.store import Store

TICK_SECONDS: Final = 15.0
STOP_SECONDS: Final = 10.0
HOUR_SECONDS: Final = 3600.0

log = structlog.get_logger("troth.evidence")


class Examiner:
    """A thread that examines what is due, at once and then every `tick_seconds`.

    It calls `hourly` before the first round and once an hour: what must be tidied for a promise
    to stay true. Several processes may each run one: what one has examined is not due for others.
    """

    def __init__(
        self, store: Store, hourly: Callable[[], None], tick_seconds: float = TICK_SECONDS
    ) -> None:
        self._store = store
        self._hourly = hourly
        self._tick_seconds = tick_seconds
        self._asked_to_stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="examiner", daemon=True)

    def start(self) -> None:
        """Begin examining; the first round starts now."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end and wait for the round it is in."""
        self._asked_to_stop.set()
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        tidied_at = -math.inf
        while not self._asked_to_stop.is_set():
            close_old_connections()
            if time.monotonic() - tidied_at >= HOUR_SECONDS:
                tidied_at = time.monotonic()
                self._try(self._hourly, "tidying failed")
            self._try(self._examine, "examination failed")
            self._asked_to_stop.wait(self._tick_seconds)
        connections.close_all()

    def _examine(self) -> None:
        examine_due(self._store, datetime.now(UTC))

    @staticmethod
    def _try(work: Callable[[], None], failure: str) -> None:
        """Work, and go on whatever comes: the next round may find the database again."""
        try:
            work()
        except Exception:
            log.exception(failure)
