"""Statements that come thousands of times a second, by the driver itself.

`run(alias, sql, values) -> rows`        `run_many(alias, sql, many) -> None`
`moment(alias, at)`                      a moment as a value of theirs
In the transaction that is open, with Django's errors. Django's own cursors, which take longer than
SQLite takes to answer, are used only where statements are logged or wrapped. To be selected by it:
text, whole numbers, booleans, bytes, moments and UUIDs, which come alike both ways on PostgreSQL;
on SQLite the last two are text. Of other types the two ways differ.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


def run(alias: str, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run a statement with `%s` for each value; return its rows, none where it gives none."""
    connection = connections[alias]
    if not _is_bare(connection):
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return [] if cursor.description is None else list(cursor.fetchall())
    with connection.wrap_database_errors:
        if connection.vendor == "sqlite":
            cursor = connection.connection.execute(_marked(sql), values)
        else:
            cursor = connection.connection.execute(sql, values, binary=True)
        return [] if cursor.description is None else cursor.fetchall()


def run_many(alias: str, sql: str, many: Iterable[Sequence[Any]]) -> None:
    """Run a statement once for each of many rows of values."""
    connection = connections[alias]
    if not _is_bare(connection):
        with connection.cursor() as cursor:
            cursor.executemany(sql, list(many))
        return
    with connection.wrap_database_errors:
        if connection.vendor == "sqlite":
            connection.connection.executemany(_marked(sql), many)
        else:
            connection.connection.cursor().executemany(sql, many)


def moment(alias: str, at: datetime) -> datetime | str:
    """Return a moment as the database compares it: SQLite keeps text, as Django writes it."""
    return at if connections[alias].vendor == "postgresql" else sqlite_moment(at)


def sqlite_moment(at: datetime) -> str:
    """Return a moment as Django stores it in SQLite."""
    return str((at if at.tzinfo is UTC else at.astimezone(UTC)).replace(tzinfo=None))


def _is_bare(connection: BaseDatabaseWrapper) -> bool:
    if connection.queries_logged or connection.execute_wrappers:
        return False
    connection.validate_no_broken_transaction()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    return True


@lru_cache
def _marked(sql: str) -> str:
    return sql.replace("%s", "?").replace("%%", "%")
