"""Whoever the data or the keys know to be erased stays so, whichever of them is an older copy."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.core import serializers

from tests.people.test_enrol_and_erase import EMAIL, enter, opened
from tests.vault.cast import every_byte, permit_for
from tests.versions.cast import FIRST, default_policy, propose_at
from troth import vault
from troth.ledger.models import Entry
from troth.people import erasure
from troth.people.actions import bury
from troth.people.models import Detail, Person
from troth.site.problem import CannotGoOnError
from troth.site.recovery import recover
from troth.store import Store, Tx, transact, transact_on
from troth.vault import ErasedError, PersonId, Sealed
from troth.vault.models import KeyStoreOfData, Tombstone
from troth.vault.store import open_store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("policy")]
Back = Callable[[], None]


@pytest.fixture
def policy(keys: Path) -> None:  # noqa: ARG001 - where the keys are
    propose_at(FIRST, default_policy())
    recover(Store())


@pytest.fixture
def older_keys(keys: Path, tmp_path: Path) -> Callable[[], Back]:
    """Return what copies the key folder, and returns what puts that copy back in its place."""

    def copy() -> Back:
        vault.close_store()
        older = shutil.copytree(keys, tmp_path / "older")

        def back() -> None:
            vault.close_store()
            shutil.rmtree(keys)
            shutil.copytree(older, keys)

        return back

    return copy


def sealed_of(person: PersonId) -> list[Sealed]:
    rows = Detail.objects.filter(person=person)
    return [
        Sealed(person, row.category, row.field, row.version, bytes(row.box or b"")) for row in rows
    ]


def key_rows() -> dict[str, str]:
    return dict(open_store().read("SELECT person, pseudonym FROM person_key"))


def entries(kind: str) -> list[dict[str, Any]]:
    """Return what the entries of a kind are about."""
    bodies = Entry.objects.filter(kind=kind).values_list("body", flat=True)
    return [msgspec.json.decode(bytes(body)).get("about") for body in bodies]


def test_an_older_key_store_beside_data_that_know_her_erased_loses_her_key_again(
    keys: Path, older_keys: Callable[[], Back]
) -> None:
    gone, stays = enter(), enter({"email": "other@example.invalid"})
    back = older_keys()
    erasure.erase(gone.person, "asked")
    back()
    assert key_rows().keys() == {gone.person, stays.person}
    assert list(vault.erased()) == []

    recover(Store())
    assert key_rows().keys() == {stays.person}
    assert list(vault.erased()) == [gone.person]
    assert gone.pseudonym.encode() not in every_byte(keys)
    assert opened(stays.person) == {"email": "other@example.invalid"}
    assert Tombstone.objects.get().done_at is not None
    assert entries("people.keys-returned") == [{"persons": 1}]
    assert len(entries("people.erased")) == 1
    assert len(entries("people.key-destroyed")) == 2  # once in each of the two key stores


def test_nor_does_an_older_copy_of_the_data_beside_that_key_store_bring_her_back(
    older_keys: Callable[[], Back],
) -> None:
    """Final in every copy: no generation to come wraps her key, and the list knows of her."""
    person = enter().person
    sealed = sealed_of(person)
    rows = [*Person.objects.all(), *Detail.objects.all()]
    older_data = serializers.serialize("json", rows)
    back = older_keys()
    erasure.erase(person, "asked")
    back()
    recover(Store())
    vault.rotate_generation()

    Tombstone.objects.all().delete()
    for row in serializers.deserialize("json", older_data):
        row.save()
    assert Person.objects.filter(pk=person).exists()

    def unseal(tx: Tx, one: Sealed) -> None:
        vault.unseal(tx, one, permit_for(tx, person))

    for start in (False, True):
        if start:
            recover(Store())
        for one in sealed:
            with pytest.raises(ErasedError):
                transact(unseal, one)
        assert transact(vault.find, "email", EMAIL) is None
        assert vault.find_many("email", [EMAIL]) == {}
    assert not Person.objects.exists()
    assert not Detail.objects.filter(person=person).exists()


def test_many_are_destroyed_again_and_only_they(
    monkeypatch: pytest.MonkeyPatch, older_keys: Callable[[], Back]
) -> None:
    monkeypatch.setattr(erasure, "CHUNK", 2)
    before, after, stays = (
        [enter({"email": f"{when}{n}@example.invalid"}).person for n in range(5)]
        for when in ("before", "after", "stays")
    )
    for person in before:
        erasure.erase(person, "asked")
    back = older_keys()
    for person in after:
        erasure.erase(person, "asked")
    back()
    assert erasure.reapply(Store()) == len(after)
    assert key_rows().keys() == set(stays)
    assert set(vault.erased()) == {*before, *after}
    assert not Tombstone.objects.filter(done_at=None).exists()
    assert erasure.reapply(Store()) == 0


def test_as_many_on_one_side_as_on_the_other_are_not_the_same_persons() -> None:
    """Data and keys are copies of two days, and each knows of somebody the other does not."""
    known_to_data, known_to_keys, stays = (
        enter({"email": f"p{number}@example.invalid"}).person for number in range(3)
    )
    Person.objects.filter(pk=known_to_data).delete()
    then = datetime.now(UTC)
    Tombstone.objects.create(person=known_to_data, at=then, done_at=then)
    vault.destroy(known_to_keys)
    assert erasure.reapply(Store()) == 2
    assert key_rows().keys() == {stays}
    assert set(vault.erased()) == {known_to_data, known_to_keys}
    assert list(Person.objects.values_list("pk", flat=True)) == [stays]
    assert erasure.reapply(Store()) == 0


def test_who_was_enrolled_and_erased_after_that_copy_is_on_its_list(
    older_keys: Callable[[], Back],
) -> None:
    """No key of hers came back, but an older copy of the data that knows her may."""
    back = older_keys()
    person = enter().person
    erasure.erase(person, "asked")
    back()
    recover(Store())
    assert list(vault.erased()) == [person]


def test_where_both_know_the_same_a_start_writes_and_destroys_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(3):
        erasure.erase(enter({"email": f"p{number}@example.invalid"}).person, "asked")
    recover(Store())
    told = Entry.objects.count()

    def destroy(*persons: PersonId) -> None:
        raise AssertionError(persons)

    monkeypatch.setattr(vault, "destroy", destroy)
    recover(Store())
    assert Entry.objects.count() == told


def test_cut_short_it_is_finished_on_the_next_start(
    monkeypatch: pytest.MonkeyPatch, older_keys: Callable[[], Back]
) -> None:
    """Killed between the key store's commit and the end of its log: the list has her by then."""
    person = enter().person
    back = older_keys()
    erasure.erase(person, "asked")
    back()
    destroy, killed = vault.destroy, []

    def cut_short(*persons: PersonId) -> None:
        destroy(*persons)
        killed.append(persons)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(vault, "destroy", cut_short)
        with pytest.raises(KeyboardInterrupt):
            recover(Store())
    assert killed == [(person,)]
    assert Tombstone.objects.get().done_at is None
    assert erasure.finish(Store()) == 1
    assert Tombstone.objects.get().done_at is not None


