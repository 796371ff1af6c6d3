"""Cut short between any two steps, a job happens once: the moments a random kill seldom meets."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.jobs.cast import NOON, STORE, Clock, ask, job, only, table
from troth.people.models import Account
from troth.store import Tx, transact_on
from troth.store import jobs_lease as lease
from troth.store.jobs import Job
from troth.store.jobs_worker import Step, do, do_due
from troth.store.models import DONE, RUNNING

pytestmark = pytest.mark.usefixtures("committed")


class Killed(BaseException):
    """As good as a kill: nothing catches it, and the transaction it meets is undone."""


def leave_row(tx: Tx) -> None:
    Account.objects.using(tx.alias).create(handle=f"a{Account.objects.count()}", created_at=tx.now)


def leave_row_once(tx: Tx) -> None:
    if not Account.objects.using(tx.alias).exists():
        leave_row(tx)


def inside(tx: Tx) -> None:
    leave_row(tx)


def outside(step: Step) -> None:
    step.transact(leave_row_once)


def before(_function: Callable[..., Any]) -> Callable[..., Any]:
    def cut(*_args: object) -> None:
        raise Killed

    return cut


def after(function: Callable[..., Any]) -> Callable[..., Any]:
    def cut(*args: object) -> None:
        function(*args)
        raise Killed

    return cut


JOBS: Final = (job("test.inside", inside), job("test.outside", outside, outside=True))


@pytest.mark.parametrize("whole", JOBS, ids=lambda found: found.name)
@pytest.mark.parametrize("moment", [before, after])
@pytest.mark.parametrize("what", ["work", "done"])
def test_a_job_that_is_cut_short_happens_once(
    monkeypatch: pytest.MonkeyPatch,
    whole: Job,
    moment: Callable[[Callable[..., Any]], Callable[..., Any]],
    what: str,
) -> None:
    clock = Clock()
    ask(whole.name)
    taken = transact_on(STORE, "system", NOON, lease.take, table(whole))
    assert taken is not None
    cut = whole
    with monkeypatch.context() as patched:
        if what == "work":
            function = moment(whole.function)
            cut = job(whole.name, function, outside=whole.outside)
        else:
            patched.setattr(lease, "finish", moment(lease.finish))
        with pytest.raises(Killed):
            do(STORE, cut, taken, clock)
    assert only().state == RUNNING
    assert do_due(STORE, table(whole), clock) == 0
    clock.go(seconds=61)
    assert do_due(STORE, table(whole), clock) == 1
    assert (only().state, Account.objects.count()) == (DONE, 1)


def test_a_job_that_is_cut_short_while_it_is_taken_is_taken_again() -> None:
    ask("test.inside")

    def take_and_die(tx: Tx) -> None:
        assert lease.take(tx, table(*JOBS)) is not None
        raise Killed

    with pytest.raises(Killed):
        transact_on(STORE, "system", NOON, take_and_die)
    assert do_due(STORE, table(*JOBS), Clock()) == 1
    assert Account.objects.count() == 1
