"""Which line said something first: kept apart from memory, and of nobody.

A private file of SQLite's own that has no name and ends with the process; it holds hashes under a
key that is made for this run and stored nowhere.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Final

HASH_BYTES: Final = 16


class Twice:
    """Remembers what was said in which line."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file, self._key = file, os.urandom(HASH_BYTES)
        file.execute("CREATE TABLE said (hash BLOB PRIMARY KEY, line INTEGER) WITHOUT ROWID")

    def first(self, *said: str, line: int) -> int:
        """Return in which line the same was said first; this one, if it never was."""
        text = "\0".join(said).encode("utf-8", "surrogatepass")
        name = blake2b(text, key=self._key, digest_size=HASH_BYTES).digest()
        added = self._file.execute("INSERT OR IGNORE INTO said VALUES (?, ?)", (name, line))
        if added.rowcount:
            return line
        found = self._file.execute("SELECT line FROM said WHERE hash = ?", (name,)).fetchone()
        return int(found[0])

    def fresh(self, *said: str) -> bool:
        """Tell whether this was never said."""
        before = self._file.total_changes
        self.first(*said, line=0)
        return self._file.total_changes > before


@contextmanager
def twice() -> Iterator[Twice]:
    """Remember for a while."""
    file = sqlite3.connect("", isolation_level=None)  # a private temporary file, gone when closed
    try:
        yield Twice(file)
    finally:
        file.close()
