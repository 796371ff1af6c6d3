"""Record entries in the transaction of what they tell: they have no index until integrated."""

import os
from collections.abc import Sequence

from troth.ledger.entries import (
    SALT_BYTES,
    BatchPair,
    EntryId,
    LedgerEntry,
    batch_about,
    body_of,
    commitment,
    new_id,
)
from troth.ledger.merkle import leaf_hash, root
from troth.ledger.tables import ENTRIES
from troth.store import Tx


def record(tx: Tx, entry: LedgerEntry) -> EntryId:
    """Record one entry; it is written with the rest of the transaction, or not at all."""
    entry_id, salt = new_id(), os.urandom(SALT_BYTES)
    body = body_of(entry, tx.now, tx.actor)
    tx.pending.add(
        ENTRIES,
        (
            entry_id,
            entry.kind,
            tx.now,
            entry.subject or "",
            body,
            salt,
            commitment(salt, body),
        ),
    )
    return entry_id


def record_batch(
    tx: Tx, kind: str, version: str, pairs: Sequence[BatchPair], commitments: Sequence[bytes]
) -> EntryId:
    """Record one entry for many rows of one kind.

    `commitments` are the rows' own, 32 bytes each in the order of the rows: the entry holds the
    root of the tree over them (RFC 6962, 2.1), so that a row can be shown to belong to it.
    """
    top = root([leaf_hash(one) for one in commitments])
    about = batch_about(pairs, version, top, len(commitments))
    return record(tx, LedgerEntry(kind, version, about=about))
