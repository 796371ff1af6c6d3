"""Transactions, and which database: knows no domain."""

from troth.store.committer import BusyError, Committer, UnavailableError
from troth.store.transaction import (
    SYSTEM,
    NestedTransactionError,
    Store,
    Tx,
    rehearse,
    transact,
    transact_as,
    transact_on,
)

__all__ = [
    "SYSTEM",
    "BusyError",
    "Committer",
    "NestedTransactionError",
    "Store",
    "Tx",
    "UnavailableError",
    "rehearse",
    "transact",
    "transact_as",
    "transact_on",
]
