"""Seal a value, and open it by a permit: the two doors of the vault."""

from collections.abc import Iterable, Mapping

from troth.gate import Permit
from troth.policy.words import Pseudonym
from troth.store import Tx
from troth.vault.boxes import open_box, seal_box, tail_of
from troth.vault.cache import Key
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
    return _opened(key_of(tx, sealed.person), sealed, permit)


def unseal_many(
    tx: Tx, sealed: Iterable[Sealed], permits: Mapping[Pseudonym, Permit]
) -> list[Plain]:
    """Open values of many persons, each by the permit about her: their keys are read together.

    Raises NotOpenedError, ErasedError, DamagedError: of one, and then nothing is opened.
    """
    boxes = list(sealed)
    keys = keys_of(tx, {one.person for one in boxes})
    return [
        _opened(keys[one.person], one, permits.get(keys[one.person].pseudonym)) for one in boxes
    ]


def _opened(key: Key, sealed: Sealed, permit: Permit | None) -> Plain:
    if (
        permit is None
        or permit.person != key.pseudonym
        or not permit.opens(sealed.category, sealed.field)
    ):
        raise NotOpenedError
    where = key.head + tail_of((sealed.category, sealed.field, sealed.version))
    return Plain(open_box(key.cipher, where, sealed.box).decode())
