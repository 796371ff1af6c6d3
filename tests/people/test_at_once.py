"""Two who erase one person, start, or enrol with one address at once: it is done once, and whole.

In one process's threads, which the tests' SQLite in memory does not let wait for each other; what
two processes do is in `tests/loss/test_two_processes.py` and `tests/protection`, on both stores.
"""

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from tests.people.test_enrol_and_erase import EMAIL, GIVEN, enter
from tests.versions.cast import FIRST, default_policy, propose_at
from troth import vault
from troth.ledger.models import Entry
from troth.people import erasure
from troth.people.actions import AlreadyThereError, bury, enrol, mark_erased
from troth.people.facts import needs
from troth.people.models import Person
from troth.site.recovery import recover
from troth.store import Store, Tx, transact, transact_on
from troth.vault import PersonId, tombstones
from troth.vault.models import KeyStoreOfData, Tombstone
from troth.vault.store import KeyStore, open_store

pytestmark = [pytest.mark.beside, pytest.mark.usefixtures("policy")]
MEET_SECONDS = 20
PASS_SECONDS = 0.5
"""How long one waits for the other, who should not come."""


@pytest.fixture
def policy(keys: Path, committed: None) -> None:  # noqa: ARG001 - where keys and data are
    propose_at(FIRST, default_policy())
    transact(vault.demand_ours)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make calls in threads of their own; return what each returned, or raise what one raised."""
    told: list[Any] = [None] * len(calls)

    def run(number: int) -> None:
        try:
            told[number] = calls[number]()
        except BaseException as error:  # noqa: BLE001 - raised in the test's own thread
            told[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in told:
        if isinstance(one, BaseException):
            raise one
    return told


def key_of(person: PersonId) -> list[Any]:
    return open_store().read("SELECT 1 FROM person_key WHERE person = ?", (person,))


def demand_erased_once(persons: Iterable[PersonId]) -> None:
    persons = list(persons)
    assert sorted(Tombstone.objects.exclude(done_at=None).values_list("person", flat=True)) == (
        sorted(persons)
    )
    kinds = list(Entry.objects.values_list("kind", flat=True))
    assert kinds.count("people.erased") == kinds.count("people.key-destroyed") == len(persons)
    assert not any(key_of(person) for person in persons)


def test_two_erasures_of_one_person_both_find_her_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have found no tombstone; each returns only once her key is destroyed."""
    enrolled = [enter({"email": f"p{number}@example.invalid"}) for number in range(5)]
    persons, both = [one.person for one in enrolled], threading.Barrier(2)

    def meet_and_bury(tx: Tx, person: PersonId, reason: str) -> Any:
        return bury(tx, person, reason)

    def met(store: Store, actor: str, now: Any, verb: Any, *args: Any) -> Any:
        if verb is meet_and_bury:
            both.wait(MEET_SECONDS)
        return transact_on(store, actor, now, verb, *args)

    monkeypatch.setattr(erasure, "bury", meet_and_bury)
    monkeypatch.setattr(erasure, "transact_on", met)

    def erase_all() -> list[tuple[Any, list[Any]]]:
        return [(erasure.erase(person, "asked"), key_of(person)) for person in persons]

    first, second = at_once(erase_all, erase_all)
    for one, *told in zip(enrolled, first, second, strict=True):
        assert {name for name, _ in told} == {one.pseudonym, None}
        assert [keys for _, keys in told] == [[], []]
    demand_erased_once(persons)


def test_starts_at_once_beside_a_restored_copy_of_the_data_erase_again_once() -> None:
    persons = [enter({"email": f"p{number}@example.invalid"}).person for number in range(8)]
    vault.destroy(*persons)
    at_once(*[lambda: recover(Store())] * 4)
    demand_erased_once(persons)


def test_starts_at_once_beside_an_older_key_store_destroy_again() -> None:
    persons = [enter({"email": f"p{number}@example.invalid"}).person for number in range(8)]
    for person in persons:
        erasure.erase(person, "asked")
    with open_store().transaction() as run:
        run("DELETE FROM erased")
    vault.prepare(persons)
    assert all(key_of(person) for person in persons)
    at_once(*[lambda: recover(Store())] * 4)
    assert not any(key_of(person) for person in persons)
    assert set(vault.erased()) == set(persons)
    assert not Tombstone.objects.filter(done_at=None).exists()


def test_two_who_note_many_as_erased_in_different_orders_do_not_wait_for_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    persons = [vault.new_person() for _ in range(2)]
    for person in persons:
        transact(vault.bury, person)
    one, mark = threading.Barrier(2), vault.mark_destroyed

    def mark_together(tx: Tx, person: PersonId) -> bool:
        marked = mark(tx, person)
        with suppress(threading.BrokenBarrierError):  # the other one has noted none of them yet
            one.wait(PASS_SECONDS)
        return marked

    monkeypatch.setattr(vault, "mark_destroyed", mark_together)
    orders = (persons, persons[::-1])
    at_once(*(partial(transact, mark_erased, *order) for order in orders))
    assert Entry.objects.filter(kind="people.key-destroyed").count() == len(persons)


@pytest.mark.parametrize("named", [False, True], ids=["by-enrolling", "known-before"])
def test_of_two_who_enrol_with_one_address_at_once_one_is_there_and_the_other_refused(
    monkeypatch: pytest.MonkeyPatch, *, named: bool
) -> None:
    """Neither asks who has the address before the other has taken it, or gone without."""
    asked, find = threading.Barrier(2), vault.holder

    def find_together(*about: Any) -> PersonId | None:
        found = find(*about)
        with suppress(threading.BrokenBarrierError):  # the other one waits, as it should
            asked.wait(PASS_SECONDS)
        return found

    monkeypatch.setattr(vault, "holder", find_together)

    def enrolled() -> PersonId | None:
        person = vault.new_person()
        vault.prepare(needs(person, GIVEN if named else {}))
        try:
            return transact(enrol, person, GIVEN, of_age=True).person
        except AlreadyThereError:
            return None

    told = at_once(enrolled, enrolled)
    (person,) = [one for one in told if one is not None]
    assert Person.objects.get().pk == person
    assert transact(vault.find, "email", EMAIL) == person


def test_two_that_start_at_once_on_nothing_bind_data_and_keys_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither writes before the other has looked, or gone without."""
    KeyStoreOfData.objects.all().delete()
    looked, demand = threading.Barrier(2), tombstones._demand_unused  # noqa: SLF001 - the moment to be tried

    def demand_together(store: KeyStore) -> None:
        demand(store)
        with suppress(threading.BrokenBarrierError):  # the other one waits, as it should
            looked.wait(PASS_SECONDS)

    monkeypatch.setattr(tombstones, "_demand_unused", demand_together)
    at_once(*(partial(transact, vault.demand_ours) for _ in range(2)))
    assert KeyStoreOfData.objects.count() == 1
