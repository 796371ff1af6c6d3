"""What the controls of access look at again, and what they go on from."""

from datetime import datetime, timedelta

import pytest

from tests.access.house import NOW, PURPOSE, House, act, granted, house, value_of
from troth.access import examinations, examinations_log, views
from troth.access.examinations import AllowedViews
from troth.access.models import View
from troth.ledger.sequencer import integrate_all, open_log
from troth.policy.promise import Cursor
from troth.store import Store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

ALIAS = Store().alias
MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def staff() -> House:
    found = house()
    open_log(Store())
    granted(found, *found.persons)
    return found


def look(staff: House, at: datetime) -> None:
    act(staff["support"], views.view, value_of(staff.persons[0]), None, PURPOSE, at=at)


def passed(now: datetime, cursor: Cursor) -> tuple[list[datetime], AllowedViews]:
    found = AllowedViews(ALIAS, now, cursor)
    return [view.at for view in found], found


def test_views_are_gone_on_from_once_they_are_old_enough(staff: House) -> None:
    look(staff, NOW)
    look(staff, NOW + 8 * MINUTE)
    seen, first = passed(NOW + 12 * MINUTE, {})
    assert seen == [NOW, NOW + 8 * MINUTE]
    assert first.examined == 2
    seen, second = passed(NOW + 20 * MINUTE, first.cursor)
    assert seen == [NOW + 8 * MINUTE]
    assert second.examined == 2
    look(staff, NOW + 21 * MINUTE)
    seen, third = passed(NOW + 22 * MINUTE, second.cursor)
    assert seen == [NOW + 21 * MINUTE]
    assert third.examined == 3


@pytest.mark.parametrize("examine", [examinations.live_grants, examinations_log.examine])
def test_a_view_that_comes_after_the_cursor_is_counted_with_those_before(
    staff: House,
    examine: object,
) -> None:
    assert callable(examine)
    look(staff, NOW)
    integrate_all(Store())
    first = examine(ALIAS, LATER)
    look(staff, LATER)
    again = examine(ALIAS, LATER + MINUTE, first.cursor)
    assert (first.verdict, first.examined) == ("kept", 1)
    assert (again.verdict, again.examined) == ("kept", 2)
    assert examine(ALIAS, LATER + MINUTE).figures == again.figures


def test_a_row_beside_another_of_the_same_entry_is_named(staff: House) -> None:
    look(staff, NOW)
    row = View.objects.get()
    row.pk = None
    row.save()
    found = examinations_log.examine(ALIAS, LATER)
    assert found.verdict == "broken"
    assert found.samples == (f"view {row.pk}: no entry tells of it",)
