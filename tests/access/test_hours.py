"""How many persons leave for everybody has shown is counted again as the door counted it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.access.house import NOW, PURPOSE, House, act, granted, house, people, value_of
from troth.access import examinations, settings, views
from troth.access.models import View
from troth.ledger.sequencer import integrate_all, open_log
from troth.people import erasure
from troth.policy.promise import Cursor
from troth.store import Store
from troth.vault import PersonId

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("keys")]
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LIMIT = 4
Look = Callable[..., bool]


@pytest.fixture
def staff() -> House:
    found = house()
    open_log(Store())
    granted(found, at=NOW, scope="all")
    return found


@pytest.fixture
def crowd(staff: House) -> tuple[PersonId, ...]:  # noqa: ARG001 - the house they are known in
    return people(9, called="crowd")


def look(staff: House, person: PersonId, at: datetime) -> bool:
    seen = act(staff["support"], views.view, value_of(person), None, PURPOSE, at=at)
    return seen.decision.allowed


def verdict(at: datetime, cursor: Cursor | None = None) -> str:
    return examinations.live_grants(Store().alias, at, cursor or {}).verdict


def test_up_to_the_limit_and_the_same_again_is_kept(
    staff: House, crowd: tuple[PersonId, ...]
) -> None:
    for number, person in enumerate((*crowd[:LIMIT], *crowd[:LIMIT])):
        assert look(staff, person, NOW + number * MINUTE)
    assert not look(staff, crowd[LIMIT], NOW + 10 * MINUTE)
    assert verdict(NOW + HOUR) == "kept"


def test_an_hour_later_others_are_seen(staff: House, crowd: tuple[PersonId, ...]) -> None:
    for person in crowd[:LIMIT]:
        assert look(staff, person, NOW)
    assert not look(staff, crowd[LIMIT], NOW + HOUR - MINUTE)
    assert look(staff, crowd[LIMIT], NOW + HOUR)
    assert verdict(NOW + 2 * HOUR) == "kept"


@pytest.mark.parametrize("at", [NOW + 10 * MINUTE, NOW + 2 * MINUTE], ids=["then", "set back"])
def test_a_raised_limit_holds_from_then_on_by_the_ledger_too(
    staff: House, crowd: tuple[PersonId, ...], at: datetime
) -> None:
    """Where the clock is set back after it was raised, the views seem to come before it."""
    for person in crowd[:LIMIT]:
        assert look(staff, person, NOW + MINUTE)
    act(staff["owner"], settings.set_setting, settings.PERSONS_PER_HOUR, 8, at=NOW + 5 * MINUTE)
    integrate_all(Store())
    assert look(staff, crowd[LIMIT], at)
    integrate_all(Store())
    assert verdict(NOW + HOUR) == "kept"


def test_a_lowered_limit_is_not_held_against_what_was_seen_before(
    staff: House, crowd: tuple[PersonId, ...]
) -> None:
    for person in crowd[:LIMIT]:
        assert look(staff, person, NOW)
    act(staff["owner"], settings.set_setting, settings.PERSONS_PER_HOUR, 1, at=NOW + MINUTE)
    assert not look(staff, crowd[LIMIT], NOW + 2 * MINUTE)
    assert verdict(NOW + HOUR) == "kept"


def test_who_was_erased_since_still_counts_as_one(
    staff: House, crowd: tuple[PersonId, ...]
) -> None:
    for person in crowd[:LIMIT]:
        assert look(staff, person, NOW)
    erasure.erase(crowd[0], "asked")
    assert verdict(NOW + HOUR) == "kept"


def test_an_examination_that_goes_on_within_the_hour_counts_what_was_before(
    staff: House, crowd: tuple[PersonId, ...]
) -> None:
    for person in crowd[:LIMIT]:
        assert look(staff, person, NOW)
    first = examinations.live_grants(Store().alias, NOW + 20 * MINUTE)
    assert first.cursor is not None
    assert first.cursor["view"] == View.objects.latest("pk").pk
    last = View.objects.latest("pk")
    View.objects.bulk_create(
        [
            View(
                **{
                    field.attname: getattr(last, field.attname)
                    for field in View._meta.concrete_fields  # noqa: SLF001 - Django's own name
                    if field.attname not in {"id", "subject", "at"}
                },
                subject="somebody-else",
                at=NOW + 30 * MINUTE,
            )
        ]
    )
    again = examinations.live_grants(Store().alias, NOW + HOUR, first.cursor)
    assert again.verdict == "broken"
    assert "more persons in an hour" in again.samples[0]
