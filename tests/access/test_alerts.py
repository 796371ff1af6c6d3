"""What is unusual is told at once, once a day, and stops a member where that is set."""

from datetime import timedelta

import pytest

from tests.access.house import NOW, PURPOSE, House, act, granted, house, opened, value_of
from troth.access import alerts, cases, members, views
from troth.access.models import Freeze, View
from troth.access.settings import set_setting
from troth.ledger.models import Entry
from troth.store.models import Signal

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def staff() -> House:
    return house()


def look(staff: House, number: int = 0, person: int = 0) -> views.Viewed:
    at = NOW + timedelta(seconds=number)
    return act(staff["support"], views.view, value_of(staff.persons[person]), None, PURPOSE, at=at)


def kinds() -> set[str]:
    return set(Signal.objects.values_list("kind", flat=True))


def test_a_view_that_a_list_covers_within_hours_is_nothing_unusual(staff: House) -> None:
    granted(staff, staff.persons[0])
    look(staff)
    assert kinds() == set()


def test_more_views_an_hour_than_are_usual_are_told_once_and_counted(staff: House) -> None:
    act(staff["owner"], set_setting, "volume_per_hour", 3)
    granted(staff, staff.persons[0])
    for number in range(6):
        look(staff, number)
    assert kinds() == {alerts.VOLUME}
    assert Signal.objects.get().times == 3
    assert Entry.objects.filter(kind="access.alert").count() == 1


def test_more_persons_a_day_than_are_usual_are_told(staff: House) -> None:
    act(staff["owner"], set_setting, "persons_per_day", 1)
    granted(staff, *staff.persons)
    look(staff)
    assert kinds() == set()
    look(staff, 1, person=1)
    assert kinds() == {alerts.BREADTH}


@pytest.mark.parametrize("hours", [12, 24 * 5])
def test_a_view_at_night_or_on_a_saturday_is_told(staff: House, hours: int) -> None:
    at = NOW + timedelta(hours=hours)
    granted(staff, staff.persons[0], at=at)
    act(staff["support"], views.view, value_of(staff.persons[0]), None, PURPOSE, at=at)
    assert kinds() == {alerts.HOURS}


def test_somebody_no_case_is_about_is_told_and_one_of_a_case_is_not(staff: House) -> None:
    granted(staff)
    look(staff)
    assert kinds() == {alerts.NO_CASE}
    Signal.objects.all().delete()
    case = opened(staff, staff.persons[1])
    act(staff["support"], cases.take, case)
    later = NOW + timedelta(days=1)
    act(staff["support"], views.view, value_of(staff.persons[1]), case, PURPOSE, at=later)
    assert kinds() == set()


def test_refusals_are_no_views_and_are_not_counted(staff: House) -> None:
    act(staff["owner"], set_setting, "volume_per_hour", 1)
    for number in range(3):
        look(staff, number)
    assert View.objects.filter(allowed=True).count() == 0
    assert kinds() == set()


def test_where_that_is_set_an_alert_freezes_until_somebody_has_looked(staff: House) -> None:
    act(staff["owner"], set_setting, "freeze_on_alert", given=True)
    act(staff["owner"], set_setting, "volume_per_hour", 1)
    granted(staff, staff.persons[0])
    answers = [look(staff, number).decision.reason.code for number in range(3)]
    assert answers == ["view-granted", "view-granted", "access-frozen"]
    assert Freeze.objects.get().by == "system"


def test_a_refused_view_at_night_stops_nobody(staff: House) -> None:
    act(staff["owner"], set_setting, "freeze_on_alert", given=True)
    at = NOW + timedelta(hours=12)
    act(staff["support"], views.view, value_of(staff.persons[0]), None, PURPOSE, at=at)
    assert View.objects.get().allowed is False
    assert kinds() == set()
    assert not Freeze.objects.exists()


def test_once_a_freeze_is_lifted_it_is_counted_anew_and_stops_again(staff: House) -> None:
    act(staff["owner"], set_setting, "freeze_on_alert", given=True)
    act(staff["owner"], set_setting, "volume_per_hour", 2)
    granted(staff, staff.persons[0])
    for number in range(3):
        look(staff, number)
    lifted = NOW + timedelta(seconds=10)
    act(staff["owner"], members.unfreeze, staff["support"], "It was a busy hour", at=lifted)
    assert Signal.objects.get().closed_at == lifted
    answers = [look(staff, 20 + number).decision.reason.code for number in range(4)]
    assert answers == ["view-granted"] * 3 + ["access-frozen"]
    assert Signal.objects.filter(closed_at=None).count() == 1
    assert Entry.objects.filter(kind="access.alert").count() == 2


def test_who_is_let_on_at_night_is_not_stopped_by_the_next_view(staff: House) -> None:
    act(staff["owner"], set_setting, "freeze_on_alert", given=True)
    at = NOW + timedelta(hours=12)
    granted(staff, staff.persons[0], at=at)

    def late(minute: int) -> str:
        when = at + timedelta(minutes=minute)
        value = value_of(staff.persons[0])
        return act(staff["support"], views.view, value, None, PURPOSE, at=when).decision.reason.code

    assert [late(0), late(1)] == ["view-granted", "access-frozen"]
    lifted = at + timedelta(minutes=2)
    act(staff["owner"], members.unfreeze, staff["support"], "She is on duty", at=lifted)
    assert [late(3), late(4)] == ["view-granted", "view-granted"]
