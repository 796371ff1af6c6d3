"""The keys of many are read together, and tell the same as one by one."""

from collections.abc import Sequence

import pytest

from tests.gate.cases import BY_LAW
from tests.gate.cases import RULES as HOUSES
from tests.vault.cast import CANARY, RULES, permit_for, seal_canary
from troth import vault
from troth.gate import Permits, decide, permit, permits
from troth.gate.facts import ReleaseFacts, UseFacts
from troth.people import erasure
from troth.store import Tx, transact
from troth.vault import DamagedError, ErasedError, NotOpenedError, PersonId, Sealed
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


def leave_for(tx: Tx, persons: Sequence[PersonId], category: str = "account") -> Permits:
    purpose = {"account": "account", "contact-message": "support"}[category]
    facts = UseFacts(category=category, purpose=purpose)
    return permits(decide(RULES, facts, tx.now), facts, vault.pseudonyms(tx, persons).values())


def opened(tx: Tx, sealed: Sequence[Sealed], persons: Sequence[PersonId]) -> list[str]:
    return [one.reveal() for one in vault.unseal_many(tx, sealed, leave_for(tx, persons))]


def test_values_of_many_open_in_their_order_and_each_by_its_own_permit() -> None:
    known = made(3)
    sealed = [seal_canary(one, f"{n}-{CANARY}") for n, one in enumerate((*known, known[0]))]
    expected = [f"{n}-{CANARY}" for n in range(4)]
    vault.close_store()
    assert transact(opened, sealed, known) == expected
    assert transact(opened, [], known) == []


def test_values_of_one_open_by_a_permit_about_her() -> None:
    first, second = made(2)
    sealed = [seal_canary(one) for one in (first, first, second)]

    def opened_of(tx: Tx, some: Sequence[Sealed]) -> list[str]:
        found = vault.unseal_many(tx, some, permit_for(tx, first))
        return [one.reveal() for one in found]

    assert transact(opened_of, sealed[:2]) == [CANARY, CANARY]
    with pytest.raises(NotOpenedError):
        transact(opened_of, sealed)


def test_of_many_values_none_opens_without_leave_for_it() -> None:
    known = made(2)
    sealed = [seal_canary(one) for one in known]
    with pytest.raises(NotOpenedError):
        transact(opened, sealed, known[:1])

    def of_another_category(tx: Tx) -> object:
        return vault.unseal_many(tx, sealed, leave_for(tx, known, "contact-message"))

    with pytest.raises(NotOpenedError):
        transact(of_another_category)


def ordered(tx: Tx, persons: Sequence[PersonId]) -> Permits:
    """Return leave for one field of the category alone, as an order of an authority gives it."""
    facts = ReleaseFacts(**BY_LAW)
    return permits(decide(HOUSES, facts, tx.now), facts, vault.pseudonyms(tx, persons).values())


@pytest.mark.parametrize("opening", ["one", "many", "many of one"])
def test_leave_for_one_field_opens_no_other_of_its_category(opening: str) -> None:
    (she,) = made(1)
    both = [
        transact(vault.seal, she, "account", field, CANARY, HOUSES.version)
        for field in ("email", "nickname")
    ]

    def opened(tx: Tx, sealed: Sequence[Sealed]) -> list[str]:
        who = vault.pseudonym(tx, she)
        facts = ReleaseFacts(**BY_LAW)
        leave = permit(decide(HOUSES, facts, tx.now), facts, who)
        found = {
            "one": lambda: [vault.unseal(tx, one, leave) for one in sealed],
            "many": lambda: vault.unseal_many(tx, sealed, ordered(tx, [she])),
            "many of one": lambda: vault.unseal_many(tx, sealed, leave),
        }[opening]()
        return [one.reveal() for one in found]

    assert transact(opened, both[:1]) == [CANARY]
    for some in (both[1:], both):
        with pytest.raises(NotOpenedError):
            transact(opened, some)


def test_of_many_values_nothing_opens_where_one_is_damaged_or_somebody_is_buried() -> None:
    known = made(2)
    sealed = [seal_canary(one) for one in known]
    flipped = sealed[1].box[:-1] + bytes([sealed[1].box[-1] ^ 1])
    damaged = Sealed(known[1], "account", "email", sealed[1].version, flipped)
    with pytest.raises(DamagedError):
        transact(opened, [sealed[0], damaged], known)

    def of_the_first(tx: Tx) -> object:
        return vault.unseal_many(tx, sealed, leave_for(tx, known[:1]))

    transact(vault.bury, known[1])
    with pytest.raises(ErasedError):
        transact(of_the_first)
    with pytest.raises(ErasedError):
        transact(vault.pseudonyms, known)
