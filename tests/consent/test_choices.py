"""A yes is bound to what was shown; it is taken back as easily, and nothing of before is lost."""

import pytest
from msgspec.structs import replace

from tests.consent.cast import (
    AT,
    COUNT,
    PARTNERS,
    STATISTICS,
    choose,
    may,
    seen,
    somebody,
    stands,
    withdraw,
)
from tests.versions.cast import LATER, default_policy, edited, hash_of, propose_at
from troth.consent import actions
from troth.consent.actions import Chosen
from troth.consent.facts import Agreed
from troth.consent.history import history
from troth.consent.models import Choice, Standing
from troth.ledger.models import Entry
from troth.people import erasure
from troth.store import SYSTEM, Store, transact_on
from troth.vault import PersonId

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def test_a_yes_opens_a_purpose_and_a_withdrawal_closes_it(version: str, subject: PersonId) -> None:
    assert not may(subject, "usage-statistics")
    given = choose(subject, {STATISTICS: True}, seen(version, STATISTICS))
    assert given == Chosen(1, frozenset({STATISTICS}))
    assert may(subject, "usage-statistics")
    back = withdraw(subject, [STATISTICS], seen(version))
    assert back == Chosen(2, frozenset({STATISTICS}))
    assert not may(subject, "usage-statistics")
    assert stands(subject) == Agreed(frozenset(), frozenset(), frozenset({STATISTICS}))
    assert list(Choice.objects.order_by("sequence").values_list("given", flat=True)) == [
        True,
        False,
    ]


def test_what_was_said_is_entered_and_its_circumstances_are_sealed(
    version: str, subject: PersonId
) -> None:
    choose(subject, {STATISTICS: True, COUNT: False}, seen(version, STATISTICS, COUNT))
    entry = Entry.objects.get(kind="consent.chosen")
    rows = Choice.objects.order_by("sequence")
    assert {row.entry for row in rows} == {entry.pk}
    assert all(row.text and row.version == version for row in rows)
    assert all(row.text.encode() in bytes(entry.body) for row in rows)
    assert not any(b"banner" in bytes(row.box or b"") for row in rows)
    told = transact_on(Store(), SYSTEM, AT, history, subject, "rights")
    assert [(one.about, one.given) for one in told] == [(COUNT, False), (STATISTICS, True)]
    circumstances = {"lang": "en", "surface": "banner", "region": "DE", "signal": False}
    assert told[0].circumstances == circumstances
    assert Entry.objects.filter(kind="people.used").count() == 1


def test_where_it_came_from_is_kept_and_entered(version: str, subject: PersonId) -> None:
    by = replace(seen(version, STATISTICS), key="k" * 16, origin="https://www.example.com")
    choose(subject, {STATISTICS: True}, by)
    row, entry = Choice.objects.get(), Entry.objects.get(kind="consent.chosen")
    assert (row.key, row.origin) == ("k" * 16, "https://www.example.com")
    assert b'"key":"kkkkkkkkkkkkkkkk"' in bytes(entry.body)
    assert b'"origin":"https://www.example.com"' in bytes(entry.body)
    told = transact_on(Store(), SYSTEM, AT, history, subject, "rights")
    assert (told[0].key, told[0].origin) == (row.key, row.origin)


def test_a_separate_consent_is_of_its_own_kind_and_asked_for_alone(
    version: str, subject: PersonId
) -> None:
    with pytest.raises(actions.NotAloneError) as refused:
        choose(subject, {PARTNERS: True, COUNT: True}, seen(version, PARTNERS, COUNT))
    assert refused.value.about == PARTNERS
    assert not Choice.objects.exists()
    choose(subject, {PARTNERS: True, COUNT: False}, seen(version, PARTNERS, COUNT))
    assert stands(subject).separate == {PARTNERS}
    assert stands(subject).consent == set()


