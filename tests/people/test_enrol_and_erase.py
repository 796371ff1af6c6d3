"""Somebody is enrolled only as declared, sealed and entered; erased she is gone, and stays gone."""

import shutil
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from tests.vault.cast import every_byte, permit_for
from tests.versions.cast import FIRST, default_policy, propose_at
from troth import vault
from troth.ledger.models import Entry
from troth.ledger.sequencer import integrate_all, open_log
from troth.ledger.verify import verify
from troth.ledger.verify.data import DataSource
from troth.people import erasure
from troth.people.actions import (
    AlreadyThereError,
    Enrolled,
    enrol,
)
from troth.people.facts import needs
from troth.people.models import Detail, Person
from troth.people.values import NoPolicyError, RefusedError
from troth.store import Store, Tx, transact, transact_on
from troth.vault import ErasedError, PersonId, Sealed
from troth.vault.models import Tombstone
from troth.versions import facts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
EMAIL = "canary-77@example.invalid"
NAME = "Canary Seventy-Seven"
GIVEN = {"email": EMAIL, "display_name": NAME}


@pytest.fixture
def policy() -> None:
    propose_at(FIRST, default_policy())


def enter(given: dict[str, str] | None = None, *, of_age: bool | None = True) -> Enrolled:
    given = GIVEN if given is None else given
    person = vault.new_person()
    vault.prepare(needs(person, given))
    return transact(enrol, person, given, of_age=of_age)


def opened(person: PersonId) -> dict[str, str]:
    """Open all that is held of a person, with true permits."""

    def verb(tx: Tx) -> dict[str, str]:
        rows = Detail.objects.filter(person=person)
        values = [
            Sealed(person, row.category, row.field, row.version, bytes(row.box or b""))
            for row in rows
        ]
        return {one.field: vault.unseal(tx, one, permit_for(tx, person)).reveal() for one in values}

    return transact(verb)


@pytest.mark.usefixtures("policy")
def test_what_is_given_is_sealed_with_purpose_source_and_version() -> None:
    enrolled = enter()
    assert opened(enrolled.person) == GIVEN
    assert transact(vault.find, "email", EMAIL.upper()) == enrolled.person
    for row in Detail.objects.all():
        assert (row.purpose, row.source) == ("account", "direct")
        current = facts.in_force("default", row.at)
        assert current is not None
        assert row.version == current.hash
        assert EMAIL.encode() not in bytes(row.box or b"")


