"""Rows that are written once: triggers in the database refuse UPDATE and DELETE to anybody.

A migration installs them. `release` takes them off again: for the migration's way back, for tests
that empty their tables, and for sabotages, which must get behind the application's back.
"""

from collections.abc import Sequence

from django.db.backends.base.base import BaseDatabaseWrapper

MESSAGE = "rows of this table are never changed"


def protect(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> None:
    """Refuse UPDATE, DELETE and (PostgreSQL) TRUNCATE on each table."""
    _run(connection, [s for t in tables for s in _protection(connection.vendor, t)])


def release(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> None:
    """Allow them again."""
    _run(connection, [s for t in tables for s in _release(connection.vendor, t)])


def unprotected(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> list[str]:
    """Return the tables whose rows somebody could change now: their triggers are off."""
    if connection.vendor == "sqlite":
        query = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name = %s"
        names = {t: [f"{t}_no_update", f"{t}_no_delete"] for t in tables}
    else:
        query = "SELECT tgrelid FROM pg_trigger WHERE tgenabled IN ('O', 'A') AND tgname = %s"
        names = {t: [f"{t}_immutable"] for t in tables}
    with connection.cursor() as cursor:

        def stands(name: str) -> bool:
            cursor.execute(query, [name])
            return cursor.fetchone() is not None

        return [table for table in tables if not all(map(stands, names[table]))]


def _protection(vendor: str, table: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_{event.lower()} BEFORE {event} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            for event in ("UPDATE", "DELETE")
        ]
    function = (
        "CREATE OR REPLACE FUNCTION troth_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';"
        " END $$"
    )
    trigger = (
        f"CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION troth_refuse_change()"
    )
    return [function, trigger]


def _release(vendor: str, table: str) -> list[str]:
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_no_{event}" for event in ("update", "delete")]
    return [f"DROP TRIGGER IF EXISTS {table}_immutable ON {table}"]


def _run(connection: BaseDatabaseWrapper, statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
