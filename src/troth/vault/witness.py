"""The key store as a witness of the ledger: it is not restored with the data."""

from troth.vault.store import open_store

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
