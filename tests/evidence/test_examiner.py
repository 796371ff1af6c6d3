"""The examiner of a serving process: at once, again and again, until it is asked to stop."""

import threading
from datetime import datetime

import pytest

from troth.evidence import examiner
from troth.evidence.examiner import Examiner
from troth.store import Store

PATIENCE_S = 30


def test_it_examines_at_once_and_again_until_it_is_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rounds = threading.Semaphore(0)

    def examine(_store: Store, _now: datetime) -> None:
        rounds.release()

    monkeypatch.setattr(examiner, "examine_due", examine)
    running = Examiner(Store(), tick_seconds=0.001)
    running.start()
    assert running.wait_for_first_round(PATIENCE_S)
    for _ in range(3):
        assert rounds.acquire(timeout=PATIENCE_S)
    running.stop()
    assert not running.running


def test_it_goes_on_after_a_round_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = iter([RuntimeError("the database went away"), None])
    survived = threading.Event()

    def examine(_store: Store, _now: datetime) -> None:
        outcome = next(outcomes, None)
        if outcome is not None:
            raise outcome
        survived.set()

    monkeypatch.setattr(examiner, "examine_due", examine)
    running = Examiner(Store(), tick_seconds=0.001)
    running.start()
    assert survived.wait(PATIENCE_S)
    running.stop()


def test_it_stops_though_its_next_round_is_far_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examiner, "examine_due", lambda _store, _now: None)
    running = Examiner(Store(), tick_seconds=3600)
    running.start()
    assert running.wait_for_first_round(PATIENCE_S)
    running.stop()
    assert not running.running
