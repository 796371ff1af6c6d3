"""How the key store's file is opened: what it answers is on the disk, and what goes is gone."""

import sqlite3
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Final

BUSY_SECONDS: Final = 10.0
KEPT: Final[Mapping[str, tuple[str, Container[object]]]] = {
    "journal_mode": ("WAL", {"wal"}),
    "synchronous": ("FULL", {2, 3}),
    "secure_delete": ("ON", {1}),
}
"""By pragma what is set, and what SQLite says where it holds (FULL is 2, EXTRA 3; FAST deletes
where that costs no write, which is not enough)."""


def connect(file: Path) -> sqlite3.Connection:
    """Open the file."""
    opened = sqlite3.connect(
        file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    for name, (value, _) in KEPT.items():
        opened.execute(f"PRAGMA {name}={value}")
    return opened


def weak(connection: sqlite3.Connection) -> list[str]:
    """Return what of this does not hold on a connection, as `name=value`."""
    found = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in KEPT}
    return [f"{name}={value}" for name, value in found.items() if value not in KEPT[name][1]]
