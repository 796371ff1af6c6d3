"""The record of access: searched by who may, exported with a second, told to its person."""

from datetime import timedelta

import pytest

from tests.access.house import NOW, PURPOSE, House, act, granted, house, value_of, wish
from troth.access import bulk, glass, known, log, views
from troth.access.acting import Acting
from troth.access.facts import roles_of
from troth.access.log import Asked
from troth.access.models import Bulk, View
from troth.access.objects import NotAllowedError
from troth.access.roles import Role
from troth.access.settings import set_setting
from troth.ledger.models import Entry
from troth.store import SYSTEM

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def staff() -> House:
    """Return the house after one view that was allowed and one that was not."""
    found = house()
    granted(found, found.persons[0])
    for number, person in enumerate(found.persons):
        at = NOW + timedelta(minutes=number)
        act(found["support"], views.view, value_of(person), None, PURPOSE, at=at)
    return found


def acting(staff: House, role: Role) -> Acting:
    return Acting(staff[role], roles_of(staff[role]))


def subjects(asked: Asked, staff: House, role: Role = "auditor") -> int:
    return log.search(acting(staff, role), asked).count


def test_the_newest_stands_first_and_says_why(staff: House) -> None:
    page = log.search(acting(staff, "auditor"), Asked())
    assert [row.reason for row in page.rows] == ["grant-missing", "view-granted"]
    assert {row.statement for row in page.rows} == {"protection.access"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"member": "support-1"}, 2),
        ({"member": "engineer-1"}, 0),
        ({"category": "account"}, 2),
        ({"purpose": "legal"}, 0),
        ({"allowed": True}, 1),
        ({"allowed": False}, 1),
        ({"since": NOW + timedelta(seconds=1)}, 1),
        ({"until": NOW + timedelta(seconds=1)}, 1),
        ({"case": 1}, 0),
    ],
)
def test_it_is_searched_by_whatever_a_row_says(
    staff: House, asked: dict[str, object], found: int
) -> None:
    assert subjects(Asked(**asked), staff) == found  # type: ignore[arg-type]  # as parametrised


def test_it_is_searched_by_person(staff: House) -> None:
    one = View.objects.earliest("pk")
    assert subjects(Asked(subject=one.subject), staff) == 1


def test_who_may_not_see_it_sees_her_own_rows(staff: House) -> None:
    assert subjects(Asked(), staff, "support") == 2
    assert subjects(Asked(), staff, "engineer") == 0


def test_pages_end_where_the_rows_do(staff: House) -> None:
    page = log.search(acting(staff, "auditor"), Asked(), page=99)
    assert (page.page, page.pages, page.count) == (1, 1, 2)


def confirmed(staff: House, asked: Asked) -> Bulk:
    wish = bulk.Wish(
        what=log.EXPORT,
        category="access-log",
        purpose="staff-access",
        persons=2,
        digest=asked.digest(),
        reason="For the yearly audit",
    )
    waiting = act(staff["auditor"], bulk.ask, wish)
    act(staff["owner"], bulk.confirm, waiting, yes=True)
    return waiting


def test_an_export_needs_a_second_member_and_is_entered(staff: House) -> None:
    rows = act(staff["auditor"], log.export, Asked(), confirmed(staff, Asked()))
    assert [row[log.COLUMNS.index("allowed")] for row in rows] == ["yes", "no"]
    assert all(len(row) == len(log.COLUMNS) for row in rows)
    assert Entry.objects.filter(kind="access.log-exported").count() == 1


def test_a_confirmation_is_for_just_this_export_and_for_once(staff: House) -> None:
    waiting = confirmed(staff, Asked(allowed=True))
    with pytest.raises(bulk.NotConfirmedError):
        act(staff["auditor"], log.export, Asked(), waiting)
    act(staff["auditor"], log.export, Asked(allowed=True), waiting)
    with pytest.raises(bulk.NotConfirmedError):
        act(staff["auditor"], log.export, Asked(allowed=True), waiting)


def test_another_members_confirmation_is_of_no_use(staff: House) -> None:
    waiting = confirmed(staff, Asked())
    with pytest.raises(bulk.NotConfirmedError):
        act(staff["owner"], log.export, Asked(), waiting)


def test_support_exports_nothing(staff: House) -> None:
    waiting = confirmed(staff, Asked())
    with pytest.raises(NotAllowedError):
        act(staff["support"], log.export, Asked(), waiting)
    assert Bulk.objects.get().used_at is None


def test_a_confirmation_lapses(staff: House) -> None:
    waiting = confirmed(staff, Asked())
    with pytest.raises(bulk.NotConfirmedError):
        act(staff["auditor"], log.export, Asked(), waiting, at=waiting.lapses_at)


def test_a_person_is_told_who_saw_her_data_and_why_by_role(staff: House) -> None:
    told = act(SYSTEM, log.seen_by, staff.persons[0])
    (seen,) = told.rows
    assert (seen.role, seen.name, seen.purpose, seen.statement) == (
        "support",
        "",
        PURPOSE,
        "protection.access",
    )


def test_a_person_is_not_told_of_what_was_refused(staff: House) -> None:
    assert act(SYSTEM, log.seen_by, staff.persons[1]).count == 0


def test_names_are_told_where_that_is_set(staff: House) -> None:
    act(staff["owner"], set_setting, "names_on_me", given=True)
    assert act(SYSTEM, log.seen_by, staff.persons[0]).rows[0].name == "", "she gave none"
    act(staff["support"], known.give_name, "Robin Example")
    assert act(SYSTEM, log.seen_by, staff.persons[0]).rows[0].name == "Robin Example"


def test_a_person_is_told_that_nobody_had_approved_it(staff: House) -> None:
    assert act(SYSTEM, log.seen_by, staff.persons[0]).rows[0].glass is False
    act(staff["engineer"], glass.break_glass, wish(staff.persons[1]))
    act(staff["engineer"], views.view, value_of(staff.persons[1]), None, PURPOSE)
    assert act(SYSTEM, log.seen_by, staff.persons[1]).rows[0].glass is True
