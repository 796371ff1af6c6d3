"""Rows that are written once: triggers in the database refuse UPDATE and DELETE to anybody.

A migration installs them. `release` takes them off again: for the migration's way back, for tests
that empty their tables, and for sabotages, which must get behind the application's back.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

MESSAGE: Final = "rows of this table are never changed"
Once = Mapping[str, tuple[str, ...]]
"""By table, the columns that may be set one time where they hold nothing yet."""
NEVER: Final[Once] = {}


def protect(connection: BaseDatabaseWrapper, tables: Sequence[str], once: Once = NEVER) -> None:
    """Refuse UPDATE, DELETE and (PostgreSQL) TRUNCATE on each table, but for setting `once`."""
    for table in tables:
        settable = once.get(table, ())
        _run(connection, _protection(connection.vendor, table, _frozen(connection, table, once)))
        _run(connection, _setting_once(connection.vendor, table, settable))


def release(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> None:
    """Allow them again."""
    _run(connection, [s for t in tables for s in _release(connection.vendor, t)])


def _frozen(connection: BaseDatabaseWrapper, table: str, once: Once) -> str:
    """Return ` OF column, …` for a table of which some columns may be set, "" for the others."""
    if table not in once:
        return ""
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, table)
    return " OF " + ", ".join(c.name for c in columns if c.name not in once[table])


def unprotected(
    connection: BaseDatabaseWrapper, tables: Sequence[str], once: Once = NEVER
) -> list[str]:
    """Return the tables whose rows somebody could change now: their triggers are off."""
    if connection.vendor == "sqlite":
        query = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name = %s"
        names = {t: [f"{t}_no_update", f"{t}_no_delete", *_once_name(t, once)] for t in tables}
    else:
        query = "SELECT tgrelid FROM pg_trigger WHERE tgenabled IN ('O', 'A') AND tgname = %s"
        names = {t: [f"{t}_immutable", *_once_name(t, once)] for t in tables}
    with connection.cursor() as cursor:

        def stands(name: str) -> bool:
            cursor.execute(query, [name])
            return cursor.fetchone() is not None

        return [table for table in tables if not all(map(stands, names[table]))]


def _once_name(table: str, once: Once) -> list[str]:
    return [f"{table}_once"] if table in once else []


def _protection(vendor: str, table: str, frozen: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_{name} BEFORE {event} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            for name, event in (("update", f"UPDATE{frozen}"), ("delete", "DELETE"))
        ]
    function = (
        "CREATE OR REPLACE FUNCTION troth_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';"
        " END $$"
    )
    trigger = (
        f"CREATE TRIGGER {table}_immutable BEFORE UPDATE{frozen} OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION troth_refuse_change()"
    )
    return [function, trigger]


def _setting_once(vendor: str, table: str, columns: tuple[str, ...]) -> list[str]:
    """Return what refuses to set a column that holds something."""
    if not columns:
        return []
    held = " OR ".join(f"OLD.{column} IS NOT NULL" for column in columns)
    head = f"{table}_once BEFORE UPDATE OF {', '.join(columns)} ON {table} FOR EACH ROW WHEN"
    if vendor == "sqlite":
        body = f"{held} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        return [f"CREATE TRIGGER IF NOT EXISTS {head} {body}"]
    return [f"CREATE TRIGGER {head} ({held}) EXECUTE FUNCTION troth_refuse_change()"]


def _release(vendor: str, table: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"DROP TRIGGER IF EXISTS {table}_{event}"
            for event in ("no_update", "no_delete", "once")
        ]
    return [f"DROP TRIGGER IF EXISTS {table}_{event} ON {table}" for event in ("immutable", "once")]


def _run(connection: BaseDatabaseWrapper, statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
