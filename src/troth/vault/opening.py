"""Seal a value, and open it by a permit: the two doors of the vault."""

from troth.gate import Permit
from troth.store import Tx
from troth.vault.boxes import open_box, place, seal_box
from troth.vault.errors import NotOpenedError
from troth.vault.persons import key_of
from troth.vault.values import PersonId, Plain, Sealed


def seal(tx: Tx, person: PersonId, category: str, field: str, value: str, version: str) -> Sealed:
    """Seal a value under a person's key, made if she has none. Raises ErasedError."""
    cipher = key_of(tx, person, make=True).cipher
    box = seal_box(cipher, place(person, category, field, version), value.encode())
    return Sealed(person, category, field, version, box)


def unseal(tx: Tx, sealed: Sealed, permit: Permit) -> Plain:
    """Open a value by a permit that is about this person, category and field.

    Raises NotOpenedError, ErasedError, DamagedError.
    """
    key = key_of(tx, sealed.person)
    if permit.person != key.pseudonym or not permit.opens(sealed.category, sealed.field):
        raise NotOpenedError
    where = place(sealed.person, sealed.category, sealed.field, sealed.version)
    return Plain(open_box(key.cipher, where, sealed.box).decode())
