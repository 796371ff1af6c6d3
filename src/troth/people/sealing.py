"""A text sealed in a row of its own table, with the policy version it was sealed under."""

from typing import Final

from troth import vault
from troth.gate import may_use, permit
from troth.gate.facts import UseFacts
from troth.ledger import LedgerEntry, record
from troth.people.values import USED, NoPolicyError, RefusedError, Under, demand
from troth.store import Tx
from troth.vault import PersonId, Sealed
from troth.versions import facts

VERSION_LENGTH: Final = 64


def seal_text(tx: Tx, person: PersonId, field: str, text: str, under: Under) -> bytes:
    """Seal a text as a field of a category. Raises NoPolicyError, RefusedError."""
    rules, _, _ = demand(tx, {field: text}, under)
    sealed = vault.seal(tx, person, under.category, field, text, rules.version)
    return rules.version.encode() + sealed.box


def open_text(tx: Tx, person: PersonId, field: str, box: bytes, under: Under) -> str:
    """Open it for the purpose it was sealed for, which is entered. Raises as `seal_text`."""
    rules = facts.current_rulebook(tx)
    if rules is None:
        raise NoPolicyError
    asked = UseFacts(category=under.category, purpose=under.purpose)
    decision = may_use(rules, asked, tx.now)
    if not decision.allowed:
        raise RefusedError(decision)
    who = vault.pseudonym(tx, person)
    version, sealed = box[:VERSION_LENGTH].decode(), box[VERSION_LENGTH:]
    opened = vault.unseal(
        tx, Sealed(person, under.category, field, version, sealed), permit(decision, asked, who)
    )
    record(tx, LedgerEntry(USED, rules.version, who, {"field": field}, asked, decision))
    return opened.reveal()
