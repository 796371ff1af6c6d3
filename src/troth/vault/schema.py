"""The tables of `keys.db`, brought forward step by step (`PRAGMA user_version` counts them)."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from troth.policy.words import Message, mark
from troth.vault.errors import KeyStoreError

APPLICATION_ID: Final = 0x54524F4B
"""`TROK`: what SQLite's header says of our key stores."""

STEPS: Final[tuple[tuple[str, ...], ...]] = (
    (
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
        (
            "CREATE TABLE person_key (number INTEGER PRIMARY KEY, person TEXT NOT NULL UNIQUE,"
            " wrapped BLOB NOT NULL, generation INTEGER NOT NULL, pseudonym TEXT NOT NULL UNIQUE,"
            " made_at TEXT NOT NULL)"
        ),
        (
            "CREATE TABLE index_row (number INTEGER PRIMARY KEY, lookup BLOB NOT NULL UNIQUE,"
            " sealed BLOB NOT NULL, generation INTEGER NOT NULL, person TEXT NOT NULL)"
        ),
        "CREATE INDEX index_row_person ON index_row (person)",
        (
            "CREATE TABLE erased (number INTEGER PRIMARY KEY, person TEXT NOT NULL UNIQUE,"
            " at TEXT NOT NULL)"
        ),
        (
            "CREATE TABLE witness (one INTEGER PRIMARY KEY, epoch INTEGER NOT NULL,"
            " size INTEGER NOT NULL, note TEXT NOT NULL)"
        ),
    ),
    (
        (
            "CREATE TABLE revoked (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
            " at TEXT NOT NULL)"
        ),
    ),
)


def demand_key_store(file: Path) -> None:
    """Refuse a file of another program before anything of it is changed. Raises KeyStoreError."""
    if not file.exists() or not file.stat().st_size:
        return
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as probe:
        application = probe.execute("PRAGMA application_id").fetchone()[0]
        tables = probe.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables and application != APPLICATION_ID:
        raise KeyStoreError(
            Message(
                mark("%(file)s belongs to another program; name another key folder."),
                {"file": file},
            )
        )


def bring_up_to_date(run: Any, file: Path) -> None:
    """Make or bring forward the tables, in the transaction `run` is of. Raises KeyStoreError."""
    version = run("PRAGMA user_version").fetchone()[0]
    if version > len(STEPS):
        raise KeyStoreError(
            Message(
                mark("The key store %(file)s was written by a newer Troth; run that one."),
                {"file": file},
            )
        )
    if version == len(STEPS):
        return
    for step in STEPS[version:]:
        for statement in step:
            run(statement)
    run(f"PRAGMA application_id = {APPLICATION_ID}")
    run(f"PRAGMA user_version = {len(STEPS)}")
