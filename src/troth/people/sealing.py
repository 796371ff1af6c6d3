"""A text sealed in a row of its own table, with the policy version it was sealed under."""

from typing import Final

from troth import vault
from troth.gate import permit
from troth.ledger import LedgerEntry, record
from troth.people.values import USED, Under, demand, demand_use
from troth.store import Tx
from troth.vault import PersonId, Sealed

VERSION_LENGTH: Final = 64


def seal_text(tx: Tx, person: PersonId, field: str, text: str, under: Under) -> bytes:
    """Seal a text as a field of a category. Raises NoPolicyError, RefusedError."""
    rules, _, _ = demand(tx, {field: text}, under)
    sealed = vault.seal(tx, person, under.category, field, text, rules.version)
    return rules.version.encode() + sealed.box


def open_text(tx: Tx, person: PersonId, field: str, box: bytes, under: Under) -> str:
    """Open it for the purpose it was sealed for, which is entered. Raises as `seal_text`."""
    rules, asked, decision = demand_use(tx, under.category, under.purpose)
    who = vault.pseudonym(tx, person)
    version, sealed = box[:VERSION_LENGTH].decode(), box[VERSION_LENGTH:]
    opened = vault.unseal(
        tx, Sealed(person, under.category, field, version, sealed), permit(decision, asked, who)
    )
    record(tx, LedgerEntry(USED, rules.version, who, {"field": field}, asked, decision))
    return opened.reveal()
