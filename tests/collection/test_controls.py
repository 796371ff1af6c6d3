"""What the controls of collection say of what is held honestly, and of what can't be known."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.collection.cast import AT, message, somebody, taken
from tests.versions.cast import ALIAS, FIRST, default_policy, hash_of, propose_at, retyped
from troth import vault
from troth.collection import examinations_provenance, examinations_register
from troth.collection.inforce import BESIDE, InForce
from troth.collection.models import Record
from troth.collection.walking import CHUNK, SETTLES, Registers
from troth.consent import holdings as consent_holdings
from troth.people import erasure
from troth.people.actions import enrol
from troth.people.held import Place
from troth.people.models import Detail
from troth.policy.promise import Cursor, Evidence
from troth.store import SYSTEM, Store, transact_on
from troth.vault import PersonId
from troth.versions import facts
from troth.versions.facts import TamperedVersionError
from troth.versions.models import Effect

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
NOW = AT + timedelta(days=1)
BOTH = pytest.mark.parametrize(
    "examine", [examinations_register.examine, examinations_provenance.examine]
)
Examine = Callable[..., Evidence]


@pytest.fixture(autouse=True)
def version() -> str:
    return hash_of(propose_at(FIRST, default_policy()))


@pytest.fixture
def subject() -> PersonId:
    return somebody()


@BOTH
def test_of_nothing_nothing_is_said(examine: Examine) -> None:
    assert (examine(ALIAS, NOW).verdict, examine(ALIAS, NOW).examined) == ("kept", 0)


@BOTH
def test_what_came_in_by_the_verbs_is_kept_whoever_is_erased(
    examine: Examine, subject: PersonId
) -> None:
    new = vault.new_person()
    given = {"email": "somebody@example.com"}
    transact_on(Store(), SYSTEM, AT, enrol, new, given, of_age=True)
    taken(message(subject, {"text": "x", "name": "y"}), message(somebody()))
    assert (examine(ALIAS, NOW).verdict, examine(ALIAS, NOW).examined) == ("kept", 6)
    erasure.erase(subject, "asked")
    assert (examine(ALIAS, NOW).verdict, examine(ALIAS, NOW).examined) == ("kept", 6)


@BOTH
def test_it_goes_on_from_what_has_settled(examine: Examine, subject: PersonId) -> None:
    taken(message(subject))
    first = examine(ALIAS, AT + SETTLES)
    assert first.cursor is not None
    taken(message(subject), at=AT + SETTLES)
    second = examine(ALIAS, AT + SETTLES, first.cursor)
    assert (second.verdict, second.examined) == ("kept", 4)
    assert second.cursor == first.cursor
    Record.objects.update(fields="shoe_size")
    Detail.objects.update(field="shoe_size")
    third = examine(ALIAS, AT + 2 * SETTLES, first.cursor)
    assert (third.verdict, third.examined, len(third.samples)) == ("broken", 4, 2)
    assert len(examine(ALIAS, AT + 2 * SETTLES).samples) == 4


@BOTH
def test_more_than_one_chunk_is_walked(examine: Examine, subject: PersonId) -> None:
    taken(*[message(subject)] * (CHUNK + 2))
    last = Detail.objects.latest("pk")
    assert examine(ALIAS, NOW).examined == 2 * (CHUNK + 2)
    Detail.objects.filter(pk=last.pk).update(version="0" * 64)
    found = examine(ALIAS, NOW)
    assert found.verdict == "broken"
    assert found.samples[0].startswith(f"people_detail {last.pk}: ")


@BOTH
def test_a_register_that_cannot_be_read_leaves_it_unproven(
    examine: Examine, subject: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(_alias: str, _version: str) -> None:
        raise TamperedVersionError(1)

    taken(message(subject))
    monkeypatch.setattr(facts, "document", changed)
    assert examine(ALIAS, NOW).verdict == "unproven"


@pytest.mark.parametrize(
    ("model", "changed", "says"),
    [
        (Record, {"key": "zzzzzzzzzzzz"}, "not what was entered"),
        (Record, {"site": "app"}, "not what was entered"),
        (Record, {"at": AT + timedelta(minutes=1)}, "not what was entered"),
        (Record, {"fields": "name"}, "not what was entered"),
        (Record, {"category": "query"}, "not of the origin its entry tells"),
        (Record, {"source": "usage"}, "not of the origin its entry tells"),
        (Record, {"person": "f" * 32}, "of another person than its entry"),
        (Detail, {"field": "name"}, "not entered"),
        (Detail, {"commitment": b"x"}, "not entered"),
        (Detail, {"box": b"x"}, "not what was entered"),
        (Detail, {"at": FIRST - timedelta(days=1)}, "under a version that was not in force"),
        (Detail, {"at": AT + timedelta(days=3_000)}, "not of the moment it was entered"),
        (Detail, {"entry": "0" * 32}, "no entry tells that it was taken in"),
    ],
)
def test_whatever_is_changed_is_named(
    subject: PersonId,
    model: type[Record] | type[Detail],
    changed: dict[str, object],
    says: str,
) -> None:
    taken(message(subject))
    model.objects.update(**changed)
    found = examinations_provenance.examine(ALIAS, NOW)
    assert found.verdict == "broken"
    of_rows = [one for one in found.samples if not one.startswith("entry ")]
    assert [one.partition(": ")[2] for one in of_rows] == [says]


def test_a_record_beside_a_change_of_version_is_of_either(version: str, subject: PersonId) -> None:
    """It was decided under the old one while the new one was not committed yet."""
    later = AT + timedelta(hours=1)
    taken(message(subject), at=later - timedelta(seconds=1))
    newer = hash_of(propose_at(later, retyped()))
    in_force = InForce(ALIAS)
    assert in_force.about(later - timedelta(seconds=1)) == {version}
    assert in_force.about(later) == in_force.about(later + BESIDE / 2) == {version, newer}
    assert in_force.about(later + BESIDE) == {newer}
    assert in_force.about(FIRST - timedelta(seconds=1)) == frozenset()
    Record.objects.update(at=later + timedelta(seconds=30))
    assert examinations_provenance.examine(ALIAS, NOW).verdict == "broken"  # its entry's moment


def test_effects_that_were_removed_make_nothing_wrong_that_the_ledger_tells(
    version: str, subject: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(message(subject))
    rows = Effect.objects.none()
    monkeypatch.setattr(Effect.objects, "using", lambda _alias: rows)
    assert InForce(ALIAS).about(AT) == {version}
    assert examinations_provenance.examine(ALIAS, NOW).verdict == "kept"


def test_an_unknown_version_is_no_register() -> None:
    with pytest.raises(LookupError):
        Registers(ALIAS).of("0" * 64)


def test_a_cursor_is_words_and_numbers(subject: PersonId) -> None:
    taken(message(subject))
    cursor: Cursor | None = examinations_register.examine(ALIAS, NOW).cursor
    assert cursor is not None
    assert {type(value) for value in cursor.values()} == {int, str}


def test_what_other_tables_hold_is_looked_up_too(
    version: str, subject: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [
        Place("choice", "purposes", version, 3, "consent.Choice"),
        Place("account", "no field at all", version, 2, "store.OutboxRow", made=True),
    ]
    monkeypatch.setattr(consent_holdings, "stored", lambda _alias: iter(places))
    taken(message(subject))
    found = examinations_register.examine(ALIAS, NOW)
    assert (found.verdict, found.examined) == ("kept", 7)
    places.append(Place("choice", "shoe_size", version, 1, "consent.Choice"))
    places.append(Place("gossip", "text", version, 1, "store.OutboxRow", made=True))
    for cursor in ({}, found.cursor or {}):
        again = examinations_register.examine(ALIAS, NOW, cursor)
        assert again.samples == (
            "consent.Choice: choice.shoe_size is not in the register",
            "store.OutboxRow: gossip.text is not in the register",
        )
