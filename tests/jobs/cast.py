"""What the tests of jobs share: a table of jobs that leave a trace, and a clock that is set."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from troth.policy.words import Message
from troth.store import Store, Tx, transact_on
from troth.store.jobs import Job, Table, enqueue, table_of
from troth.store.jobs_worker import Workers
from troth.store.models import QueuedJob

STORE: Final = Store()
NOON: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)
PATIENCE_S: Final = 60


class Clock:
    """A clock that stands until it is set on."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def go(self, **span: float) -> None:
        """Set it on."""
        self.now += timedelta(**span)


def job(name: str, function: Callable[..., Any], **settings: Any) -> Job:
    """Describe a job of a test."""
    return Job(name=name, what=Message(f"Does {name}."), function=function, **settings)


def table(*jobs: Job) -> Table:
    return table_of(jobs)


def ask(name: str, store: Store = STORE, **settings: Any) -> None:
    """Enqueue in a transaction of its own."""
    transact_on(store, "system", NOON, enqueue, name, **settings)


def only(store: Store = STORE) -> QueuedJob:
    """Return the one job there is."""
    return QueuedJob.objects.using(store.alias).get()


def fail(_: Any) -> None:
    raise RuntimeError("somebody@example.com")


class Held:
    """A job that waits in the middle until it is let go."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()
        self.runs = 0

    def __call__(self, _: Any) -> None:
        """Say that it runs, and wait."""
        self.runs += 1
        self.reached.set()
        assert self.open.wait(PATIENCE_S)


@contextmanager
def working(store: Store, jobs: Table, threads: int = 1, **settings: Any) -> Iterator[Workers]:
    """Run workers for as long as the block lasts."""
    workers = Workers(store, jobs, threads, **settings)
    workers.start()
    try:
        yield workers
    finally:
        workers.stop()


def until(came: Callable[[], bool]) -> None:
    """Wait for what another thread or process brings about."""
    tick = threading.Event()
    for _ in range(PATIENCE_S * 100):
        if came():
            return
        tick.wait(0.01)
    raise AssertionError("it did not come about")


def nothing(_tx: Tx) -> None:
    """Do nothing."""
