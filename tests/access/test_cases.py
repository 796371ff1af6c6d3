"""Cases: who may give one away, who may work on one, and what is no work."""

import pytest

from tests.access.house import House, act, granted, house, opened, swear, wish
from troth.access import cases, grants
from troth.access.acting import acting_as
from troth.access.members import set_roles
from troth.access.models import Approval, CaseMember
from troth.access.objects import NotAllowedError
from troth.access.settings import set_setting
from troth.access.standing import NotSignedError
from troth.site.typeset.cases import cases_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def staff() -> House:
    return house()


def test_who_has_nothing_to_do_with_a_case_does_not_give_it_away(staff: House) -> None:
    case = opened(staff)
    with pytest.raises(NotAllowedError):
        act(staff["engineer"], cases.assign, case, staff["support"])
    assert act(staff["security"], cases.assign, case, staff["support"]).until is None


def test_a_case_is_listed_for_whom_it_can_be(staff: House) -> None:
    case = opened(staff)
    listed = {
        role: list(cases_for(acting_as(staff[role]), "default", ended=False))
        for role in ("support", "engineer", "auditor")
    }
    assert listed == {"support": [case], "engineer": [], "auditor": [case]}


def test_who_is_not_sworn_works_on_no_case() -> None:
    found = house(sworn=False)
    with pytest.raises(NotSignedError, match="support-1 has not signed"):
        act(found["support"], cases.take, opened(found))
    swear(found["support"])
    assert act(found["support"], cases.take, opened(found)).until is None


def test_who_does_not_work_on_a_case_gives_nothing_back(staff: House) -> None:
    case = opened(staff)
    act(staff["support"], cases.take, case)
    with pytest.raises(cases.NotWorkingError):
        act(staff["engineer"], cases.leave, case)
    act(staff["support"], cases.leave, case)
    with pytest.raises(cases.NotWorkingError):
        act(staff["support"], cases.leave, case)
    assert CaseMember.objects.count() == 1


def test_a_grant_that_has_ended_does_not_end_again(staff: House) -> None:
    live = granted(staff, staff.persons[0])
    act(staff["support"], grants.end, live)
    with pytest.raises(grants.SettledError):
        act(staff["support"], grants.end, live)


def test_a_yes_counts_as_long_as_she_may_still_give_it(staff: House) -> None:
    act(staff["owner"], set_setting, "approvals_needed", 2)
    asked = act(staff["support"], grants.ask, wish(*staff.persons))
    act(staff["privacy-officer"], grants.decide, asked, yes=True)
    act(staff["owner"], set_roles, staff["privacy-officer"], {"support"})
    waiting = act(staff["owner"], grants.decide, asked, yes=True)
    assert waiting.decided_at is None
    assert Approval.objects.filter(yes=True).count() == 2
    act(staff["owner"], set_roles, staff["privacy-officer"], {"privacy-officer"})
    assert act(staff["owner"], grants.end, waiting) is None
