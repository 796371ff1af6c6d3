"""A clock that was ahead and is put back holds nothing up, and no job is done twice at once."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, Final

import pytest
from django.db import OperationalError

from tests.jobs.apart import APART
from tests.jobs.cast import (
    NOON,
    PATIENCE_S,
    STORE,
    Clock,
    Held,
    ask,
    fail,
    job,
    nothing,
    only,
    table,
    until,
    working,
)
from troth.store import Tx, jobs_worker, transact_on
from troth.store import jobs_lease as lease
from troth.store.jobs import enqueue
from troth.store.jobs_ahead import spare
from troth.store.jobs_seen import failed_jobs, retry
from troth.store.jobs_worker import Step, Workers, do, do_due
from troth.store.models import DONE, RUNNING, WAITING

HOUR: Final = timedelta(hours=1)
YEAR: Final = timedelta(days=365)
SECONDS: Final = timedelta(seconds=8)
"""How far two machines are apart."""
ONCE: Final = table(job("test.work", nothing))
ROUND: Final = table(job("test.round", nothing, period=HOUR))
committed = pytest.mark.usefixtures("committed")
beside = pytest.mark.usefixtures("apart")


def take(clock: Clock, jobs: Any) -> Any:
    return transact_on(STORE, "one", clock.now, lease.take, jobs)


def ahead(clock: Clock, by: timedelta, what: Callable[[], object]) -> None:
    """Do something while the clock is ahead, and put it back."""
    clock.now += by
    what()
    clock.now -= by


@committed
@pytest.mark.slow
@pytest.mark.parametrize("by", [timedelta(minutes=1), 2 * HOUR, YEAR, 30 * YEAR])
def test_a_periodic_job_comes_round_again_once_a_period(by: timedelta) -> None:
    clock, runs = Clock(), list[datetime]()
    jobs = table(job("test.round", lambda tx: runs.append(tx.now), period=HOUR))
    do_due(STORE, jobs, clock)
    ahead(clock, by, lambda: do_due(STORE, jobs, clock))
    runs.clear()
    for _ in range(12 * 10):
        do_due(STORE, jobs, clock)
        clock.go(minutes=5)
    assert runs[0] <= NOON + HOUR
    apart = [later - earlier for earlier, later in pairwise(runs)]
    assert set(apart) == {HOUR}
    assert len(runs) >= 9


@committed
def test_a_periodic_job_that_was_put_off_or_has_failed_meanwhile_comes_round_too() -> None:
    clock, runs = Clock(), list[datetime]()
    jobs = table(job("test.round", lambda tx: runs.append(tx.now), period=HOUR))
    for attempts in (1, 8):
        broken = table(job("test.round", fail, period=HOUR, attempts=attempts))
        ahead(clock, YEAR, partial(do_due, STORE, broken, clock))
        clock.go(hours=1)
        assert do_due(STORE, jobs, clock) == 1
    assert runs == [NOON + HOUR, NOON + 2 * HOUR]


@committed
def test_put_back_while_the_job_runs_it_comes_round_in_its_period() -> None:
    clock, runs = Clock(NOON + YEAR), list[datetime]()

    def work(_step: Step) -> None:
        clock.now = NOON + len(runs) * HOUR
        runs.append(clock.now)

    jobs = table(job("test.round", work, period=HOUR, outside=True))
    do_due(STORE, jobs, clock)
    assert (only().started_at, only().due_at) == (NOON, NOON + HOUR)
    clock.go(hours=1)
    assert do_due(STORE, jobs, clock) == 1


@committed
def test_between_two_machines_seconds_apart_nothing_comes_round_early() -> None:
    clock = Clock(NOON + SECONDS)
    do_due(STORE, ROUND, clock)
    assert take(clock, ROUND) is None
    clock.now = NOON
    assert do_due(STORE, ROUND, clock) == 0
    assert only().due_at == NOON + SECONDS + HOUR


@committed
def test_a_lease_of_a_time_ahead_ends_when_one_of_today_would() -> None:
    clock = Clock()
    ask("test.work")
    ahead(clock, YEAR, lambda: take(clock, ONCE))
    assert do_due(STORE, ONCE, clock) == 0
    assert (only().state, only().due_at) == (RUNNING, NOON + lease.LEASE)
    clock.go(seconds=59)
    assert do_due(STORE, ONCE, clock) == 0
    clock.go(seconds=1)
    assert do_due(STORE, ONCE, clock) == 1
    assert only().state == DONE


@committed
def test_who_lives_keeps_a_lease_that_was_cut() -> None:
    clock, jobs = Clock(NOON + YEAR), table(job("test.round", nothing, period=HOUR))
    do_due(STORE, jobs, clock)
    clock.go(hours=1)
    taken = take(clock, jobs)
    clock.now = NOON
    for _ in range(10):
        assert do_due(STORE, jobs, clock) == 0
        clock.go(seconds=45)
        transact_on(STORE, "one", clock.now, lease.extend, taken)
    do(STORE, jobs["test.round"], taken, clock)
    assert (only().state, only().due_at) == (WAITING, clock.now + HOUR)


@committed
def test_a_lease_of_a_machine_seconds_ahead_is_left_as_it_is() -> None:
    clock = Clock(NOON + SECONDS)
    ask("test.work")
    take(clock, ONCE)
    clock.now = NOON
    assert do_due(STORE, ONCE, clock) == 0
    assert only().due_at == NOON + SECONDS + lease.LEASE


@committed
def test_what_was_asked_for_meanwhile_is_done_now() -> None:
    clock = Clock()
    transact_on(STORE, "system", NOON + YEAR, enqueue, "test.work")
    assert do_due(STORE, ONCE, clock) == 1


@committed
def test_what_was_asked_for_at_a_date_waits_for_it_whatever_the_clock_does() -> None:
    clock = Clock()
    ask("test.work", run_at=NOON + YEAR)
    transact_on(STORE, "system", NOON - YEAR, enqueue, "test.work", run_at=NOON + YEAR)
    transact_on(STORE, "system", NOON + YEAR, enqueue, "test.work", run_at=NOON + YEAR + HOUR)
    ahead(clock, -YEAR, lambda: do_due(STORE, ONCE, clock))
    assert do_due(STORE, ONCE, clock) == 0
    clock.now = NOON + YEAR
    assert do_due(STORE, ONCE, clock) == 2
    clock.go(hours=1)
    assert do_due(STORE, ONCE, clock) == 1


@committed
def test_what_was_put_off_meanwhile_waits_no_longer_than_the_longest_back_off() -> None:
    clock = Clock()
    ask("test.work")
    ahead(clock, YEAR, lambda: do_due(STORE, table(job("test.work", fail)), clock))
    assert (only().state, only().attempts) == (WAITING, 1)
    clock.go(seconds=lease.BACK_OFF_SECONDS_MAX)
    assert do_due(STORE, ONCE, clock) == 1


@committed
def test_a_back_off_of_today_is_kept() -> None:
    clock = Clock()
    ask("test.work")
    do_due(STORE, table(job("test.work", fail)), clock)
    due_at = only().due_at
    assert do_due(STORE, ONCE, clock) == 0
    assert only().due_at == due_at


@committed
def test_given_back_tried_again_or_asked_for_once_more_meanwhile_it_is_done_now() -> None:
    clock = Clock()
    ask("test.work")
    taken = take(clock, ONCE)
    ahead(clock, YEAR, lambda: transact_on(STORE, "one", clock.now, lease.give_back, taken))
    assert do_due(STORE, ONCE, clock) == 1

    ask("test.work")
    do_due(STORE, table(job("test.work", fail, attempts=1)), clock)
    (failed,) = failed_jobs()
    clock.go(minutes=1)
    ahead(clock, YEAR, lambda: transact_on(STORE, "owner", clock.now, retry, failed.pk))
    assert do_due(STORE, ONCE, clock) == 1

    def ask_again(_step: Step) -> None:
        ask("test.again", key="k")
        clock.now += YEAR

    again = table(job("test.again", ask_again, outside=True))
    ask("test.again", key="k")
    taken = take(clock, again)
    do(STORE, again["test.again"], taken, clock)
    clock.now -= YEAR
    assert do_due(STORE, table(job("test.again", nothing)), clock) == 1


@beside
def test_workers_go_on_at_once_without_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_worker, "LOOK_SECONDS", 10 * PATIENCE_S)
    clock, runs = Clock(), list[datetime]()
    jobs = table(job("test.round", lambda tx: runs.append(tx.now), period=HOUR))
    with working(APART, jobs, 2, clock=clock, poll_seconds=0.01):
        until(lambda: len(runs) == 1)
        clock.now = NOON + YEAR
        until(lambda: len(runs) == 2)
        clock.now = NOON
        until(lambda: len(runs) == 3)
        until(lambda: only(APART).state == WAITING)
        assert only(APART).due_at == NOON + HOUR
        clock.go(hours=1)
        until(lambda: len(runs) == 4)
    assert runs == [NOON, NOON + YEAR, NOON, NOON + HOUR]


@beside
def test_workers_started_after_it_was_put_back_go_on_too() -> None:
    clock, ran = Clock(), threading.Event()
    jobs = table(job("test.round", lambda _tx: ran.set(), period=HOUR))
    for at in (NOON + YEAR, NOON):
        clock.now = at
        with working(APART, jobs, clock=clock):
            assert ran.wait(PATIENCE_S)
        ran.clear()


@beside
def test_workers_find_what_another_machine_has_written_whose_clock_was_ahead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs_worker, "LOOK_SECONDS", 0.01)
    ran = threading.Event()
    jobs = table(job("test.round", lambda _tx: ran.set(), period=HOUR))
    with working(APART, jobs, clock=Clock(), poll_seconds=0.01):
        assert ran.wait(PATIENCE_S)
        until(lambda: only(APART).state == WAITING)
        ran.clear()
        do_due(APART, jobs, Clock(NOON + YEAR))
        assert ran.wait(PATIENCE_S)
        ran.clear()
        assert ran.wait(PATIENCE_S)


@beside
@pytest.mark.parametrize("locked", [0, 2])
def test_set_on_a_clock_takes_no_job_from_a_worker_that_lives(
    locked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = iter([OperationalError("database is locked")] * locked)

    def spare_later(tx: Tx) -> None:
        for error in refusals:
            raise error
        spare(tx)

    monkeypatch.setattr(jobs_worker, "spare", spare_later)
    clock, held, looked = Clock(), Held(), threading.Event()
    jobs = table(job("test.held", held, outside=True), job("test.work", lambda _tx: looked.set()))
    ask("test.held", APART)
    others = Workers(APART, jobs, clock=clock, poll_seconds=0.01)
    with working(APART, jobs, clock=clock):
        assert held.reached.wait(PATIENCE_S)
        others.start()
        try:
            ask("test.work", APART)
            assert looked.wait(PATIENCE_S)
            looked.clear()
            clock.now = NOON + YEAR
            ask("test.work", APART, run_at=NOON + HOUR)  # later than the lease: looked at behind it
            until(lambda: looked.is_set() or held.runs > 1)
        finally:
            held.open.set()
            others.stop()
    assert held.runs == 1
