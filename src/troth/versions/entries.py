"""What the ledger tells of versions."""

from troth.gate import Decision
from troth.gate.facts import TakeEffectFacts
from troth.ledger import LedgerEntry
from troth.ledger.entries import moment
from troth.versions.models import Effect, StoredVersion, Withdrawal


def proposed(stored: StoredVersion) -> LedgerEntry:
    """Tell that a version was recorded; its chain covers files, author and changes."""
    about = {"number": stored.number, "chain": stored.chain, "author": stored.author}
    return LedgerEntry("versions.proposed", stored.hash, about=about)


def in_force(
    effect: Effect, facts: TakeEffectFacts | None, decision: Decision | None
) -> LedgerEntry:
    """Tell that a version takes effect, and on which decision."""
    about = {"number": effect.version.number, "from": moment(effect.from_at)}
    return LedgerEntry(
        "versions.in-force", effect.version.hash, about=about, facts=facts, decision=decision
    )


def withdrawn(withdrawal: Withdrawal) -> LedgerEntry:
    """Tell that a waiting version was taken back."""
    about = {"number": withdrawal.version.number, "cause": withdrawal.cause}
    return LedgerEntry("versions.withdrawn", withdrawal.version.hash, about=about)
