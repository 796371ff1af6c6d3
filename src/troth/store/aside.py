"""A second store beside the process's own: a SQLite file, for as long as it is needed."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.utils import load_backend

from troth.store.shape import SQLITE_TYPES, Column, Shape
from troth.store.snapshot import quoted
from troth.store.transaction import Store

ENGINE: Final = "django.db.backends.sqlite3"
PRAGMAS: Final = (
    "PRAGMA journal_mode=DELETE;PRAGMA synchronous=OFF;PRAGMA foreign_keys=ON;"
    "PRAGMA recursive_triggers=ON;"
)
"""A file that is thrown away where its writing is cut short needs no care before its end."""


@contextmanager
def store_aside(file: Path) -> Iterator[Store]:
    """Give the store in a file, made if it is not there; closed at the end, not removed.

    Only this thread knows it.
    """
    alias = f"aside-{secrets.token_hex(8)}"
    made = {
        "ENGINE": ENGINE,
        "NAME": str(file),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": PRAGMAS},
    }
    settings = connections.configure_settings({DEFAULT_DB_ALIAS: made})[DEFAULT_DB_ALIAS]
    connections[alias] = load_backend(ENGINE).DatabaseWrapper(settings, alias)
    try:
        yield Store(alias)
    finally:
        connections[alias].close()
        del connections[alias]


@contextmanager
def all_or_nothing(store: Store) -> Iterator[None]:
    """Do everything in one transaction, tables too (PostgreSQL); verbs inside it are parts."""
    with transaction.atomic(using=store.alias):
        yield


def make_bare(store: Store, shapes: Sequence[Shape]) -> None:
    """Make tables of these shapes that only hold rows: no references, no triggers, no indexes."""
    with connections[store.alias].cursor() as cursor:
        for shape in shapes:
            columns = [f"{quoted(c.name)} {_declared(c)}" for c in shape.columns]
            key = [f"PRIMARY KEY ({', '.join(map(quoted, shape.key))})"] if shape.key else []
            cursor.execute(f"CREATE TABLE {quoted(shape.name)} ({', '.join(columns + key)})")


def _declared(column: Column) -> str:
    declared = SQLITE_TYPES[column.kind]
    name = quoted(column.name)
    check = f" CHECK (JSON_VALID({name}) OR {name} IS NULL)" if column.kind == "json" else ""
    return declared + check


def add_index(store: Store, table: str, columns: Sequence[str]) -> None:
    """Let rows of a bare table be found by these columns."""
    named = ", ".join(map(quoted, columns))
    with connections[store.alias].cursor() as cursor:
        cursor.execute(f"CREATE INDEX {quoted(f'{table}_by')} ON {quoted(table)} ({named})")
