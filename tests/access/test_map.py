"""The access map says who can see what, of whom, why and until when; and forgets what ended."""

from datetime import timedelta

import pytest

from tests.access.house import NOW, House, act, frozen, granted, house, opened, wish
from troth.access import cases, glass, grants
from troth.access.map import AccessMap, Asked, access_map

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
    assert (cell.breadth, cell.purposes, cell.until, cell.grants) == (
        "list",
        ("rights",),
        given.until,
        1,
    )


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
    assert (cell.breadth, cell.cases, cell.grants, cell.until) == ("case", 1, 0, None)
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
    assert drawn().rows[0].frozen is True


def test_it_is_narrowed_to_a_member_and_a_category(staff: House) -> None:
    granted(staff)
    assert len(drawn(Asked(member="supp")).rows) == 1
    assert drawn(Asked(member="engineer")).rows == ()
    assert drawn(Asked(category="message")).rows == ()
