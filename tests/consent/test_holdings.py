"""What somebody said is told to her; once other choices took its place long ago it is nobody's."""

from datetime import timedelta

import msgspec
import pytest

from tests.consent.test_choices import AT, STATISTICS, choose, seen, stands
from tests.people.holding import entries, expired, ledger_holds, places, told
from tests.versions.cast import FIRST, default_policy, hash_of, propose_at
from troth import vault
from troth.consent.models import Choice, Standing
from troth.vault import PersonId

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
COUNT = "purpose.visitor-count"
YEAR = timedelta(days=365)
KEPT = 3 * YEAR
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def version() -> str:
    return hash_of(propose_at(FIRST, default_policy()))


@pytest.fixture
def subject() -> PersonId:
    person = vault.new_person()
    vault.prepare([person])
    return person


def test_each_choice_is_told_with_its_circumstances_and_one_entry(
    version: str, subject: PersonId
) -> None:
    other = vault.new_person()
    vault.prepare([other])
    choose(other, {COUNT: True}, seen(version, COUNT))
    choose(subject, {STATISTICS: True}, seen(version, STATISTICS))
    choose(subject, {STATISTICS: False}, seen(version), AT + YEAR)
    found = told(subject)
    assert [one[0] for one in found] == ["choice.purposes"] * 2
    assert [one[2:] for one in found] == [(at, "choices", "direct") for at in (AT, AT + YEAR)]
    said = [msgspec.json.decode(one[1]) for one in found]
    assert [(one["about"], one["given"]) for one in said] == [
        (STATISTICS, True),
        (STATISTICS, False),
    ]
    assert said[0]["circumstances"]["surface"] == "banner"
    assert len(entries("people.exported")) == 1
    assert places() == {"choice.purposes": 3}


def test_a_choice_goes_years_after_it_was_followed_and_what_stands_stays(
    version: str, subject: PersonId
) -> None:
    choose(subject, {STATISTICS: True, COUNT: True}, seen(version, STATISTICS, COUNT))
    choose(subject, {STATISTICS: False}, seen(version), AT + YEAR)
    commitment = bytes(Choice.objects.get(sequence=1).commitment)
    assert expired(AT + YEAR + KEPT - SECOND) == {}
    assert expired(AT + YEAR + KEPT) == {"consent": 1}
    gone = Choice.objects.get(subject="")
    assert (gone.about, gone.given, gone.box) == (STATISTICS, True, None)
    assert bytes(gone.commitment) == commitment
    assert expired(AT + 50 * YEAR) == {}
    assert Standing.objects.count() == 2
    assert stands(subject).consent == {COUNT}
    assert stands(subject).refused == {STATISTICS}
    (entry,) = entries("consent.expired")
    assert entry["about"] == {"rows": {"choice": 1}, "days": {"choice": 1095}}
    assert ledger_holds()


def test_only_so_many_go_at_once_and_numbers_go_on(version: str, subject: PersonId) -> None:
    for number in range(4):
        given = number % 2 == 0
        choose(subject, {COUNT: given}, seen(version, COUNT), AT + number * SECOND)
    end = AT + KEPT + YEAR
    assert expired(end, 2) == {"consent": 2}
    assert set(Choice.objects.exclude(subject="").values_list("sequence", flat=True)) == {3, 4}
    assert expired(end, 2, choice=None) == {}
    assert expired(end) == {"consent": 1}
    assert choose(subject, {COUNT: True}, seen(version, COUNT), end).sequence == 5
