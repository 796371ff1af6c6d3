"""SQLite's write-ahead log is brought into the database file beside the writer, not by it.

A commit that has to checkpoint makes everybody behind it wait; so the writer's connection leaves
that to a thread of its own. PostgreSQL does so by itself.
"""

import threading
from pathlib import Path
from typing import Final

import structlog
from django.db import DatabaseError, connections

from troth.store.transaction import Store

TICK_SECONDS: Final = 0.5
PASSIVE_BYTES: Final = 4_000_000
"""From this length on the log is brought in while others read and write."""
TRUNCATE_BYTES: Final = 256_000_000
"""From this length on it is cut, for which writers wait a moment."""
STOP_SECONDS: Final = 10.0

log = structlog.get_logger("troth.store")


class Checkpointer:
    """A thread that checkpoints a SQLite store; does nothing on another."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._asked_to_stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look after the log."""
        if connections[self._store.alias].vendor == "sqlite":
            self._thread = threading.Thread(target=self._run, name="checkpointer", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._asked_to_stop.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    @staticmethod
    def leave_to_it(store: Store) -> None:
        """Let this thread's connection never checkpoint by itself."""
        connection = connections[store.alias]
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_autocheckpoint = 0")

    def _run(self) -> None:
        connection = connections[self._store.alias]
        self._wait_for_nobody()
        journal = Path(f"{connection.settings_dict['NAME']}-wal")
        while not self._asked_to_stop.wait(TICK_SECONDS):
            length = journal.stat().st_size if journal.exists() else 0
            if length < PASSIVE_BYTES:
                continue
            mode = "TRUNCATE" if length >= TRUNCATE_BYTES else "PASSIVE"
            try:
                with connection.cursor() as cursor:
                    cursor.execute(f"PRAGMA wal_checkpoint({mode})")
                    cursor.fetchall()
            except DatabaseError:
                log.exception("checkpoint failed")
                connection.close()
                self._wait_for_nobody()
        connection.close()

    def _wait_for_nobody(self) -> None:
        """Give up at once where somebody reads: while a checkpoint waits, no writer goes on."""
        with connections[self._store.alias].cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 0")
