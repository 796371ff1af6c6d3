"""A made-up person whose words must be found nowhere: whoever finds them has found a leak.

The words follow from the signing key and are stored nowhere in the clear, by nobody.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from troth import vault
from troth.ledger import LedgerEntry, record
from troth.people.actions import enrol
from troth.people.facts import EMAIL
from troth.people.models import Person
from troth.people.values import NoPolicyError, RefusedError
from troth.store import Tx
from troth.vault import PersonId

NAME: Final = "display_name"
DIGITS: Final = 32
PLANTED: Final = "protection.canary-planted"


def word(field: str) -> str:
    """Return what no other text holds by chance."""
    key = vault.signing_key().private_bytes_raw()
    return hmac.new(key, f"troth canary {field}".encode(), sha256).hexdigest()[:DIGITS]


def words() -> tuple[str, ...]:
    """Return what to look for."""
    return word(EMAIL), word(NAME)


def given() -> Mapping[str, str]:
    """Return what the canary gives of itself."""
    return {EMAIL: f"{word(EMAIL)}@example.invalid", NAME: f"Canary {word(NAME)}"}


def planted(tx: Tx) -> PersonId | None:
    """Return the canary, None where it is not there yet."""
    person = vault.find(tx, EMAIL, given()[EMAIL])
    there = person is not None and Person.objects.using(tx.alias).filter(pk=person).exists()
    return person if there else None


def plant(tx: Tx) -> None:
    """Enrol the canary unless it is there, or the policy in force takes nobody in.

    The ledger tells of it beside the enrolment, so that nobody takes it for a person.
    """
    if planted(tx) is not None:
        return
    try:
        made = enrol(tx, vault.new_person(), given(), of_age=True)
    except (NoPolicyError, RefusedError):
        return  # then nothing is held of anybody: there is nothing to watch over
    record(tx, LedgerEntry(PLANTED, subject=made.pseudonym))
