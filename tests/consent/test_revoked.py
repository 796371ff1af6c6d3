"""What others have committed is known after a glance; for a day, and no longer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.consent.cast import COUNT, STATISTICS, choose, seen, somebody, withdraw
from troth.consent.models import Choice
from troth.consent.revoked import EVERY, KNOWN_FOR, SETTLES, Revoked, least
from troth.people import erasure
from troth.store import Store
from troth.vault import PersonId

pytestmark = pytest.mark.django_db
ALIAS = Store().alias
SECOND = timedelta(seconds=1)


@pytest.fixture
def now() -> datetime:
    """Entries' ids are made by the clock, so what is loaded is asked for by the clock."""
    return datetime.now(UTC)


def taken_back(version: str, now: datetime) -> PersonId:
    person = somebody()
    choose(person, {STATISTICS: True}, seen(version, STATISTICS), now)
    withdraw(person, [STATISTICS], seen(version), now)
    return person


def test_a_start_knows_what_was_taken_back_within_the_day(version: str, now: datetime) -> None:
    person, erased, other = taken_back(version, now), taken_back(version, now), somebody()
    choose(other, {STATISTICS: True}, seen(version, STATISTICS), now)
    erasure.erase(erased, "asked")
    known = Revoked()
    known.load(ALIAS, now + SECOND)
    assert [known.least(one) for one in (person, erased, other)] == [2, EVERY, 0]
    known.load(ALIAS, now + KNOWN_FOR + SECOND)
    assert [known.least(one) for one in (person, other)] == [0, 0]


def test_what_others_commit_comes_in_with_the_next_glance(version: str, now: datetime) -> None:
    known = Revoked()
    known.refresh(ALIAS, now)
    person, erased = taken_back(version, now), taken_back(version, now)
    erasure.erase(erased, "asked")
    assert known.least(person) == 0
    known.refresh(ALIAS, now + SECOND)
    assert (known.least(person), known.least(erased)) == (2, EVERY)
    choose(person, {STATISTICS: True, COUNT: False}, seen(version, STATISTICS), now)
    known.refresh(ALIAS, now + 2 * SECOND)
    assert known.least(person) == 4


def test_what_is_committed_late_under_an_earlier_number_is_not_missed(
    version: str, now: datetime
) -> None:
    """Numbers are given before the commit: a later one may be seen first."""
    known = Revoked()
    known.load(ALIAS, now)
    late, early = taken_back(version, now), taken_back(version, now)
    rows = Choice.objects.filter(subject=late)
    rows.update(subject="elsewhere")  # as if it were not committed yet
    known.refresh(ALIAS, now + SECOND)
    assert (known.least(late), known.least(early)) == (0, 2)
    Choice.objects.filter(subject="elsewhere").update(subject=late)
    known.refresh(ALIAS, now + SETTLES / 2)
    assert known.least(late) == 2


def test_what_is_a_day_old_falls_out(version: str, now: datetime) -> None:
    known, person = Revoked(), taken_back(version, now)
    known.load(ALIAS, now)
    for minute in range(3):  # until it is read no more
        known.refresh(ALIAS, now + timedelta(minutes=minute))
    assert known.least(person) == 2
    known.refresh(ALIAS, now + KNOWN_FOR)
    assert known.least(person) == 0
    known.note(person, 7, now + KNOWN_FOR)
    assert known.least(person) == 7


def test_what_was_said_long_ago_and_joined_today_is_of_today(version: str, now: datetime) -> None:
    person = taken_back(version, now)
    Choice.objects.filter(subject=person).update(at=now - timedelta(days=400))
    known = Revoked()
    known.load(ALIAS, now)
    assert known.least(person) == 2


def test_who_is_erased_here_has_no_valid_token_from_the_commit_on(
    version: str, subject: PersonId, django_capture_on_commit_callbacks: Any
) -> None:
    assert version
    with django_capture_on_commit_callbacks(execute=True):
        erasure.erase(subject, "asked")
    assert least(subject) == EVERY
