"""One consistent moment of a store, read while others write on: for backups.

SQLite: a read transaction of a connection of its own. PostgreSQL: one REPEATABLE READ, READ ONLY
transaction. Rows come as portable values (`store.shape`), ordered by their key, so that the same
rows read the same from either.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from troth.store.shape import (
    Column,
    Row,
    Shape,
    canonical_json,
    portable,
    postgres_kind,
    sqlite_kind,
)

ROWS_READ: Final = 1_000
"""How many rows are read at once."""
BUSY_SECONDS: Final = 10.0


class Snapshot(Protocol):
    """A moment of a store."""

    vendor: str

    def shapes(self) -> tuple[Shape, ...]:
        """Return every table there is, by name. Raises UnknownKindError."""
        ...

    def count(self, shape: Shape) -> int:
        """Return how many rows a table has."""
        ...

    def rows(self, shape: Shape) -> Iterator[Row]:
        """Yield a table's rows in the order of their key. Raises UnfitValueError."""
        ...


@contextmanager
def snapshot(alias: str) -> Iterator[Snapshot]:
    """Hold one moment of a store. What the database says is raised as Django's errors."""
    wrapper = connections[alias]
    with wrapper.wrap_database_errors:
        if wrapper.vendor == "sqlite":
            with closing(_sqlite(str(wrapper.settings_dict["NAME"]))) as connection:
                connection.execute("BEGIN")
                yield SqliteSnapshot(connection)
        else:
            with closing(_postgres(wrapper)) as connection:
                yield PostgresSnapshot(connection)


def _sqlite(name: str) -> sqlite3.Connection:
    address = name if name.startswith("file:") else f"{Path(name).absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _postgres(wrapper: BaseDatabaseWrapper) -> psycopg.Connection[Row]:
    """Connect as Django does, but with psycopg's own types."""
    parameters = wrapper.get_connection_params()
    for name in ("context", "cursor_factory"):
        parameters.pop(name, None)
    connection: psycopg.Connection[Row] = psycopg.connect(**parameters)
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection


class SqliteSnapshot:
    """A moment of a SQLite file."""

    vendor = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def shapes(self) -> tuple[Shape, ...]:
        """Return every table there is, by name. Raises UnknownKindError."""
        found = self._connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'table'"
            " AND name NOT LIKE 'sqlite^_%' ESCAPE '^' ORDER BY name"
        ).fetchall()
        return tuple(self._shape(name, definition) for name, definition in found)

    def _shape(self, table: str, definition: str) -> Shape:
        described = self._connection.execute(f"PRAGMA table_info({quoted(table)})").fetchall()
        columns = [
            Column(name, sqlite_kind(table, name, declared, definition))
            for _, name, declared, *_ in described
        ]
        key = [name for place, name in sorted((row[5], row[1]) for row in described) if place]
        serial, last = "", 0
        if "AUTOINCREMENT" in definition.upper():
            query = "SELECT seq FROM sqlite_sequence WHERE name = ?"
            serial = key[0]
            last = (self._connection.execute(query, [table]).fetchone() or (0,))[0]
        return Shape(table, tuple(sorted(columns, key=_name)), tuple(key), serial, last)

    def count(self, shape: Shape) -> int:
        """Return how many rows a table has."""
        query = f"SELECT count(*) FROM {quoted(shape.name)}"  # noqa: S608 - a table's name, quoted
        return int(self._connection.execute(query).fetchone()[0])

    def rows(self, shape: Shape) -> Iterator[Row]:
        """Yield a table's rows in the order of their key. Raises UnfitValueError."""
        columns = ", ".join(map(quoted, shape.names))
        order = ", ".join(quoted(column.name) for column in shape.order)
        query = f"SELECT {columns} FROM {quoted(shape.name)} ORDER BY {order}"  # noqa: S608 - names, quoted
        convert = portable(shape)
        with closing(self._connection.execute(query)) as cursor:
            while read := cursor.fetchmany(ROWS_READ):
                yield from map(convert, read)