def test_the_keys_of_other_data_are_refused_and_none_of_them_is_destroyed() -> None:
    person = enter().person
    Tombstone.objects.create(person=person, at=datetime.now(UTC), done_at=datetime.now(UTC))
    KeyStoreOfData.objects.update(store="0" * 32)
    with pytest.raises(CannotGoOnError):
        recover(Store())
    assert key_rows().keys() == {person}
    assert list(vault.erased()) == []


@pytest.mark.parametrize("again", [False, True], ids=["erased", "erased-again"])
def test_who_was_erased_by_another_after_one_has_looked_is_erased_once(
    monkeypatch: pytest.MonkeyPatch, *, again: bool
) -> None:
    """As of two who ask at once, or two starts beside a restored copy of the data."""
    enrolled = enter()
    if again:
        vault.destroy(enrolled.person)
    others: list[Any] = []

    def after_another(*about: Any) -> Any:
        if not others:
            others.append(about)
            erasure.erase(enrolled.person, "another")
        return transact_on(*about)

    monkeypatch.setattr(erasure, "transact_on", after_another)
    if again:
        assert erasure.reapply(Store()) == 1
    else:
        assert erasure.erase(enrolled.person, "asked") is None
    assert len(others) == 1
    assert key_rows() == {}
    assert Tombstone.objects.get().done_at is not None
    assert [told["reason"] for told in entries("people.erased")] == ["another"]
    assert len(entries("people.key-destroyed")) == 1


def test_an_erasure_returns_only_once_her_key_is_destroyed_though_another_has_buried_her() -> None:
    """Whoever buried her may be killed before the key store is asked."""
    person = enter().person
    transact(bury, person, "another")
    assert key_rows().keys() == {person}
    assert erasure.erase(person, "asked") is None
    assert key_rows() == {}
    assert Tombstone.objects.get().done_at is not None
