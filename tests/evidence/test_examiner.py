"""The examiner of a serving process: at once, again and again, until it is asked to stop."""

import threading
from collections.abc import Callable
from datetime import datetime

import pytest

from troth.evidence import examiner
from troth.evidence.examiner import Examiner
from troth.store import Store

PATIENCE_S = 30
Examine = Callable[[Store, datetime], None]


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Released at each round, in which nothing is examined."""
    counted = threading.Semaphore(0)
    monkeypatch.setattr(examiner, "examine_due", lambda _store, _now: counted.release())
    return counted


def idle() -> None:
    """Tidy nothing."""


def is_running() -> bool:
    return "examiner" in {thread.name for thread in threading.enumerate()}


def test_it_examines_at_once_and_again_until_it_is_stopped(rounds: threading.Semaphore) -> None:
    running = Examiner(Store(), idle, tick_seconds=0.001)
    running.start()
    for _ in range(4):
        assert rounds.acquire(timeout=PATIENCE_S)
    running.stop()
    assert not is_running()


def test_it_goes_on_after_a_round_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = iter([RuntimeError("the database went away"), None])
    survived = threading.Event()

    def examine(_store: Store, _now: datetime) -> None:
        outcome = next(outcomes, None)
        if outcome is not None:
            raise outcome
        survived.set()

    monkeypatch.setattr(examiner, "examine_due", examine)
    running = Examiner(Store(), idle, tick_seconds=0.001)
    running.start()
    assert survived.wait(PATIENCE_S)
    running.stop()


def test_it_stops_though_its_next_round_is_far_away(rounds: threading.Semaphore) -> None:
    running = Examiner(Store(), idle, tick_seconds=3600)
    running.start()
    assert rounds.acquire(timeout=PATIENCE_S)
    running.stop()
    assert not is_running()


def test_it_tidies_at_once_and_not_again_within_the_hour(rounds: threading.Semaphore) -> None:
    tidied: list[bool] = []
    running = Examiner(Store(), lambda: tidied.append(True), tick_seconds=0.001)
    running.start()
    for _ in range(4):
        assert rounds.acquire(timeout=PATIENCE_S)
    running.stop()
    assert tidied == [True]


def test_it_tidies_again_after_an_hour_though_it_failed(
    rounds: threading.Semaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examiner, "HOUR_SECONDS", 0.0)
    tidied = threading.Semaphore(0)

    def tidy() -> None:
        tidied.release()
        raise RuntimeError("the database went away")

    running = Examiner(Store(), tidy, tick_seconds=0.001)
    running.start()
    for tried in (tidied, rounds, tidied):
        assert tried.acquire(timeout=PATIENCE_S)
    running.stop()
