"""The key store as a witness of the ledger: it is not restored with the data.

Where it was itself put back from a backup it knows nothing of what came after that, and says so:
a backup of it carries a mark of when it was made, until the ledger has told of it.
"""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from troth.vault.store import open_store

BACKED_UP_AT: Final = "backed_up_at"
"""In a backup of the key store, and in one that was put back and of which nothing was told yet."""
GENERATION_AT: Final = "generation_at"

Seen = tuple[int, int, str]
"""Epoch, size, and the signed checkpoint."""


def remember_checkpoint(epoch: int, size: int, note: str) -> None:
    """Remember the newest checkpoint; one that is older than what is known is left out."""
    with open_store().transaction() as run:
        run(
            "INSERT INTO witness (one, epoch, size, note) VALUES (1, ?, ?, ?)"
            " ON CONFLICT (one) DO UPDATE SET epoch = excluded.epoch, size = excluded.size,"
            " note = excluded.note WHERE (excluded.epoch, excluded.size) > (epoch, size)",
            (epoch, size, note),
        )


def last_checkpoint() -> Seen | None:
    """Return the newest checkpoint that was seen; None before the first."""
    rows = open_store().read("SELECT epoch, size, note FROM witness")
    return (rows[0][0], rows[0][1], rows[0][2]) if rows else None


def mark_as_backup(copy: Path, at: datetime | None) -> None:
    """Note in a copy of the key store when it was made; a note that is there already stays.

    Without a moment it is when the copy's generation began: it was not made before. Raises
    sqlite3.DatabaseError.
    """
    with closing(sqlite3.connect(copy)) as store, store:
        store.execute(
            "INSERT OR IGNORE INTO meta (name, value)"
            " SELECT ?, coalesce(?, value) FROM meta WHERE name = ?",
            (BACKED_UP_AT, None if at is None else at.isoformat().encode(), GENERATION_AT),
        )


def keys_restored_from() -> datetime | None:
    """Return when the backup was made that the keys came from, while the ledger has not told it."""
    rows = open_store().read("SELECT value FROM meta WHERE name = ?", (BACKED_UP_AT,))
    return datetime.fromisoformat(bytes(rows[0][0]).decode()) if rows else None


def forget_keys_restored() -> None:
    """Take the mark away: the ledger tells now that the keys came from a backup."""
    with open_store().transaction() as run:
        run("DELETE FROM meta WHERE name = ?", (BACKED_UP_AT,))
