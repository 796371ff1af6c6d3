"""Seal a value, and open it by a permit: the two doors of the vault."""

from collections.abc import Iterable

from troth.gate import Permit, Permits
from troth.store import Tx
from troth.vault.boxes import open_box, seal_box, tail_of
from troth.vault.errors import NotOpenedError
from troth.vault.persons import key_of, keys_of
from troth.vault.values import PersonId, Plain, Sealed


def seal(tx: Tx, person: PersonId, category: str, field: str, value: str, version: str) -> Sealed:
    """Seal a value under a person's key, made if she has none. Raises ErasedError."""
    key = key_of(tx, person, make=True)
    where = key.head + tail_of((category, field, version))
    box = seal_box(key.cipher, where, value.encode())
    return Sealed(person, category, field, version, box)


def unseal(tx: Tx, sealed: Sealed, permit: Permit) -> Plain:
    """Open a value by a permit that is about this person, category and field.

    Raises NotOpenedError, ErasedError, DamagedError.
    """
    key = key_of(tx, sealed.person)
    if permit.person != key.pseudonym or not permit.opens(sealed.category, sealed.field):
        raise NotOpenedError
    where = key.head + tail_of((sealed.category, sealed.field, sealed.version))
    return Plain(open_box(key.cipher, where, sealed.box).decode())


def unseal_many(tx: Tx, sealed: Iterable[Sealed], leave: Permit | Permits) -> list[Plain]:
    """Open values, of many persons where the permit is about many: their keys are read together.

    Raises NotOpenedError, ErasedError, DamagedError: of one, and then nothing is opened.
    """
    boxes = list(sealed)
    keys, persons = keys_of(tx, {one.person for one in boxes}), leave.persons
    tails: dict[tuple[str, str, str], bytes] = {}
    opened = []
    for one in boxes:
        key, place = keys[one.person], (one.category, one.field, one.version)
        tail = tails.get(place)
        if tail is None:
            if not leave.opens(one.category, one.field):
                raise NotOpenedError
            tail = tails[place] = tail_of(place)
        if key.pseudonym not in persons:
            raise NotOpenedError
        opened.append(Plain(open_box(key.cipher, key.head + tail, one.box).decode()))
    return opened
