"""The table of entries as it is written: no models, so that recording needs no registry."""

from typing import Final

from troth.store.rows import Rows

ENTRY_TABLE: Final = "ledger_entry"
SET_ONCE: Final = {ENTRY_TABLE: ("epoch", "idx")}
"""What the sequencer sets on an entry, once; all else of it is never changed."""

ENTRIES: Final = Rows(
    ENTRY_TABLE,
    (
        ("id", "uuid"),
        ("kind", "text"),
        ("at", "timestamptz"),
        ("subject", "text"),
        ("body", "bytea"),
        ("salt", "bytea"),
        ("leaf", "bytea"),
    ),
)


def stored_bytes(value: object) -> bytes:
    """Return bytes as they are stored; none for what is no bytes, which no hash is that of.

    SQLite keeps in any column what is put there.
    """
    return bytes(value) if isinstance(value, bytes | memoryview) else b""
