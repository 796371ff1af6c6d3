"""What is done after a wait at a lock is later than what it waited for."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connections

from troth.store import SYSTEM, Store, Tx, transact_on
from troth.store.locks import serialise, share

NAME = "test.locks"


@pytest.mark.beside
@pytest.mark.parametrize("first", [serialise, share])
@pytest.mark.usefixtures("committed")
def test_who_waits_goes_on_later_than_who_was_waited_for(first: object) -> None:
    assert callable(first)
    holds, waits, ended = threading.Event(), threading.Event(), []

    def hold() -> None:
        def verb(tx: Tx) -> None:
            first(tx, NAME)
            holds.set()
            waits.wait(10)
            ended.append(datetime.now(UTC))

        transact_on(Store(), SYSTEM, None, verb)
        connections.close_all()

    def verb(tx: Tx) -> tuple[datetime, datetime]:
        before = tx.now
        waits.set()
        serialise(tx, NAME)
        return before, tx.now

    thread = threading.Thread(target=hold)
    thread.start()
    assert holds.wait(10)
    before, after = transact_on(Store(), SYSTEM, None, verb)
    thread.join()
    assert before < ended[0] <= after


@pytest.mark.beside
@pytest.mark.usefixtures("committed")
def test_two_share_a_lock_at_once() -> None:
    both = threading.Barrier(2, timeout=10)

    def verb(tx: Tx) -> None:
        share(tx, NAME)
        both.wait()

    def run() -> None:
        transact_on(Store(), SYSTEM, None, verb)
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    transact_on(Store(), SYSTEM, None, verb)
    thread.join()


@pytest.mark.django_db
def test_a_time_that_was_given_does_not_move() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)

    def verb(tx: Tx) -> datetime:
        serialise(tx, NAME)
        return tx.now

    assert transact_on(Store(), SYSTEM, at, verb) == at