@pytest.mark.usefixtures("policy")
def test_its_entry_names_fields_and_commitments_and_no_value() -> None:
    enrolled = enter()
    body = bytes(Entry.objects.get(pk=enrolled.entry).body)
    told = msgspec.json.decode(body)
    assert told["subject"] == enrolled.pseudonym
    assert sorted(told["facts"]["fields"]) == ["display_name", "email"]
    assert told["decision"]["allowed"] is True
    kept = {bytes(row.commitment).hex() for row in Detail.objects.all()}
    assert set(told["about"]["commitments"]) == kept
    assert EMAIL.encode() not in body
    assert enrolled.person.encode() not in body


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"email": EMAIL, "shoe_size": "42"}, "field-undeclared"),
        ({"display_name": NAME}, "field-required"),
    ],
)
def test_what_is_not_declared_is_refused_and_nothing_is_kept(
    given: dict[str, str], code: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        enter(given)
    assert not refused.value.decision.allowed
    assert refused.value.decision.statement
    assert refused.value.decision.reason.code == code
    assert not Person.objects.exists()
    assert not Detail.objects.exists()


def test_without_a_policy_nothing_is_taken_in() -> None:
    with pytest.raises(NoPolicyError):
        enter()


@pytest.mark.usefixtures("policy")
def test_an_address_belongs_to_one_person() -> None:
    first = enter()
    with pytest.raises(AlreadyThereError):
        enter({"email": f" {EMAIL.upper()}"})
    assert transact(vault.find, "email", EMAIL) == first.person
    assert Person.objects.count() == 1


@pytest.mark.usefixtures("policy")
def test_an_address_whose_enrolment_failed_is_free() -> None:
    vault.prepare([vault.Named(vault.new_person(), "email", EMAIL)])
    enrolled = enter()
    assert transact(vault.find, "email", EMAIL) == enrolled.person


@pytest.mark.usefixtures("policy")
def test_two_with_one_address_in_one_group_are_one_and_a_refusal() -> None:
    first, second = vault.new_person(), vault.new_person()

    def both(tx: Tx) -> None:
        enrol(tx, first, GIVEN, of_age=True)
        with pytest.raises(AlreadyThereError):
            enrol(tx, second, GIVEN, of_age=True)

    transact(both)
    assert Person.objects.get().pk == first


@pytest.mark.usefixtures("policy")
def test_once_erased_nothing_opens_nothing_is_found_and_the_entries_stand(keys: Path) -> None:
    open_log(Store())
    enrolled, other = enter(), enter({"email": "other@example.invalid"})
    assert erasure.erase(enrolled.person, "asked") == enrolled.pseudonym
    with pytest.raises(ErasedError):
        transact(vault.pseudonym, enrolled.person)
    assert transact(vault.find, "email", EMAIL) is None
    assert not Detail.objects.filter(person=enrolled.person).exists()
    emptied = Detail.objects.filter(entry=enrolled.entry)
    assert [(row.person, row.box) for row in emptied] == [("", None), ("", None)]
    assert enrolled.pseudonym.encode() not in every_byte(keys)
    assert Tombstone.objects.get().done_at is not None
    assert opened(other.person) == {"email": "other@example.invalid"}
    integrate_all(Store())
    assert verify(DataSource("default", lambda: facts.all_files("default"))).holds


@pytest.mark.usefixtures("policy")
def test_erasing_twice_is_as_once() -> None:
    person = enter().person
    erasure.erase(person, "asked")
    assert erasure.erase(person, "asked") is None
    assert Tombstone.objects.count() == 1
    kinds = list(Entry.objects.values_list("kind", flat=True))
    assert kinds.count("people.erased") == kinds.count("people.key-destroyed") == 1


@pytest.mark.usefixtures("policy")
def test_an_erasure_that_was_cut_short_is_finished_on_the_next_start() -> None:
    from troth.people.actions import bury  # noqa: PLC0415 - the first of its steps

    person = enter().person
    transact(bury, person, "asked")
    with pytest.raises(ErasedError):
        transact(vault.pseudonym, person)
    assert erasure.finish(Store()) == 1
    assert erasure.finish(Store()) == 0
    assert list(vault.erased()) == [person]
    assert Tombstone.objects.get().done_at is not None


@pytest.mark.usefixtures("policy")
def test_data_that_bring_somebody_erased_back_lose_her_again() -> None:
    """As after a restore: the key store knows of the erasure, the data do not."""
    person = enter().person
    vault.destroy(person)
    assert Person.objects.filter(pk=person).exists()
    assert erasure.reapply(Store()) == 1
    assert erasure.reapply(Store()) == 0
    assert not Person.objects.filter(pk=person).exists()
    assert not Detail.objects.filter(person=person).exists()
    told = msgspec.json.decode(bytes(Entry.objects.get(kind="people.erased").body))
    assert (told["subject"], told["about"]["reason"]) == (None, "restored")


@pytest.mark.usefixtures("policy")
def test_keys_that_never_sealed_anything_are_swept_in_time() -> None:
    transact(vault.demand_ours)
    person, unused = enter().person, vault.new_person()
    vault.prepare([unused])
    now = FIRST + timedelta(days=400)
    assert erasure.sweep(Store(), FIRST - timedelta(days=1)) == 0
    assert erasure.sweep(Store(), now + timedelta(days=4000)) == 1
    assert opened(person) == GIVEN
    assert list(vault.erased()) == [unused]


@pytest.mark.usefixtures("policy")
def test_whoever_was_made_known_by_an_address_and_no_more_is_swept_with_it() -> None:
    """A full disk may refuse whatever comes after the address: a row without a key stayed."""
    transact(vault.demand_ours)
    person = vault.new_person()
    vault.index(person, "email", EMAIL)
    assert transact(vault.find, "email", EMAIL) == person
    assert erasure.sweep(Store(), FIRST + timedelta(days=4000)) == 1
    assert transact(vault.find, "email", EMAIL) is None
    assert vault.open_store().read("SELECT 1 FROM index_row") == []


def test_keys_are_not_swept_by_data_that_are_not_bound_to_them() -> None:
    """They may be all that opens other data, put beside these by mistake."""
    vault.prepare([vault.new_person()])
    assert erasure.sweep(Store(), FIRST + timedelta(days=4000)) == 0
    assert list(vault.erased()) == []


@pytest.mark.usefixtures("policy")
def test_an_old_copy_of_the_keys_opens_nothing_of_somebody_erased(
    keys: Path, tmp_path: Path
) -> None:
    enrolled = enter()
    row = Detail.objects.get(field="email")
    sealed = Sealed(enrolled.person, row.category, row.field, row.version, bytes(row.box or b""))
    vault.open_store().truncate_log()
    shutil.copytree(keys, tmp_path / "old")
    erasure.erase(enrolled.person, "asked")
    vault.rotate_generation()
    vault.close_store()
    shutil.copy(tmp_path / "old" / "keys.db", keys / "keys.db")
    for name in ("keys.db-wal", "keys.db-shm"):
        (keys / name).unlink(missing_ok=True)
    Tombstone.objects.all().delete()

    def verb(tx: Tx) -> None:
        vault.unseal(tx, sealed, permit_for(tx, enrolled.person))

    with pytest.raises(vault.KeyStoreError):
        transact_on(Store(), "system", None, verb)
    assert transact(vault.find, "email", EMAIL) is None
