"""Cases: who may give one away, who may work on one, and what is no work."""

import pytest

from tests.access.house import NOW, House, act, frozen, granted, house, opened, swear, wish
from troth.access import cases, examinations, grants, log, views
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


def test_what_is_written_to_a_case_opens_by_the_door_for_who_works_on_it(staff: House) -> None:
    case = act(staff["owner"], cases.open_case, "question", staff.persons[:1], "She moved house")
    for role in ("owner", "auditor", "security"):
        with pytest.raises(NotAllowedError):
            act(staff[role], views.view_note, case)
    before = act(staff["support"], views.view_note, case)
    act(staff["support"], cases.take, case)
    seen = act(staff["support"], views.view_note, case)
    assert before is not None
    assert before.plain is None
    assert seen is not None
    assert seen.plain is not None
    assert seen.plain.reveal() == "She moved house"
    told = act("system", log.seen_by, staff.persons[0]).rows
    assert [(one.category, one.field) for one in told] == [("access-log", "reason")]
    assert examinations.live_grants("default", NOW).verdict == "kept"


def test_what_is_written_to_a_case_stays_shut_to_who_is_frozen(staff: House) -> None:
    case = act(staff["owner"], cases.open_case, "question", staff.persons[:1], "She moved house")
    act(staff["support"], cases.take, case)
    frozen(staff["support"])
    seen = act(staff["support"], views.view_note, case)
    assert seen is not None
    assert seen.decision.reason.code == "access-frozen"
