"""A job runs after the transaction that asked for it, once, or is tried again later."""

from datetime import timedelta
from typing import Any

import pytest

from tests.jobs.cast import (
    NOON,
    STORE,
    Clock,
    ask,
    fail,
    job,
    nothing,
    only,
    table,
)
from troth.people.models import Account
from troth.store import Tx, transact, transact_on
from troth.store import jobs_lease as lease
from troth.store.jobs import (
    ARGUMENTS_BYTES_MAX,
    UNKNOWN,
    ArgumentsError,
    UnknownJobError,
    enqueue,
    hand_over,
    plan,
    sweep,
)
from troth.store.jobs_lease import JOB_FAILED, LeaseLostError, delay_seconds
from troth.store.jobs_seen import counts, failed_jobs, let_go, periodic, retry
from troth.store.jobs_worker import Step, do, do_due
from troth.store.models import DONE, DROPPED, FAILED, RUNNING, WAITING, QueuedJob
from troth.store.signals import open_signals

pytestmark = pytest.mark.usefixtures("committed")


def open_account(tx: Tx, handle: str) -> None:
    Account.objects.using(tx.alias).create(handle=handle, created_at=tx.now)


OPENS = table(job("test.open", open_account))


def handles() -> list[str]:
    return sorted(Account.objects.values_list("handle", flat=True))


def test_a_job_is_done_with_its_arguments_and_stands_as_done() -> None:
    ask("test.open", arguments={"handle": "one"})
    assert do_due(STORE, OPENS, Clock()) == 1
    assert handles() == ["one"]
    assert (only().state, only().attempts, only().last_error) == (DONE, 0, "")
    assert do_due(STORE, OPENS, Clock()) == 0


def test_what_is_rolled_back_never_runs() -> None:
    def ask_and_fail(tx: Tx) -> None:
        enqueue(tx, "test.open", {"handle": "one"})
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 (the one just raised)
        transact(ask_and_fail)
    assert do_due(STORE, OPENS) == 0
    assert handles() == []


def test_a_job_waits_for_its_time() -> None:
    clock = Clock()
    ask("test.open", arguments={"handle": "one"}, run_at=NOON + timedelta(hours=1))
    assert do_due(STORE, OPENS, clock) == 0
    clock.go(hours=1)
    assert do_due(STORE, OPENS, clock) == 1


@pytest.mark.parametrize("name", ["", "test", "Test.open", "test.open.now", "test open"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UnknownJobError):
        ask(name)


def test_a_name_that_no_package_offers_is_refused_where_the_table_is_known() -> None:
    hand_over(OPENS)
    try:
        ask("test.open", arguments={"handle": "one"})
        with pytest.raises(UnknownJobError):
            ask("test.close")
    finally:
        hand_over({})
    assert QueuedJob.objects.count() == 1


@pytest.mark.parametrize(
    "arguments", [{"text": "x" * ARGUMENTS_BYTES_MAX}, {"what": object()}, {"n": float("nan")}]
)
def test_arguments_that_are_too_large_or_no_json_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ArgumentsError):
        ask("test.open", arguments=arguments)
    assert QueuedJob.objects.count() == 0


def test_of_one_key_there_is_one_unfinished_job() -> None:
    for _ in range(3):
        ask("test.open", arguments={"handle": "one"}, key="k")
    ask("test.open", arguments={"handle": "two"}, key="other")
    assert do_due(STORE, OPENS, Clock()) == 2
    ask("test.open", arguments={"handle": "three"}, key="k")
    assert do_due(STORE, OPENS, Clock()) == 1
    assert handles() == ["one", "three", "two"]


def test_asked_for_twice_the_earlier_time_counts() -> None:
    ask("test.open", arguments={"handle": "one"}, key="k", run_at=NOON + timedelta(hours=2))
    ask("test.open", arguments={"handle": "one"}, key="k", run_at=NOON + timedelta(hours=1))
    ask("test.open", arguments={"handle": "one"}, key="k", run_at=NOON + timedelta(hours=3))
    assert only().due_at == NOON + timedelta(hours=1)


def test_asked_for_while_it_runs_it_runs_once_more() -> None:
    runs: list[str] = []

    def work(_step: Step) -> None:
        runs.append("ran")
        if len(runs) == 1:
            ask("test.work", key="k")
            ask("test.work", key="k")

    ask("test.work", key="k")
    assert do_due(STORE, table(job("test.work", work, outside=True)), Clock()) == 2
    assert runs == ["ran", "ran"]
    assert only().state == DONE


