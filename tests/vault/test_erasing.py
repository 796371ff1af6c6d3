"""Once buried nothing of a person opens; once destroyed nothing of her key is left anywhere."""

import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from tests.services import forks
from tests.services.server import environment
from tests.vault.cast import CANARY, ROOT, every_byte, open_canary, run, seal_canary
from troth import vault
from troth.store import SYSTEM, Tx, transact
from troth.vault import ErasedError
from troth.vault.store import open_store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def test_a_buried_persons_values_open_no_more_though_her_key_stands() -> None:
    sealed = seal_canary(vault.new_person())
    vault.index(sealed.person, "email", CANARY)
    name = transact(vault.pseudonym, sealed.person)
    transact(vault.bury, sealed.person)
    with pytest.raises(ErasedError):
        open_canary(sealed)
    with pytest.raises(ErasedError):
        seal_canary(sealed.person)
    assert transact(vault.find, "email", CANARY) is None
    assert transact(vault.person_of, name) is None
    assert transact(vault.known_pseudonym, sealed.person) == name


def test_within_the_transaction_that_buries_her_nothing_opens_either() -> None:
    sealed = seal_canary(vault.new_person())

    def verb(tx: Tx) -> None:
        vault.pseudonym(tx, sealed.person)
        vault.bury(tx, sealed.person)
        with pytest.raises(ErasedError):
            vault.pseudonym(tx, sealed.person)

    transact(verb)


def test_nobody_is_buried_twice() -> None:
    person = seal_canary(vault.new_person()).person
    transact(vault.bury, person)
    with pytest.raises(IntegrityError), transaction.atomic():
        transact(vault.bury, person)


def test_after_destroying_no_byte_of_her_key_or_index_is_in_the_folder(keys: Path) -> None:
    person = seal_canary(vault.new_person()).person
    other = seal_canary(vault.new_person())
    vault.index(person, "email", CANARY)
    store = open_store()
    wrapped, name = store.read(
        "SELECT wrapped, pseudonym FROM person_key WHERE person = ?", (person,)
    )[0]
    lookup, mac = store.read("SELECT lookup, sealed FROM index_row WHERE person = ?", (person,))[0]
    before = every_byte(keys)
    assert all(part in before for part in (wrapped, name.encode(), lookup, mac))
    transact(vault.bury, person)
    vault.destroy(person)
    after = every_byte(keys)
    assert not [p for p in (wrapped[:12], name.encode(), lookup[:12], mac[:12]) if p in after]
    assert list(vault.erased()) == [person]
    assert open_canary(other) == CANARY


def test_destroying_twice_is_as_once() -> None:
    person = seal_canary(vault.new_person()).person
    vault.destroy(person)
    vault.destroy(person)
    assert list(vault.erased()) == [person]
    with pytest.raises(ErasedError):
        vault.prepare([person])
    with pytest.raises(ErasedError):
        vault.index(person, "email", CANARY)


def test_many_are_destroyed_at_once_and_nobody_beside_them(keys: Path) -> None:
    sealed = [seal_canary(vault.new_person()) for _ in range(3)]
    gone, other = [one.person for one in sealed[:2]], sealed[2]
    names = [transact(vault.pseudonym, person).encode() for person in gone]
    vault.destroy(*gone)
    assert not [name for name in names if name in every_byte(keys)]
    assert vault.known_erased([*gone, other.person, vault.new_person()]) == set(gone)
    assert vault.known_erased([]) == set()
    assert open_canary(other) == CANARY


def test_that_a_key_is_destroyed_is_noted_once_and_again_once_it_has_come_back() -> None:
    person, other = (seal_canary(vault.new_person()).person for _ in range(2))
    assert not transact(vault.mark_destroyed, person)
    transact(vault.bury, person)
    assert transact(vault.mark_returned, [person, other]) == 0
    assert transact(vault.mark_destroyed, person)
    assert not transact(vault.mark_destroyed, person)
    assert transact(vault.mark_returned, [person, other]) == 1
    assert transact(vault.mark_destroyed, person)


def test_a_destroyed_key_opens_nothing_even_without_a_tombstone() -> None:
    sealed = seal_canary(vault.new_person())
    vault.destroy(sealed.person)
    with pytest.raises(ErasedError):
        open_canary(sealed)


def test_the_address_of_somebody_erased_may_be_another_persons() -> None:
    first, second = vault.new_person(), vault.new_person()
    vault.prepare([vault.Named(first, "email", CANARY)])
    assert transact(vault.find, "email", CANARY.upper()) == first
    vault.prepare([vault.Named(second, "email", CANARY)])
    assert transact(vault.find, "email", CANARY) == first
    transact(vault.bury, first)
    vault.destroy(first)
    vault.prepare([vault.Named(second, "email", f" {CANARY} ")])
    assert transact(vault.find, "email", CANARY) == second


def test_a_remembered_key_is_forgotten_when_another_process_erases(keys: Path) -> None:
    """The other process's commit is a tombstone with a number this one has not seen."""
    sealed = seal_canary(vault.new_person())
    assert open_canary(sealed) == CANARY
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO vault_tombstone (person, at) VALUES (%s, '2026-01-01T00:00:00Z')",
            [sealed.person],
        )
    with pytest.raises(ErasedError):
        open_canary(sealed)
    assert run(keys, 0, "destroy", sealed.person).returncode == 0
    with pytest.raises(ErasedError):
        open_canary(sealed)


def test_a_key_made_a_moment_ago_is_not_used_for_somebody_buried() -> None:
    person = vault.new_person()
    vault.prepare([person])
    transact(vault.bury, person)
    with pytest.raises(ErasedError):
        seal_canary(person)


def test_two_processes_that_make_one_key_use_the_same(keys: Path) -> None:
    vault.open_store()
    persons = [vault.new_person() for _ in range(20)]
    racing = [
        forks.start(
            "tests.vault.driver",
            *(keys, "0", "prepare", *persons),
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.DEVNULL,
        )
        for _ in range(3)
    ]
    sealed = [seal_canary(person) for person in persons]
    assert [process.wait(60) for process in racing] == [0, 0, 0]
    vault.close_store()
    assert [open_canary(one) for one in sealed] == [CANARY] * 20


def test_keys_without_data_can_be_listed_by_age() -> None:
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415

    persons = {vault.new_person() for _ in range(3)}
    vault.prepare(iter(persons))
    now = datetime.now(UTC)
    assert set(vault.keys_made_before(now + timedelta(hours=1))) == persons
    assert set(vault.keys_made_before(now - timedelta(hours=1))) == set()


@pytest.mark.parametrize("hold", [vault.hold_off, vault.await_writers])
def test_of_one_commit_whoever_comes_later_is_behind_who_has_waited(
    hold: Callable[[Tx], None],
) -> None:
    """Its moment was taken with the first one's, before the wait: in it somebody may be buried."""

    def verb(first: Tx) -> tuple[datetime, datetime, datetime]:
        began = first.now
        second = Tx(first.alias, began, SYSTEM, first.pending, first.memo, given=False)
        hold(first)
        hold(second)
        return began, first.now, second.now

    began, first, second = transact(verb)
    assert began <= first == second
    assert connection.vendor == "sqlite" or began < first
