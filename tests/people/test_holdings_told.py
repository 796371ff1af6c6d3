"""She is told all that is held of her, by leave of the gate, and nothing of anybody else."""

import pytest

from tests.people.holding import (
    AT,
    DAY,
    SECOND,
    STORE,
    entries,
    ledger_holds,
    places,
    put,
    somebody,
    told,
)
from tests.versions.cast import FIRST, default_policy, hash_of, propose_at
from troth import vault
from troth.gate import Permit
from troth.people import erasure, holdings
from troth.people.actions import UNDER
from troth.people.held import Opening
from troth.people.models import Detail
from troth.people.values import Under, replace
from troth.policy.read import read
from troth.store import SYSTEM, Tx, transact_on
from troth.vault import ErasedError, NotOpenedError, PersonId, Plain, Sealed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
LATER = AT + SECOND
ACCOUNT = ("account", "direct")
STAFF = Under("staff-account", "staff-access", "direct", frozenset({"handle", "password"}))


@pytest.fixture(autouse=True)
def version() -> str:
    return hash_of(propose_at(FIRST, default_policy()))


def rename(person: PersonId, name: str) -> None:
    renamed = ("test.renamed", person, {"email": "new@example.com", "display_name": name}, UNDER)
    transact_on(STORE, SYSTEM, LATER, replace, *renamed)


def test_it_is_told_with_where_it_comes_from_the_newest_last(version: str) -> None:
    anna = somebody()
    somebody("Bert Example")
    put(anna, "how long is it kept", AT - DAY / 48, Under("contact-message", "support", "direct"))
    rename(anna, "Anna New")
    assert told(anna, at=LATER) == [
        ("contact-message.text", "how long is it kept", AT - DAY / 48, "support", "direct"),
        ("account.email", "new@example.com", LATER, *ACCOUNT),
        ("account.display_name", "Anna New", LATER, *ACCOUNT),
    ]

    def versions(tx: Tx) -> set[str]:
        return {one.version for one in holdings.export_all(tx, anna, "rights")}

    assert transact_on(STORE, SYSTEM, LATER, versions) == {version}


def test_each_category_is_entered_once_and_with_no_value() -> None:
    anna = somebody()
    put(anna, "how long is it kept", under=Under("contact-message", "support", "direct"))
    told(anna)
    exported = entries("people.exported")
    asked = sorted((one["facts"]["category"], one["facts"]["purpose"]) for one in exported)
    assert asked == [("account", "rights"), ("contact-message", "rights")]
    who = transact_on(STORE, SYSTEM, AT, vault.pseudonym, anna)
    assert {(one["subject"], one["decision"]["allowed"]) for one in exported} == {(who, True)}
    assert "how long" not in str(exported)
    assert ledger_holds()


def test_what_the_policy_does_not_let_be_used_so_is_left_out_and_that_is_entered() -> None:
    anna = somebody()
    put(anna, "weather")
    assert [one[0] for one in told(anna)] == ["account.email", "account.display_name"]
    (withheld,) = entries("people.export-withheld")
    assert (withheld["facts"]["category"], withheld["decision"]["allowed"]) == ("query", False)
    assert withheld["decision"]["statement"]
    assert [one[0] for one in told(anna, "search")] == ["query.text"]
    assert told(anna, "no-such-purpose") == []
    assert ledger_holds()


def test_what_never_leaves_is_not_told_for_its_own_purpose_either() -> None:
    anna = somebody()
    put(anna, "argon2", under=Under("credential", "account", "direct"))
    assert places()["credential.password"] == 1
    assert {one[0] for one in told(anna, "account")} == {"account.email", "account.display_name"}
    assert [one["facts"]["category"] for one in entries("people.exported")] == ["account"]
    assert entries("people.export-withheld") == []


def test_who_was_erased_or_never_known_is_refused_at_once() -> None:
    anna, nobody = somebody(), vault.new_person()
    erasure.erase(anna, "asked")

    def ask(tx: Tx, person: PersonId) -> None:
        holdings.export_all(tx, person, "rights")

    for person in (anna, nobody):
        with pytest.raises(ErasedError):
            transact_on(STORE, SYSTEM, AT, ask, person)
    assert entries("people.exported") == []


def test_an_opening_opens_nothing_of_another_person() -> None:
    anna, bert = somebody(), somebody("Bert Example")
    row = Detail.objects.get(person=bert, field="email")
    hers = Sealed(bert, row.category, row.field, row.version, bytes(row.box or b""))

    def verb(tx: Tx) -> None:
        list(Opening(tx, anna, "rights").sealed(hers, row.at, row.purpose, row.source))

    with pytest.raises(NotOpenedError):
        transact_on(STORE, SYSTEM, AT, verb)


def test_values_are_opened_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, no more are in memory than whoever asks keeps."""
    anna = somebody()
    for number in range(5):
        put(anna, f"query {number}", AT + number * SECOND)
    opened: list[str] = []
    unseal = vault.unseal

    def counted(tx: Tx, sealed: Sealed, leave: Permit) -> Plain:
        opened.append(sealed.field)
        return unseal(tx, sealed, leave)

    monkeypatch.setattr(vault, "unseal", counted)

    def verb(tx: Tx) -> tuple[int, str]:
        found = holdings.export_all(tx, anna, "search")
        assert opened == []
        first, second = next(found), next(found)
        assert [first.value.reveal(), second.value.reveal()] == ["query 0", "query 1"]
        return len(opened), repr(first)

    count, shown = transact_on(STORE, SYSTEM, AT, verb)
    assert count == 2
    assert "query 0" not in shown


def test_every_field_that_is_stored_is_told_with_its_rows(version: str) -> None:
    anna = somebody()
    somebody("Bert Example")
    put(anna, "weather")
    assert places() == {"account.email": 2, "account.display_name": 2, "query.text": 1}
    declared = read(default_policy()).register.category
    for place in holdings.stored_all(STORE.alias):
        assert place.field in declared[place.category].fields
        assert (place.version, place.model, place.made) == (version, "people.Detail", False)
    erasure.erase(anna, "asked")
    assert places() == {"account.email": 1, "account.display_name": 1}
