"""Statements that come thousands of times a second, by the driver: SQLite answers in microseconds.

`run(alias, sql, values) -> rows`        `run_many(alias, sql, many) -> None`
In the transaction that is open, with Django's errors. Django's own cursors, which take longer than
SQLite takes to answer, are used on PostgreSQL, and where statements are logged or wrapped.
"""

from collections.abc import Iterable, Sequence
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
        found: list[tuple[Any, ...]] = connection.connection.execute(
            _marked(sql), values
        ).fetchall()
    return found


def run_many(alias: str, sql: str, many: Iterable[Sequence[Any]]) -> None:
    """Run a statement once for each of many rows of values."""
    connection = connections[alias]
    if not _is_bare(connection):
        with connection.cursor() as cursor:
            cursor.executemany(sql, list(many))
        return
    with connection.wrap_database_errors:
        connection.connection.executemany(_marked(sql), many)


def _is_bare(connection: BaseDatabaseWrapper) -> bool:
    if connection.vendor != "sqlite" or connection.queries_logged or connection.execute_wrappers:
        return False
    connection.validate_no_broken_transaction()
    connection.ensure_connection()
    return True


@lru_cache
def _marked(sql: str) -> str:
    return sql.replace("%s", "?").replace("%%", "%")
