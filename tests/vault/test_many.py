"""The keys of many are read together, and tell the same as one by one."""

import pytest

from troth import vault
from troth.people import erasure
from troth.store import Tx, transact
from troth.vault import ErasedError, PersonId
from troth.vault import persons as persons_module

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def made(number: int) -> list[PersonId]:
    found = [vault.new_person() for _ in range(number)]
    vault.prepare(found)
    return found


def pseudonyms(tx: Tx, persons: list[PersonId]) -> dict[PersonId, str]:
    return {one: vault.pseudonym(tx, one) for one in persons}


@pytest.mark.parametrize("remembered", [False, True])
def test_whose_key_stands_is_told_and_read_as_one_by_one(
    remembered: bool,  # noqa: FBT001 - a case
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(persons_module, "CHUNK", 2)
    known = made(5)
    alone = transact(pseudonyms, known)
    if not remembered:
        vault.close_store()

    def together(tx: Tx) -> dict[PersonId, str]:
        assert vault.read_keys(tx, [*known, *known, vault.new_person()]) == frozenset(known)
        with monkeypatch.context() as patched:
            patched.setattr(persons_module, "_load", None)  # nobody is read alone any more
            return pseudonyms(tx, known)

    assert transact(together) == alone
    assert vault.known_pseudonyms([*known, vault.new_person()]) == alone


def test_who_was_made_a_moment_ago_is_there() -> None:
    (one,) = made(1)
    assert transact(vault.read_keys, [one]) == {one}


def test_who_is_buried_or_destroyed_has_none() -> None:
    kept, buried, destroyed = made(3)
    transact(vault.bury, buried)
    erasure.erase(destroyed, "asked")
    assert transact(vault.read_keys, [kept, buried, destroyed]) == {kept}
    assert set(vault.known_pseudonyms([kept, buried, destroyed])) == {kept, buried}
    with pytest.raises(ErasedError):
        transact(vault.pseudonym, buried)


def test_a_rotation_changes_nothing_of_it() -> None:
    known = made(3)
    before = vault.known_pseudonyms(known)
    vault.rotate_generation()
    vault.close_store()

    def seal(tx: Tx) -> frozenset[PersonId]:
        there = vault.read_keys(tx, known)
        for one in known:
            vault.seal(tx, one, "account", "email", "x", "v")
        return there

    assert transact(seal) == frozenset(known)
    assert vault.known_pseudonyms(known) == before


def test_of_nobody_nothing_is_asked() -> None:
    assert transact(vault.read_keys, []) == frozenset()
    assert vault.known_pseudonyms([]) == {}
