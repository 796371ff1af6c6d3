"""Drivers of these tests end with their test, whatever it found."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from tests.loss.load import Caller
from tests.services import postgres
from tests.services.server import Server


class Driver(Server):
    """A running `tests.loss.driver`; `call` asks its doors."""

    @cached_property
    def call(self) -> Caller:
        """A connection to it, closed when it ends."""
        return Caller(self.port)

    def kill(self) -> None:
        """End it as a power cut does."""
        os.kill(self.process.pid, signal.SIGKILL)

    def kill_within(self, pid: int) -> None:
        """End the one that a command around it runs, and wait for the next."""
        os.kill(pid, signal.SIGKILL)
        self.call.close()
        self.wait()

    def end(self) -> None:
        """Leave nothing of it running."""
        self.call.close()
        below = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        children = list[str]()
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended since
            children = below.read_text().split()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for child in children:  # of a command around it
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)


Drive = Callable[..., Driver]


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Drive]:
    """Start a driver on the test's data folder, or on `data`; options as `Server` takes them.

    Where one before it was killed, it starts at once, as a user's would, and is handed out when
    PostgreSQL has ended what the killed one had asked for.
    """
    started: list[Driver] = []

    def begin(data: Path = tmp_path / "data", **options: Any) -> Driver:
        database: str = options.get("database") or ""
        alone = all(one.process.poll() is not None for one in started)
        killed = postgres.connected(database) if database and alone else set[int]()
        started.append(Driver(data, program="tests.loss.driver", **options))
        started[-1].wait()
        if killed:
            postgres.wait_for_end(database, killed)
        return started[-1]

    yield begin
    for driver in started:
        driver.end()
