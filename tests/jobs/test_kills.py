"""Killed at any moment: no job is lost, none stays in hand for ever, no effect is doubled."""

import os
import random
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import pytest

from tests.jobs.apart import Apart
from tests.jobs.cast import PATIENCE_S, until
from tests.jobs.process import KIND
from tests.services import forks
from troth.store import SYSTEM, transact_on
from troth.store.jobs import enqueue
from troth.store.models import DONE, SENT, WAITING, OutboxRow, QueuedJob
from troth.store.outbox import put_many

ROUNDS: Final = int(os.environ.get("TROTH_ROUNDS", "8"))
JOBS_A_ROUND: Final = 6
WORKERS: Final = 2
KILL_S: Final = 0.15
"""A kill comes within so long: a job takes a quarter of it."""

pytestmark = [pytest.mark.torture, pytest.mark.slow]


def ready(process: forks.Process) -> None:
    assert process.stdout is not None
    assert process.stdout.readline().strip() in {b"working", b"draining"}


def kill(process: forks.Process) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_two_workers_that_are_killed_again_and_again_do_every_job_once(apart: Apart) -> None:
    expected: list[int] = []
    for _ in range(ROUNDS):
        for _ in range(JOBS_A_ROUND):
            name = "test.inside" if len(expected) % 2 else "test.outside"
            transact_on(apart.store, SYSTEM, None, enqueue, name, {"number": len(expected)})
            expected.append(len(expected))
        workers = [apart.begin("work") for _ in range(WORKERS)]
        for worker in workers:
            ready(worker)
        for worker in workers:
            time.sleep(random.uniform(0, KILL_S))  # noqa: S311 - a kill at any moment
            kill(worker)
    workers = [apart.begin("work") for _ in range(WORKERS)]
    jobs = QueuedJob.objects.using("apart").exclude(state=DONE)
    until(lambda: not jobs.filter(period_seconds=None).exists())
    for worker in workers:
        kill(worker)
    assert apart.effects() == Counter([*expected, -1])


class Sink:
    """A server beside: takes lines, answers `ok`, remembers them."""

    def __init__(self) -> None:
        self.lines: Counter[bytes] = Counter()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                with client, client.makefile("rb") as told:
                    if line := told.readline().strip():
                        self.lines[line] += 1
                        with suppress(OSError):  # the drain was killed while it waited
                            client.sendall(b"ok")

    def stop(self) -> None:
        """End it."""
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(PATIENCE_S)


@pytest.fixture
def sink() -> Iterator[Sink]:
    running = Sink()
    yield running
    running.stop()


def test_a_drain_that_is_killed_delivers_all_and_twice_only_what_was_in_flight(
    apart: Apart, sink: Sink
) -> None:
    parcels = [(f"k{n}", f"letter {n}".encode()) for n in range(10 * ROUNDS)]
    transact_on(apart.store, SYSTEM, None, put_many, KIND, parcels)
    rows = OutboxRow.objects.using("apart")
    for _ in range(ROUNDS):
        draining = apart.begin("drain", SINK_PORT=str(sink.port))
        ready(draining)
        time.sleep(random.uniform(0, KILL_S))  # noqa: S311 - a kill at any moment
        kill(draining)
    draining = apart.begin("drain", SINK_PORT=str(sink.port))
    until(lambda: not rows.filter(state=WAITING).exists())
    kill(draining)
    assert set(sink.lines) == {body for _, body in parcels}
    twice = sum(times - 1 for times in sink.lines.values())
    assert twice <= ROUNDS
    states: list[Any] = list(rows.values_list("state", "body").distinct())
    assert [(state, bytes(body)) for state, body in states] == [(SENT, b"")]
