"""Transactions, and which database: knows no domain."""

from troth.store.transaction import (
    SYSTEM,
    NestedTransactionError,
    Store,
    Tx,
    transact,
    transact_as,
    transact_on,
)

__all__ = [
    "SYSTEM",
    "NestedTransactionError",
    "Store",
    "Tx",
    "transact",
    "transact_as",
    "transact_on",
]
