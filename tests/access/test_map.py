"""The access map says who can see what, of whom, why and until when; and forgets what ended."""

from datetime import timedelta

import pytest

from tests.access.house import NOW, House, act, frozen, granted, house, opened, wish
from troth.access import cases, glass, grants, undertakings
from troth.access.map import AccessMap, Asked, access_map
from troth.access.settings import set_setting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
CATEGORIES = {
    "account": frozenset({"account", "rights"}),
    "message": frozenset({"support"}),
    "usage": frozenset({"usage-statistics"}),
}


@pytest.fixture
def staff() -> House:
    return house()


def drawn(asked: Asked | None = None, after: timedelta = timedelta()) -> AccessMap:
    return access_map(CATEGORIES, asked or Asked(), NOW + after)


def test_a_house_without_grants_has_an_empty_map(staff: House) -> None:
    found = drawn()
    assert (found.rows, found.members, found.holders, found.grants) == ((), 6, 0, 0)
    assert len(drawn(Asked(holding=False)).rows) == len(staff.members)


def test_a_cell_tells_how_widely_for_what_and_until_when(staff: House) -> None:
    given = granted(staff, *staff.persons)
    (row,) = drawn().rows
    assert (row.member, row.roles, set(row.cells)) == ("support-1", ("support",), {"account"})
    cell = row.cells["account"]
    assert (cell.breadth, cell.purposes, cell.until) == ("list", ("rights",), given.until)
    assert [(one.grant, one.case) for one in cell.grounds] == [(given.pk, None)]
    assert row.stopped == ()


def test_the_widest_of_several_rights_is_shown(staff: House) -> None:
    granted(staff, staff.persons[0])
    granted(staff)
    assert drawn().rows[0].cells["account"].breadth == "all"
    act(staff["support"], glass.break_glass, wish(staff.persons[0]))
    assert drawn().rows[0].cells["account"].breadth == "glass"


def test_work_on_a_case_is_a_right_of_its_own(staff: House) -> None:
    case = opened(staff)
    act(staff["support"], cases.take, case)
    cell = drawn().rows[0].cells["account"]
    assert (cell.breadth, cell.until) == ("case", None)
    assert [(one.grant, one.case) for one in cell.grounds] == [(None, case.pk)]
    assert cell.purposes == ("account", "rights")
    assert set(drawn().rows[0].cells) == {"account", "message"}, "not what it has no use for"
    act(staff["support"], cases.close_case, case)
    assert drawn().rows == ()


def test_what_ended_is_not_on_the_map(staff: House) -> None:
    act(staff["support"], grants.end, granted(staff))
    act(staff["support"], grants.ask, wish())
    assert drawn().grants == 0
    granted(staff)
    assert drawn().grants == 1
    assert drawn(after=timedelta(days=2)).grants == 0


def test_a_frozen_members_rights_are_marked(staff: House) -> None:
    granted(staff)
    frozen(staff["support"])
    assert drawn().rows[0].stopped == ("frozen",)


def test_who_is_not_sworn_or_not_reviewed_in_time_is_marked(staff: House) -> None:
    granted(staff, life=timedelta(days=20))
    texts = ("另一份承诺文本。" * 10, "Another undertaking. " * 10)
    act(staff["owner"], undertakings.publish_text, *texts)
    assert drawn().rows[0].stopped == ("unsworn",)
    late = timedelta(days=8)
    assert drawn(after=late).rows[0].stopped == ("unsworn",)
    act(staff["owner"], set_setting, "review_days", 7)
    assert drawn(after=late).rows[0].stopped == ("unsworn", "overdue")


def test_a_grant_and_a_case_are_told_apart(staff: House) -> None:
    case = opened(staff)
    act(staff["support"], cases.take, case)
    given = granted(staff, staff.persons[0])
    cell = drawn().rows[0].cells["account"]
    assert cell.until is None, "the case has no end that is known"
    assert [(one.breadth, one.purposes, one.until) for one in cell.grounds] == [
        ("list", ("rights",), given.until),
        ("case", ("account", "rights"), None),
    ]


def test_it_is_narrowed_to_a_member_and_a_category(staff: House) -> None:
    granted(staff)
    assert len(drawn(Asked(member="supp")).rows) == 1
    assert drawn(Asked(member="engineer")).rows == ()
    assert drawn(Asked(category="message")).rows == ()
