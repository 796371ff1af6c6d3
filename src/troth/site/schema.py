"""The database: is it ours, is it older than the code; then bring it up to date."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from troth.policy.words import Message, mark
from troth.site import datafolder
from troth.site.config import Config
from troth.site.database import parse_url
from troth.site.migrations import DurableExecutor
from troth.site.problem import CannotGoOnError
from troth.store.locks import lock_number

APPLICATION_ID: Final = 0x54524F54
"""`TROT`: what SQLite's header says of our files."""
MARKER: Final = "troth_database"
"""The table by which a PostgreSQL database is known as ours; made before any other."""
SQLITE_HEADER: Final = b"SQLite format 3\0"


def check(config: Config) -> bool:
    """Refuse a database that is not ours or newer than the code; tell if it is up to date.

    Writes nothing, not even an empty file. Raises CannotGoOnError.
    """
    if not config.database:
        file = config.sqlite_file
        if not file.exists() or not _sqlite_is_ours(file):
            datafolder.demand_no_cut_restore(config.data)
            return False
    with explained(config):
        tables = connection.introspection.table_names()
        if config.database and not tables:
            datafolder.demand_no_cut_restore(config.data)
            return False
        if config.database and MARKER not in tables:
            raise _not_ours(config)
        executor = MigrationExecutor(connection)
        newer = executor.loader.applied_migrations.keys() - executor.loader.disk_migrations.keys()
        if newer:
            raise _newer(config, min(newer))
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def bring_up_to_date(config: Config) -> None:
    """Mark the database as ours and apply the migrations that are missing, one process at a time.

    Each migration is one transaction, so a start that is cut short goes on where it was.
    """
    with explained(config), _one_at_a_time():
        mark_as_ours(connection)
        executor = DurableExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())


def mark_as_ours(database: BaseDatabaseWrapper) -> None:
    """Mark a database as ours, before anything else is made in it."""
    with database.cursor() as cursor:
        if database.vendor == "sqlite":
            cursor.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        else:
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {MARKER} (made_at timestamptz)")


def demand_current(config: Config) -> None:
    """Refuse a database that no server has made yet or that is older than the code."""
    if not check(config):
        raise CannotGoOnError(
            Message(
                mark(
                    "The database %(database)s is not ready;"
                    " start `troth serve` on it once, or name another with --data."
                ),
                {"database": shown(config)},
            )
        )


def answers() -> bool:
    """Tell whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return False
    return True


def _sqlite_is_ours(file: Path) -> bool:
    """Tell whether the file holds our tables, False if it holds none; refuse any other file."""
    try:
        with file.open("rb") as source:
            header = source.read(len(SQLITE_HEADER))
        if not header:
            return False
        if header != SQLITE_HEADER:
            raise _no_database(file)
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as probe:
            (number,) = probe.execute("PRAGMA application_id").fetchone()
            tables = probe.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    except OSError as error:
        raise CannotGoOnError(
            Message(
                mark("%(file)s cannot be read (%(error)s); let this user read it."),
                {"file": file, "error": error.strerror},
            )
        ) from error
    except sqlite3.DatabaseError as error:
        raise _no_database(file) from error
    if number != APPLICATION_ID and tables:
        raise CannotGoOnError(
            Message(
                mark("%(file)s belongs to another program; name another folder with --data."),
                {"file": file},
            )
        )
    return bool(tables)


def _no_database(file: Path) -> CannotGoOnError:
    return CannotGoOnError(
        Message(
            mark(
                "%(file)s is no SQLite database or is damaged;"
                " restore it from a backup, or name another folder with --data."
            ),
            {"file": file},
        )
    )


def _not_ours(config: Config) -> CannotGoOnError:
    return CannotGoOnError(
        Message(
            mark(
                "The database %(database)s holds tables of another program;"
                " make an empty one for Troth and name it with --database."
            ),
            {"database": shown(config)},
        )
    )


def _newer(config: Config, migration: tuple[str, str]) -> CannotGoOnError:
    return CannotGoOnError(
        Message(
            mark(
                "The database %(database)s was written by a newer Troth (it knows %(migration)s);"
                " run that version or a later one, or restore a backup of before."
            ),
            {"database": shown(config), "migration": ".".join(migration)},
        )
    )


def shown(config: Config) -> str:
    """Return where the database is, without its password."""
    url = parse_url(config.database)
    return str(config.sqlite_file) if url is None else url.shown()


@contextmanager
def explained(config: Config) -> Iterator[None]:
    """Turn what the database says into one sentence; no message of a server holds a password."""
    try:
        yield
    except DatabaseError as error:
        connection.close()
        template = mark(
            "The database %(database)s refuses: %(error)s;"
            " check that it runs, that there is room, and that --database is right."
        )
        reason = " ".join(str(error).split()) or type(error).__name__
        raise CannotGoOnError(
            Message(template, {"database": shown(config), "error": reason})
        ) from error


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold PostgreSQL's lock of this name; a SQLite folder is held by `datafolder.starting`."""
    if connection.vendor != "postgresql":
        yield
        return
    number = lock_number("migrate")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [number])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
