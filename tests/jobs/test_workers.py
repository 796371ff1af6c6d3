"""Workers begin at once, go on after a failure, and end with the job in hand done."""

import threading
from collections import Counter

import pytest

from tests.jobs.apart import APART, Apart
from tests.jobs.cast import (
    PATIENCE_S,
    Held,
    ask,
    fail,
    job,
    only,
    table,
    until,
    working,
)
from tests.jobs.process import insert
from troth.store import Tx
from troth.store.jobs import enqueue
from troth.store.jobs_worker import Step
from troth.store.models import DONE, WAITING

pytestmark = pytest.mark.usefixtures("apart")


def test_a_worker_is_woken_by_what_its_process_enqueues() -> None:
    done = threading.Event()
    jobs = table(job("test.work", lambda _tx: done.set()))
    with working(APART, jobs, poll_seconds=10 * PATIENCE_S):
        ask("test.work", APART)
        assert done.wait(PATIENCE_S)


def test_a_worker_goes_on_after_a_job_that_failed() -> None:
    done = threading.Event()
    jobs = table(job("test.fail", fail), job("test.work", lambda _tx: done.set()))
    with working(APART, jobs, poll_seconds=10 * PATIENCE_S):
        ask("test.fail", APART)
        ask("test.work", APART)
        assert done.wait(PATIENCE_S)


def test_stopping_finishes_the_job_in_hand() -> None:
    held = Held()
    ask("test.work", APART)
    with working(APART, table(job("test.work", held, outside=True))) as workers:
        assert held.reached.wait(PATIENCE_S)
        stopper = threading.Thread(target=workers.stop)
        stopper.start()
        held.open.set()
        stopper.join(PATIENCE_S)
    assert only(APART).state == DONE


def test_what_does_not_finish_in_time_is_given_back() -> None:
    held = Held()
    ask("test.work", APART)
    with working(APART, table(job("test.work", held, outside=True))) as workers:
        assert held.reached.wait(PATIENCE_S)
        workers.stop(seconds=0.01)
        assert (only(APART).state, only(APART).attempts) == (WAITING, 0)
        held.open.set()
        assert workers.wait(PATIENCE_S)
    assert only(APART).state == WAITING


def test_a_long_job_is_told_that_the_process_ends() -> None:
    reached, ended = threading.Event(), threading.Event()

    def work(step: Step) -> None:
        reached.set()
        until(lambda: step.ending)
        ended.set()

    ask("test.work", APART)
    with working(APART, table(job("test.work", work, outside=True))):
        assert reached.wait(PATIENCE_S)
    assert ended.is_set()
    assert only(APART).state == DONE


def test_until_empty_ends_when_nothing_is_due_any_more(apart: Apart) -> None:
    def work(tx: Tx, left: int) -> None:
        insert(tx.alias, left)
        if left:
            enqueue(tx, "test.work", {"left": left - 1})

    ask("test.work", APART, arguments={"left": 5})
    with working(APART, table(job("test.work", work)), 2, until_empty=True) as workers:
        assert workers.wait(PATIENCE_S)
    assert apart.effects() == Counter(range(6))
