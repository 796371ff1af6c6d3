"""What was done, provably: entries, the tree over them, and what anybody may check of it."""

from troth.ledger.entries import BatchPair, EntryId, LedgerEntry
from troth.ledger.recording import record, record_batch

__all__ = ["BatchPair", "EntryId", "LedgerEntry", "record", "record_batch"]