def test_a_failure_undoes_the_effect_and_is_tried_again_later() -> None:
    clock, attempts = Clock(), iter([True, False])

    def work(tx: Tx) -> None:
        open_account(tx, "one")
        if next(attempts):
            raise RuntimeError("somebody@example.com")

    jobs = table(job("test.work", work))
    ask("test.work")
    do_due(STORE, jobs, clock)
    assert handles() == []
    assert (only().state, only().last_error) == (WAITING, "RuntimeError")
    assert only().due_at > clock.now
    assert do_due(STORE, jobs, clock) == 0
    clock.go(minutes=1)
    do_due(STORE, jobs, clock)
    assert handles() == ["one"]
    assert only().state == DONE


def test_after_the_most_attempts_it_has_failed_with_a_signal() -> None:
    clock, jobs = Clock(), table(job("test.fail", fail, attempts=3))
    ask("test.fail")
    for _ in range(5):
        do_due(STORE, jobs, clock)
        clock.go(days=1)
    assert (only().state, only().attempts) == (FAILED, 3)
    (told,) = open_signals().rows
    assert (told.kind, told.key) == (JOB_FAILED, "test.fail")
    assert told.about == {"job": "test.fail", "error": "RuntimeError"}


def test_the_wait_doubles_up_to_an_hour_and_half_of_it_is_by_lot() -> None:
    assert [delay_seconds(n, 1) for n in (1, 2, 3, 4)] == [5, 10, 20, 40]
    assert [delay_seconds(n, 0) for n in (1, 2, 3, 4)] == [2.5, 5, 10, 20]
    assert delay_seconds(1_000_000, 1) == delay_seconds(11, 1) == 3600


def test_a_lost_lease_is_taken_up_and_the_first_changes_nothing_any_more() -> None:
    clock = Clock()
    ask("test.open", arguments={"handle": "one"})
    first = transact_on(STORE, "one", clock.now, lease.take, OPENS)
    assert first is not None
    assert transact_on(STORE, "two", clock.now, lease.take, OPENS) is None
    clock.go(seconds=61)
    second = transact_on(STORE, "two", clock.now, lease.take, OPENS)
    assert second is not None
    do(STORE, OPENS["test.open"], first, clock)
    assert handles() == []
    assert only().state == RUNNING
    do(STORE, OPENS["test.open"], second, clock)
    assert handles() == ["one"]
    do(STORE, OPENS["test.open"], first, clock)
    assert handles() == ["one"]


def test_a_sign_of_life_keeps_the_lease() -> None:
    clock = Clock()
    ask("test.open", arguments={"handle": "one"})
    taken = transact_on(STORE, "one", clock.now, lease.take, OPENS)
    assert taken is not None
    for _ in range(5):
        clock.go(seconds=50)
        transact_on(STORE, "one", clock.now, lease.extend, taken)
        assert transact_on(STORE, "two", clock.now, lease.take, OPENS) is None
    clock.go(seconds=61)
    assert transact_on(STORE, "two", clock.now, lease.take, OPENS) is not None
    with pytest.raises(LeaseLostError):
        transact_on(STORE, "one", clock.now, lease.extend, taken)


def test_a_job_that_takes_its_worker_with_it_each_time_has_failed() -> None:
    clock, jobs = Clock(), table(job("test.nothing", nothing, attempts=3))
    ask("test.nothing")
    for _ in range(3):
        assert transact_on(STORE, "one", clock.now, lease.take, jobs) is not None
        clock.go(seconds=61)
    assert transact_on(STORE, "one", clock.now, lease.take, jobs) is None
    assert (only().state, only().last_error) == (FAILED, "LeaseLostError")
    assert open_signals(kind=JOB_FAILED).count == 1


def test_an_outside_job_writes_only_while_it_holds_its_lease() -> None:
    clock, steps = Clock(), []

    def work(step: Step) -> None:
        steps.append(step)
        step.transact(open_account, f"run-{len(steps)}")
        if len(steps) == 1:
            clock.go(seconds=61)
            do_due(STORE, jobs, clock)
            with pytest.raises(LeaseLostError):
                step.transact(open_account, "late")

    jobs = table(job("test.work", work, outside=True))
    ask("test.work")
    do_due(STORE, jobs, clock)
    assert handles() == ["run-1", "run-2"]
    assert only().state == DONE


def test_a_job_of_a_newer_release_is_left_alone_and_told_of() -> None:
    ask("test.newer")
    assert do_due(STORE, OPENS, Clock()) == 0
    assert only().state == WAITING
    transact_on(STORE, "system", NOON, plan, OPENS)
    (told,) = open_signals().rows
    assert (told.kind, told.key, told.times) == (UNKNOWN, "test.newer", 2)


