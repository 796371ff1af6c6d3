"""What goes on beside the pages: workers that do jobs, and threads that tick on their own.

`known_jobs()` finds each `troth.<package>.jobs` module; no package is imported by name.
"""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Protocol

import troth
from troth import vault
from troth.ledger.sequencer import Sequencer
from troth.store import Store
from troth.store.committer import Committer
from troth.store.jobs import Table, hand_over, table_of
from troth.store.jobs_worker import Workers


class Part(Protocol):
    """Something with threads of its own."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """Come to an end and wait for it."""


class Background:
    """Parts that start in order and stop the other way round."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._parts = list(parts)
        self._started: list[Part] = []

    def start(self) -> None:
        """Start every part."""
        for part in self._parts:
            part.start()
            self._started.append(part)

    def stop(self) -> None:
        """Stop what was started, the last first."""
        while self._started:
            self._started.pop().stop()


class Writer:
    """The one writer of what comes in by the API: known to it as long as it runs."""

    def __init__(self, store: Store) -> None:
        self._committer = Committer(store, vault.prepare)

    def start(self) -> None:
        """Begin to write."""
        self._committer.start()
        vault.hand_over(self._committer)

    def stop(self) -> None:
        """Write what waits, and leave what comes later to transactions of its own."""
        vault.hand_over(None)
        self._committer.stop()


def background(store: Store, workers: int) -> Background:
    """Return what a serving process has beside the pages; what ticks on its own is added here."""
    table = known_jobs()
    hand_over(table)
    # jobs write entries, so who enters those in the log ends after them
    return Background([Sequencer(store), Writer(store), Workers(store, table, workers)])


@cache
def known_jobs() -> Table:
    """Return every job by name. Raises ValueError on a name that occurs twice.

    A `jobs` module names its jobs in `JOBS: tuple[Job, ...]`.
    """
    found = []
    for package in iter_modules(troth.__path__, "troth."):
        if package.ispkg and find_spec(f"{package.name}.jobs") is not None:
            found.extend(import_module(f"{package.name}.jobs").JOBS)
    return table_of(found)
