"""What somebody said is told to her; once other choices took its place long ago it is nobody's."""

from datetime import timedelta

import msgspec
import pytest

from tests.consent.cast import AT, COUNT, SECOND, STATISTICS, choose, seen, stands
from tests.consent.test_accepting import MINUTE, accept, acknowledge
from tests.people.holding import entries, expired, ledger_holds, places, told
from tests.versions.cast import FIRST, propose_at, retyped
from troth import vault
from troth.consent.examinations import shown_text
from troth.consent.models import Acceptance, Choice, Standing
from troth.vault import PersonId

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
YEAR = timedelta(days=365)
KEPT = 3 * YEAR


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
    assert shown_text("default", AT + YEAR).verdict == "kept"
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


def test_acceptances_are_told_and_go_years_after_their_version_was_replaced(
    version: str, subject: PersonId
) -> None:
    acknowledge(subject, version)
    accept(subject, version)
    found = [msgspec.json.decode(one[1]) for one in told(subject, "rights", AT + YEAR)]
    assert [(one["kind"], one["version"]) for one in found] == [
        ("acknowledgement", version),
        ("acceptance", version),
    ]
    assert found[0]["circumstances"]["notice"] == "notice-1"
    assert places() == {"acceptance.place": 2}
    assert expired(AT + 50 * YEAR) == {}
    propose_at(FIRST + YEAR, retyped())  # editorial: it takes effect at once
    assert expired(FIRST + YEAR + KEPT - SECOND) == {}
    assert expired(FIRST + YEAR + KEPT, 1) == {"consent": 1}
    assert Acceptance.objects.get(subject="").kind == "acknowledgement"
    assert expired(FIRST + YEAR + KEPT) == {"consent": 1}
    assert shown_text("default", AT + MINUTE).verdict == "kept"
    assert [one["about"]["rows"] for one in entries("consent.expired")] == [{"acceptance": 1}] * 2
