"""Rows that are written many at a time: gathered while verbs run, written before the commit.

A table is described once (`Rows`); `pending.add` gathers, `flush` writes: executemany on SQLite,
COPY on PostgreSQL. `insert_new` writes at once and tells which rows were not there yet.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from msgspec import Struct

from troth.store.driver import run, run_many, sqlite_moment

COPY_ROWS_MIN: Final = 8
"""From how many rows on COPY is faster than INSERT."""


class Rows(Struct, frozen=True, eq=False):
    """A table to write to: its columns in order, each with its PostgreSQL type.

    `key` are the columns that make a row the same as another, for `insert_new`. Each is made once,
    as a module is loaded, and is looked up by itself: what it holds is not compared.
    """

    table: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(name for name, _ in self.columns)


class Pending:
    """The rows a transaction has still to write, by table.

    In no order between tables that may be relied on: what two transactions may both write to a
    unique key they hold by a lock of their own before.
    """

    __slots__ = ("_rows",)

    def __init__(self) -> None:
        self._rows: dict[Rows, list[Sequence[Any]]] = {}

    def add(self, into: Rows, row: Sequence[Any]) -> None:
        """Gather one row, its values in the order of the columns."""
        self._rows.setdefault(into, []).append(row)

    def settle(self, alias: str, *tables: Rows) -> None:
        """Write what was gathered, if any of it is of these tables, which are read next."""
        if not self._rows.keys().isdisjoint(tables):
            self.flush(alias)

    def flush(self, alias: str) -> None:
        """Write what was gathered; called before the commit, and by who must read it again."""
        gathered, self._rows = self._rows, {}
        if not gathered:
            return
        if connections[alias].vendor == "postgresql":
            _write_postgres(alias, gathered)
        else:
            _write_sqlite(alias, gathered)


def insert(alias: str, into: Rows, rows: Sequence[Sequence[Any]]) -> None:
    """Write rows now. Raises IntegrityError as an INSERT does."""
    pending = Pending()
    for row in rows:
        pending.add(into, row)
    pending.flush(alias)


def _write_sqlite(alias: str, gathered: Mapping[Rows, Sequence[Sequence[Any]]]) -> None:
    for into, rows in gathered.items():
        adapt = _adapter("sqlite", into)
        if len(rows) == 1:
            run(alias, _insert(into), adapt(rows[0]))
        else:
            run_many(alias, _insert(into), [adapt(row) for row in rows])


def _write_postgres(alias: str, gathered: Mapping[Rows, Sequence[Sequence[Any]]]) -> None:
    """Write many rows by COPY, few by a statement each, whose plan is kept.

    One row of each of some tables, as a verb alone writes them, is one statement: each that is
    sent takes longer than to carry it out.
    """
    if all(len(rows) == 1 for rows in gathered.values()):
        values = [value for (row,) in gathered.values() for value in row]
        run(alias, _insert_of_each(tuple(gathered)), values)
        return
    for into, rows in gathered.items():
        if len(rows) < COPY_ROWS_MIN:
            for row in rows:
                run(alias, _insert(into), row)
        else:
            _copy(connections[alias], into, rows)


def insert_new(alias: str, into: Rows, rows: Sequence[Sequence[Any]]) -> list[bool]:
    """Write the rows whose key is not there yet; tell of each whether it was written.

    Of two rows with the same key in one call the first is written. `into.key` must be unique in
    the database, so that of two transactions one finds the other's row.
    """
    if not rows:
        return []
    connection = connections[alias]
    places = [into.names.index(name) for name in into.key]
    first: dict[tuple[Any, ...], int] = {}
    for number, row in enumerate(rows):
        first.setdefault(tuple(row[place] for place in places), number)
    numbers = list(first.values())
    adapt = _adapter(connection.vendor, into)
    returned = ", ".join(into.key)
    conflict = f" ON CONFLICT ({returned}) DO NOTHING RETURNING {returned}"
    if connection.vendor == "postgresql":
        values = list(zip(*(adapt(rows[n]) for n in numbers), strict=True))
        columns = [list(column) for column in values]
        found = run(alias, _insert_unnest(into) + conflict, columns)
    else:
        found = [
            row for n in numbers for row in run(alias, _insert(into) + conflict, adapt(rows[n]))
        ]
    written = {tuple(map(_plain, row)) for row in found}
    new = {n for n in numbers if tuple(_plain(adapt(rows[n])[p]) for p in places) in written}
    return [n in new for n in range(len(rows))]


@lru_cache
def _insert(into: Rows) -> str:
    places = ", ".join(["%s"] * len(into.columns))
    return f"INSERT INTO {into.table} ({', '.join(into.names)}) VALUES ({places})"  # noqa: S608 - names of our own tables


@lru_cache
def _insert_of_each(tables: tuple[Rows, ...]) -> str:
    """Return one statement that writes one row of each table (PostgreSQL manual 7.8.4)."""
    *others, last = map(_insert, tables)
    named = ", ".join(f"written_{n} AS ({one})" for n, one in enumerate(others))
    return f"WITH {named} {last}" if others else last


def _insert_unnest(into: Rows) -> str:
    arrays = ", ".join(f"%s::{kind}[]" for _, kind in into.columns)
    return f"INSERT INTO {into.table} ({', '.join(into.names)}) SELECT * FROM unnest({arrays})"  # noqa: S608 - names of our own tables


def _copy(connection: BaseDatabaseWrapper, into: Rows, rows: Iterable[Sequence[Any]]) -> None:
    command = f"COPY {into.table} ({', '.join(into.names)}) FROM STDIN (FORMAT BINARY)"
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(command) as copy,
    ):
        copy.set_types([kind for _, kind in into.columns])
        for row in rows:
            copy.write_row(row)


@lru_cache
def _adapter(vendor: str, into: Rows) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Return what makes a row's values those the database takes: PostgreSQL takes all of ours."""
    if vendor == "postgresql":
        return tuple
    kinds = [kind for _, kind in into.columns]
    special = [n for n, kind in enumerate(kinds) if kind in {"uuid", "timestamptz"}]

    def adapt(row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for n in special:
            values[n] = _for_sqlite(values[n])
        return values

    return adapt


def _for_sqlite(value: UUID | datetime | None) -> str | None:
    """Return an id or a moment as Django stores it in SQLite."""
    if isinstance(value, datetime):
        return sqlite_moment(value)
    return None if value is None else value.hex


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
