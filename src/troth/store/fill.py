"""Rows of a snapshot, written into a store that holds none yet: for restores.

Called inside a transaction or before any reader: nothing here commits.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.types.json import Jsonb

from troth.store.shape import Row, Shape, for_sqlite
from troth.store.snapshot import quoted


def fill(alias: str, shape: Shape, rows: Sequence[Row]) -> None:
    """Write portable rows into the table of that name."""
    connection = connections[alias]
    if connection.vendor == "postgresql":
        _copy(connection, shape, rows)
        return
    columns = ", ".join(map(quoted, shape.names))
    places = ", ".join(["%s"] * len(shape.names))
    insert = f"INSERT INTO {quoted(shape.name)} ({columns}) VALUES ({places})"  # noqa: S608 - names, quoted
    with connection.cursor() as cursor:
        cursor.executemany(insert, list(map(for_sqlite(shape), rows)))


def _copy(connection: BaseDatabaseWrapper, shape: Shape, rows: Sequence[Row]) -> None:
    columns = ", ".join(map(quoted, shape.names))
    json = [n for n, column in enumerate(shape.columns) if column.kind == "json"]
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {quoted(shape.name)} LIMIT 0")  # noqa: S608 - names, quoted
        types = [column.type_code for column in cursor.description or ()]
        command = f"COPY {quoted(shape.name)} ({columns}) FROM STDIN (FORMAT BINARY)"
        with cursor.copy(command) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(_with_json(row, json) if json else row)


def _with_json(row: Row, places: Sequence[int]) -> list[Any]:
    """Return a row whose JSON is handed on as the text it is."""
    values = list(row)
    for n in places:
        if values[n] is not None:
            values[n] = Jsonb(values[n], dumps=str)
    return values


def go_on_counting(alias: str, shape: Shape) -> None:
    """Let the table's next number be one that was never given."""
    if not shape.serial:
        return
    connection = connections[alias]
    table, serial = quoted(shape.name), quoted(shape.serial)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max({serial}) FROM {table}")  # noqa: S608 - names, quoted
        last = max(shape.last, cursor.fetchone()[0] or 0)
        if not last:
            return
        if connection.vendor == "postgresql":
            given = [table, shape.serial, last]
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", given)
        else:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [shape.name])
            given = [shape.name, last]
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", given)


def empty(alias: str, table: str) -> None:
    """Remove the rows a migration has put into a table; where there are none, touch nothing."""
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {quoted(table)} LIMIT 1")  # noqa: S608 - a name, quoted
        if cursor.fetchone() is not None:
            cursor.execute(f"DELETE FROM {quoted(table)}")  # noqa: S608 - a name, quoted


def defer_references(alias: str) -> None:
    """Let tables be filled in any order: references are checked by `check_references`."""
    if connections[alias].vendor == "postgresql":
        with connections[alias].cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def check_references(alias: str) -> None:
    """Check every reference between tables now. Raises IntegrityError."""
    connection = connections[alias]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    else:
        connection.check_constraints()
