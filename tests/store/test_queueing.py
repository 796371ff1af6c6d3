"""Who waits for SQLite's one writer gets her turn, however busy another is."""

import threading
import time

import pytest
from django.db import connection

from troth.store import queueing
from troth.store.queueing import Queue, in_turn


def test_turns_are_had_in_the_order_they_were_asked_for() -> None:
    queue, had = Queue(), []
    assert queue.take(1)

    def ask(number: int) -> None:
        assert queue.take(10)
        had.append(number)
        queue.leave()

    threads = []
    for number in range(8):
        thread = threading.Thread(target=ask, args=(number,))
        thread.start()
        threads.append(thread)
        while len(queue._waiting) <= number:  # noqa: SLF001 - to know that she waits
            time.sleep(0.001)
    queue.leave()
    for thread in threads:
        thread.join(10)
    assert had == list(range(8))


def test_whoever_goes_on_at_once_lets_the_other_in_between() -> None:
    queue, had, ended = Queue(), [], threading.Event()

    def busy() -> None:
        while not ended.is_set():
            assert queue.take(10)
            had.append("busy")
            time.sleep(0.001)
            queue.leave()

    thread = threading.Thread(target=busy)
    thread.start()
    for _ in range(20):
        assert queue.take(10)
        had.append("other")
        queue.leave()
    ended.set()
    thread.join(10)
    assert had.count("other") == 20


def test_who_waits_too_long_is_told_and_stands_in_nobodys_way() -> None:
    queue = Queue()
    assert queue.take(1)
    assert not queue.take(0.01)
    queue.leave()
    assert queue.take(0.01)
    queue.leave()
    assert queue.take(0.01)


@pytest.mark.either
@pytest.mark.django_db
def test_a_turn_is_left_by_who_fails() -> None:
    for _ in range(3):
        with pytest.raises(ValueError, match="meant"), in_turn(connection.alias):
            raise ValueError("meant")
    queue = queueing._queues[connection.alias]  # noqa: SLF001 - to ask whether it is free
    assert queue.take(0.01)
    queue.leave()