class PostgresSnapshot:
    """A moment of a PostgreSQL database, of the tables in its current schema."""

    vendor = "postgresql"

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def shapes(self) -> tuple[Shape, ...]:
        """Return every table there is, by name. Raises UnknownKindError."""
        found = self._connection.execute(
            "SELECT c.oid, c.relname, a.attname, t.typname FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " JOIN pg_type t ON t.oid = a.atttypid"
            " WHERE c.relnamespace = current_schema()::regnamespace"
            " AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        ).fetchall()
        tables: dict[tuple[str, int], list[Column]] = {}
        for oid, table, name, kind in found:
            tables.setdefault((table, oid), []).append(
                Column(name, postgres_kind(table, name, kind))
            )
        return tuple(self._shape(*table, columns) for table, columns in sorted(tables.items()))

    def _shape(self, table: str, oid: int, columns: list[Column]) -> Shape:
        found = self._connection.execute(
            "SELECT a.attname, pg_get_serial_sequence(quote_ident(%s), a.attname) FROM pg_index i"
            " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)"
            " WHERE i.indrelid = %s AND i.indisprimary"
            " ORDER BY array_position(i.indkey::int2[], a.attnum)",
            [table, oid],
        ).fetchall()
        serial, last = "", 0
        for name, sequence in found:
            if sequence is not None:
                serial, last = name, self._last(sequence)
        key = tuple(name for name, _ in found)
        return Shape(table, tuple(sorted(columns, key=_name)), key, serial, last)

    def _last(self, sequence: str) -> int:
        query = f"SELECT last_value, is_called FROM {sequence}"  # noqa: S608 - quoted by the server
        row = self._connection.execute(query.encode()).fetchone()
        return int(row[0]) if row is not None and row[1] else 0

    def count(self, shape: Shape) -> int:
        """Return how many rows a table has."""
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(shape.name))
        row = self._connection.execute(query).fetchone()
        return 0 if row is None else int(row[0])

    def rows(self, shape: Shape) -> Iterator[Row]:
        """Yield a table's rows in the order of their key."""
        query = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT (FORMAT BINARY)").format(
            sql.SQL(", ").join(map(_selected, shape.columns)),
            sql.Identifier(shape.name),
            sql.SQL(", ").join(map(_ordered, shape.order)),
        )
        special = [
            (n, _FROM_POSTGRES[column.kind])
            for n, column in enumerate(shape.columns)
            if column.kind in _FROM_POSTGRES
        ]
        with self._connection.cursor() as cursor:
            types = self._types(cursor, shape)
            with cursor.copy(query) as copy:
                copy.set_types(types)
                for row in copy.rows():
                    values = list(row)
                    for n, make in special:
                        if values[n] is not None:
                            values[n] = make(values[n])
                    yield tuple(values)

    def _types(self, cursor: psycopg.Cursor[Row], shape: Shape) -> list[int]:
        """Ask the server for the types it is going to send."""
        query = sql.SQL("SELECT {} FROM {} LIMIT 0").format(
            sql.SQL(", ").join(map(_selected, shape.columns)), sql.Identifier(shape.name)
        )
        cursor.execute(query)
        return [column.type_code for column in cursor.description or ()]


def _selected(column: Column) -> sql.Composable:
    name = sql.Identifier(column.name)
    return sql.SQL("{}::text").format(name) if column.kind == "json" else name


def _ordered(column: Column) -> sql.Composable:
    """Order text by its bytes, as SQLite does, whatever the database's language is."""
    name = sql.Identifier(column.name)
    if column.kind in {"text", "json"}:
        return sql.SQL('{}::text COLLATE "C"').format(name)
    return name


def _name(column: Column) -> str:
    return column.name


def _utc(value: Any) -> Any:
    return value.astimezone(UTC)


_FROM_POSTGRES: Final[dict[str, Callable[[Any], Any]]] = {
    "bytes": bytes,
    "json": canonical_json,
    "time": _utc,
}


def quoted(name: str) -> str:
    """Return a name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'
