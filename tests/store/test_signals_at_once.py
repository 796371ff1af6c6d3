"""Of two transactions that open the same signal at once, the second counts it up."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from django.db import connections

from troth.store import SYSTEM, Store, Tx, transact_on
from troth.store.signals import open_signals, raise_signal

pytestmark = [pytest.mark.beside, pytest.mark.usefixtures("committed")]
NOON: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER: Final = NOON + timedelta(minutes=5)


def test_of_two_that_open_the_same_one_at_once_the_second_counts_it_up() -> None:
    opened = threading.Event()

    def open_and_wait(tx: Tx) -> None:
        raise_signal(tx, "undeclared", "cookie", {"page": "/one"})
        opened.set()
        wait_until_waited_for(tx)

    def run() -> None:
        transact_on(Store(), SYSTEM, NOON, open_and_wait)
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    assert opened.wait(30)
    transact_on(Store(), SYSTEM, LATER, raise_signal, "undeclared", "cookie", {"page": "/two"})
    thread.join(30)
    (told,) = open_signals().rows
    assert (told.times, told.about) == (2, {"page": "/two"})
    assert (told.first_at, told.last_at) == (NOON, LATER)


def wait_until_waited_for(tx: Tx) -> None:
    """Go on once another transaction waits for what this one has written."""
    pause = threading.Event()
    for _ in range(3_000):
        with connections[tx.alias].cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone() is not None:
                return
        pause.wait(0.01)
    raise AssertionError("nobody waits")
