"""Examines in the background of a serving process: each control once a period."""

import threading
from datetime import UTC, datetime
from typing import Final

import structlog
from django.db import close_old_connections, connections

from troth.evidence.examination import examine_due
from troth.store import Store

TICK_SECONDS: Final = 15.0
STOP_SECONDS: Final = 10.0

log = structlog.get_logger("troth.evidence")


class Examiner:
    """A thread that examines what is due, at once and then every `tick_seconds`.

    Several processes may each run one: what one has examined is not due for the others.
    """

    def __init__(self, store: Store, tick_seconds: float = TICK_SECONDS) -> None:
        self._store = store
        self._tick_seconds = tick_seconds
        self._asked_to_stop = threading.Event()
        self._first_round = threading.Event()
        self._thread = threading.Thread(target=self._run, name="examiner", daemon=True)

    def start(self) -> None:
        """Begin examining; the first round starts now."""
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the thread is still there."""
        return self._thread.is_alive()

    def wait_for_first_round(self, seconds: float) -> bool:
        """Wait until everything was examined once; False if that takes longer."""
        return self._first_round.wait(seconds)

    def stop(self) -> None:
        """Ask the thread to end and wait for the round it is in."""
        self._asked_to_stop.set()
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not self._asked_to_stop.is_set():
            try:
                close_old_connections()
                examine_due(self._store, datetime.now(UTC))
            except Exception:
                log.exception("examination failed")
            self._first_round.set()
            self._asked_to_stop.wait(self._tick_seconds)
        connections.close_all()
