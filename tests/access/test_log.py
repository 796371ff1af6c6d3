"""The record of access: searched by who may, exported with a second, told to its person."""

from datetime import datetime, timedelta
from typing import Final

import msgspec
import pytest
from msgspec.structs import replace

from tests.access.house import NOW, PURPOSE, House, act, granted, house, value_of, wish
from troth.access import bulk, glass, known, log, views
from troth.access.acting import Acting
from troth.access.asked import Asked
from troth.access.facts import roles_of
from troth.access.known import give_address
from troth.access.models import Bulk, View
from troth.access.objects import NotAllowedError
from troth.access.roles import Role
from troth.access.settings import set_setting
from troth.ledger.models import Entry
from troth.people.mail import letter_of
from troth.store import SYSTEM
from troth.store.models import OutboxRow

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("keys")]
LATER: Final = NOW + timedelta(hours=1)


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


def waiting(staff: House, asked: Asked | None = None) -> Bulk:
    """Have the auditor ask, when both views have happened."""
    found = Asked() if asked is None else asked
    return act(staff["auditor"], bulk.ask, found, "For the yearly audit", at=LATER)


def confirmed(staff: House, asked: Asked | None = None) -> Bulk:
    found = waiting(staff, asked)
    act(staff["owner"], bulk.confirm, found, yes=True, at=LATER)
    return found


def take(staff: House, found: Bulk, at: datetime = LATER, who: Role = "auditor") -> int:
    return len(act(staff[who], log.export, found, at=at))


def test_an_export_needs_a_second_member_and_is_entered(staff: House) -> None:
    rows = act(staff["auditor"], log.export, confirmed(staff), at=LATER)
    assert [row[log.COLUMNS.index("allowed")] for row in rows] == ["yes", "no"]
    assert all(len(row) == len(log.COLUMNS) for row in rows)
    assert Entry.objects.filter(kind="access.log-exported").count() == 1


@pytest.mark.parametrize(
    ("asked", "rows", "persons"),
    [(Asked(), 2, 2), (Asked(allowed=True), 1, 1), (Asked(member="support-1"), 2, 2)],
)
def test_what_is_confirmed_is_counted_from_the_rows_themselves(
    staff: House, asked: Asked, rows: int, persons: int
) -> None:
    found = waiting(staff, asked)
    assert (found.rows, found.persons) == (rows, persons)
    assert bulk.asked_of(found) == replace(asked, until=LATER)


def test_what_is_viewed_after_the_asking_is_no_part_of_it(staff: House) -> None:
    found = confirmed(staff)
    after = LATER + timedelta(minutes=1)
    act(staff["support"], views.view, value_of(staff.persons[0]), None, PURPOSE, at=after)
    assert take(staff, found, at=after + timedelta(minutes=1)) == 2


def test_a_day_to_come_is_looked_for_up_to_the_asking(staff: House) -> None:
    found = waiting(staff, Asked(until=LATER + timedelta(days=1)))
    assert bulk.asked_of(found).until == LATER
    found = waiting(staff, Asked(until=NOW + timedelta(seconds=1)))
    assert (found.rows, bulk.asked_of(found).until) == (1, NOW + timedelta(seconds=1))


def test_rows_that_came_before_the_asking_was_confirmed_are_not_handed_out(staff: House) -> None:
    """A view that was being committed while the rows were counted."""
    found = confirmed(staff)
    act(staff["support"], views.view, value_of(staff.persons[0]), None, PURPOSE)
    with pytest.raises(bulk.ChangedError) as refused:
        take(staff, found)
    assert refused.value.message.values == {"then": 2, "now": 3}
    assert Bulk.objects.get().used_at is None
    assert Entry.objects.filter(kind="access.log-exported").count() == 0


def test_rows_other_than_were_confirmed_are_not_handed_out(staff: House) -> None:
    found = confirmed(staff, Asked(allowed=True))
    other = msgspec.to_builtins(Asked(allowed=False, until=LATER))
    Bulk.objects.update(asked=other)
    with pytest.raises(bulk.ChangedError):
        take(staff, Bulk.objects.get(pk=found.pk))


def test_where_nothing_fits_there_is_nothing_to_ask_for(staff: House) -> None:
    with pytest.raises(bulk.UnfitError):
        waiting(staff, Asked(member="nobody"))


def test_more_rows_than_fit_into_a_file_are_not_cut_off_unsaid(
    staff: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "ROWS_MAX", 1)
    with pytest.raises(bulk.UnfitError):
        waiting(staff)
    assert waiting(staff, Asked(allowed=True)).rows == 1


def test_who_may_confirm_is_told_by_mail(staff: House) -> None:
    for role in ("owner", "support", "auditor"):
        act(staff.members[role], give_address, f"{role}@example.com")
    waiting(staff)
    letters = [letter_of(bytes(row.body)) for row in OutboxRow.objects.filter(kind="mail")]
    told = [str(one.person) for one in letters if one.template == "access.bulk-asked"]
    staff["owner"].account.refresh_from_db()
    assert told == [staff["owner"].account.person]


def test_a_confirmation_is_for_once(staff: House) -> None:
    found = confirmed(staff)
    assert take(staff, found) == 2
    with pytest.raises(bulk.NotConfirmedError):
        take(staff, found)


def test_what_nobody_confirmed_or_another_refused_is_not_handed_out(staff: House) -> None:
    found = waiting(staff)
    with pytest.raises(bulk.NotConfirmedError):
        take(staff, found)
    with pytest.raises(NotAllowedError):
        act(staff["auditor"], bulk.confirm, found, yes=True, at=LATER)
    act(staff["owner"], bulk.confirm, found, yes=False, at=LATER)
    with pytest.raises(bulk.NotConfirmedError):
        take(staff, found)
    with pytest.raises(bulk.SettledError):
        act(staff["owner"], bulk.confirm, found, yes=True, at=LATER)


def test_another_members_confirmation_is_of_no_use(staff: House) -> None:
    found = confirmed(staff)
    with pytest.raises(bulk.NotConfirmedError):
        take(staff, found, who="owner")


def test_support_asks_for_nothing_and_exports_nothing(staff: House) -> None:
    with pytest.raises(NotAllowedError):
        act(staff["support"], bulk.ask, Asked(), "Why not", at=LATER)
    found = confirmed(staff)
    with pytest.raises(NotAllowedError):
        take(staff, found, who="support")
    assert Bulk.objects.get().used_at is None


def test_a_confirmation_lapses(staff: House) -> None:
    found = confirmed(staff)
    with pytest.raises(bulk.NotConfirmedError):
        take(staff, found, at=found.lapses_at)


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