def test_a_periodic_job_runs_at_once_and_then_once_a_period() -> None:
    clock, runs = Clock(), []
    jobs = table(job("test.round", lambda tx: runs.append(tx.now), period=timedelta(hours=1)))
    for _ in range(6):
        do_due(STORE, jobs, clock)
        clock.go(minutes=30)
    assert runs == [NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=2)]
    assert QueuedJob.objects.count() == 1


def test_a_period_that_was_missed_runs_once_not_many_times() -> None:
    clock, runs = Clock(), []
    jobs = table(job("test.round", lambda tx: runs.append(tx.now), period=timedelta(hours=1)))
    do_due(STORE, jobs, clock)
    clock.go(days=3)
    assert do_due(STORE, jobs, clock) == 1
    assert do_due(STORE, jobs, clock) == 0
    clock.go(hours=1)
    assert do_due(STORE, jobs, clock) == 1


def test_a_shorter_period_counts_from_the_next_start_on() -> None:
    clock = Clock()
    do_due(STORE, table(job("test.round", nothing, period=timedelta(days=7))), clock)
    assert only().due_at == NOON + timedelta(days=7)
    do_due(STORE, table(job("test.round", nothing, period=timedelta(hours=1))), clock)
    assert only().due_at == NOON + timedelta(hours=1)


def test_a_periodic_job_that_fails_comes_round_again_and_closes_its_own_signal() -> None:
    clock, broken = Clock(), [True]

    def work(_tx: Tx) -> None:
        if broken[0]:
            raise RuntimeError

    jobs = table(job("test.round", work, period=timedelta(hours=1), attempts=1))
    do_due(STORE, jobs, clock)
    assert (only().state, only().last_error) == (WAITING, "RuntimeError")
    assert open_signals(kind=JOB_FAILED).count == 1
    clock.go(hours=1)
    do_due(STORE, jobs, clock)
    assert open_signals(kind=JOB_FAILED).rows[0].times == 2
    broken[0] = False
    clock.go(hours=1)
    do_due(STORE, jobs, clock)
    assert only().last_error == ""
    assert open_signals().count == 0


def test_a_failed_job_is_tried_again_or_let_go() -> None:
    clock, jobs = Clock(), table(job("test.fail", fail, attempts=1))
    ask("test.fail")
    ask("test.fail")
    do_due(STORE, jobs, clock)
    first, second = failed_jobs()
    assert transact_on(STORE, "owner", NOON, retry, first.pk)
    assert counts().waiting == counts().failed == 1
    assert open_signals().count == 1
    assert transact(let_go, second.pk)
    assert open_signals().count == 0
    assert QueuedJob.objects.get(pk=second.pk).state == DROPPED
    assert not transact(let_go, second.pk)
    assert not transact(retry, second.pk)
    do_due(STORE, table(job("test.fail", nothing)), clock)
    assert QueuedJob.objects.get(pk=first.pk).state == DONE


def test_a_failed_job_whose_key_was_asked_for_again_is_not_tried_twice() -> None:
    jobs = table(job("test.fail", fail, attempts=1))
    ask("test.fail", key="k")
    do_due(STORE, jobs, Clock())
    ask("test.fail", key="k")
    (failed,) = failed_jobs()
    assert transact(retry, failed.pk)
    assert QueuedJob.objects.get(pk=failed.pk).state == DROPPED
    assert counts().waiting == 1


def test_what_has_ended_long_ago_is_swept() -> None:
    clock = Clock()
    ask("test.open", arguments={"handle": "one"})
    ask("test.fail")
    do_due(STORE, table(*OPENS.values(), job("test.fail", fail, attempts=1)), clock)
    clock.go(days=6)
    transact_on(STORE, "system", clock.now, sweep)
    assert QueuedJob.objects.count() == 2
    clock.go(days=2)
    transact_on(STORE, "system", clock.now, sweep)
    assert [row.state for row in QueuedJob.objects.all()] == [FAILED]
    clock.go(days=90)
    transact_on(STORE, "system", clock.now, sweep)
    assert QueuedJob.objects.count() == 0


def test_every_periodic_job_is_seen_before_a_worker_has_planned_it() -> None:
    jobs = table(job("test.round", nothing, period=timedelta(hours=1)), *OPENS.values())
    (seen,) = periodic(STORE.alias, jobs)
    assert seen.row is None
    do_due(STORE, jobs, Clock())
    (seen,) = periodic(STORE.alias, jobs)
    assert seen.row is not None
    assert seen.row.started_at == NOON
