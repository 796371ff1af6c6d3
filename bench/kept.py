"""The verb the benches write with: decide, seal one value, enter it, keep the row."""

from typing import Final

from troth import vault
from troth.gate import may_collect
from troth.gate.facts import CollectFacts
from troth.ledger import LedgerEntry, record
from troth.people.models import DETAILS
from troth.store import Tx
from troth.versions import facts

QUESTION: Final = CollectFacts(
    category="account", fields=frozenset({"email"}), purpose="account", source="direct"
)


def keep(tx: Tx, person: vault.PersonId, value: str) -> None:
    """Take in one value, as `people.enrol` does, of somebody whose key there is."""
    rules = facts.current_rulebook(tx)
    assert rules is not None
    decision = may_collect(rules, QUESTION, tx.now)
    assert decision.allowed
    sealed = vault.seal(tx, person, "account", "email", value, rules.version)
    kept = vault.commitment(sealed)
    entry = record(
        tx,
        LedgerEntry(
            "bench.kept",
            rules.version,
            vault.pseudonym(tx, person),
            about={"commitments": [kept.hex()]},
            facts=QUESTION,
            decision=decision,
        ),
    )
    where = (person, "account", "email", rules.version, "account", "direct")
    tx.pending.add(DETAILS, (*where, tx.now, sealed.box, kept, entry))


def enter(tx: Tx, number: int) -> None:
    """Enter that something was taken in, and nothing else."""
    rules = facts.current_rulebook(tx)
    assert rules is not None
    decision = may_collect(rules, QUESTION, tx.now)
    record(
        tx,
        LedgerEntry(
            "bench.entered",
            rules.version,
            about={"number": number},
            facts=QUESTION,
            decision=decision,
        ),
    )
