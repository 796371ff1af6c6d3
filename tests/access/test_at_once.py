"""What two members do at the same moment is done once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connections

from tests.access.house import NOW, PURPOSE, House, act, house, opened, value_of, wish
from troth.access import bulk, cases, glass, grants, log, views
from troth.access.asked import Asked
from troth.access.models import Approval, Break, Bulk, CaseMember, Grant

Doing = Callable[[], Any]
TRIES = 2_000


@pytest.fixture
def staff(keys: Path, committed: None) -> House:  # noqa: ARG001 - what it needs
    return house()


def both(first: Doing, second: Doing) -> list[str]:
    """Do two things at once; return what became of each."""

    def done(doing: Doing) -> str:
        for _ in range(TRIES):
            try:
                doing()
            except OperationalError:
                continue  # the tests' database in memory does not wait for a lock, a file does
            except Exception as error:  # noqa: BLE001 - which one it is depends on who was first
                return type(error).__name__
            finally:
                connections.close_all()
            return "done"
        return "never"

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(done, (first, second)))


def test_a_request_is_settled_once(staff: House) -> None:
    asked = act(staff["support"], grants.ask, wish(*staff.persons))
    outcomes = both(
        lambda: act(staff["owner"], grants.decide, asked, yes=True),
        lambda: act(staff["privacy-officer"], grants.decide, asked, yes=False),
    )
    assert outcomes == ["SettledError", "done"]
    assert Approval.objects.get().yes is Grant.objects.get().approved


def test_glass_is_broken_once(staff: House) -> None:
    doing = lambda: act(staff["support"], glass.break_glass, wish(staff.persons[0]))  # noqa: E731 - twice the same
    assert both(doing, doing) == ["UnreviewedError", "done"]
    assert Break.objects.count() == 1


def test_a_confirmation_is_used_once(staff: House) -> None:
    act(staff["support"], views.view, value_of(staff.persons[0]), None, PURPOSE)
    later = NOW + timedelta(minutes=1)
    asked = act(staff["auditor"], bulk.ask, Asked(), "For the yearly audit", at=later)
    act(staff["owner"], bulk.confirm, asked, yes=True, at=later)
    doing = lambda: act(staff["auditor"], log.export, asked, at=later)  # noqa: E731 - the same
    assert both(doing, doing) == ["NotConfirmedError", "done"]
    assert Bulk.objects.get().used_at is not None


def test_a_case_is_closed_once_and_nobody_takes_it_afterwards(staff: House) -> None:
    case = opened(staff)
    outcomes = both(
        lambda: act(staff["owner"], cases.close_case, case),
        lambda: act(staff["security"], cases.close_case, case),
    )
    assert outcomes == ["CaseClosedError", "done"]
    with pytest.raises(cases.CaseClosedError):
        act(staff["support"], cases.take, case)
    assert CaseMember.objects.count() == 0