def test_a_yes_to_other_words_is_no_yes(version: str, subject: PersonId) -> None:
    other = edited("Learning how", "Watching how", "policy.toml")
    for shown in (seen(version, STATISTICS, files=other), seen(version)):
        with pytest.raises(actions.OtherTextError) as refused:
            choose(subject, {COUNT: False, STATISTICS: True}, shown)
        assert (refused.value.about, refused.value.statement) == (STATISTICS, "collection.usage")
    assert not Choice.objects.exists()
    assert not Entry.objects.filter(kind="consent.chosen").exists()


def test_a_no_is_never_refused_for_the_words(version: str, subject: PersonId) -> None:
    choose(subject, {STATISTICS: False}, seen(version))
    assert Choice.objects.get().text == ""
    assert stands(subject).refused == {STATISTICS}


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"purpose.account": True},
        {"purpose.nothing": False},
        {f"x{n}": True for n in range(101)},
    ],
)
def test_what_the_policy_does_not_ask_for_is_refused(
    version: str, subject: PersonId, choices: dict[str, bool]
) -> None:
    with pytest.raises(actions.UnknownChoiceError):
        choose(subject, choices, seen(version))
    assert not Choice.objects.exists()


def test_a_yes_to_another_version_than_the_one_in_force_is_refused(
    version: str, subject: PersonId
) -> None:
    shown = replace(seen(version, STATISTICS), version="0" * 64)
    with pytest.raises(actions.OtherVersionError):
        choose(subject, {STATISTICS: True}, shown)


def test_said_twice_it_stands_once_until_the_policy_is_another(
    version: str, subject: PersonId
) -> None:
    for _ in range(2):
        assert choose(subject, {STATISTICS: True}, seen(version, STATISTICS)).sequence == 1
    assert Entry.objects.filter(kind="consent.chosen").count() == 1
    files = default_policy()
    files["en.md"] += b"\n"  # editorial: it takes effect at once
    newer = hash_of(propose_at(LATER, files))
    again = choose(subject, {STATISTICS: True}, seen(newer, STATISTICS, files=files), LATER)
    assert again == Chosen(2, frozenset({STATISTICS}))
    assert Standing.objects.get().choice.version == newer


def test_what_was_never_given_is_not_taken_back(version: str, subject: PersonId) -> None:
    back = withdraw(subject, [STATISTICS], seen(version))
    assert back == Chosen(0, frozenset())
    assert not Choice.objects.exists()


def test_nothing_stands_in_the_way_of_a_withdrawal(
    version: str, subject: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The policy lets no choice be kept any more: what she takes back is kept without the rest."""
    choose(subject, {STATISTICS: True}, seen(version, STATISTICS))
    gone = replace(actions.UNDER, category="no-such-category")
    monkeypatch.setattr(actions, "UNDER", gone)
    withdraw(subject, [STATISTICS], seen("0" * 64))
    assert stands(subject).refused == {STATISTICS}
    row = Choice.objects.latest("sequence")
    assert (row.box, row.version, bytes(row.commitment)) == (None, "", b"")
    told = transact_on(Store(), SYSTEM, AT, history, subject, "rights")
    assert told[0].circumstances == {}


def test_somebody_elses_choices_are_not_hers(version: str, subject: PersonId) -> None:
    other = somebody()
    choose(subject, {STATISTICS: True}, seen(version, STATISTICS))
    assert stands(other) == Agreed(frozenset(), frozenset(), frozenset())
    assert choose(other, {STATISTICS: True}, seen(version, STATISTICS)).sequence == 1


def test_erased_she_leaves_what_was_chosen_and_not_that_it_was_she(
    version: str, subject: PersonId
) -> None:
    choose(subject, {STATISTICS: True}, seen(version, STATISTICS))
    commitment = bytes(Choice.objects.get().commitment)
    erasure.erase(subject, "asked")
    row = Choice.objects.get()
    assert (row.subject, row.box, bytes(row.commitment)) == ("", None, commitment)
    assert not Standing.objects.exists()
    assert stands(subject).consent == set()
