"""Whoever copies an older data or key folder back by hand is told nothing: each start mends it."""

import shutil
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.protection.cast import Books, drive, where
from tests.services import forks, postgres
from tests.services.server import Server, environment

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("fresh_database")]
WORKER_TIMEOUT_S = 120


def asked(database: str, data: Path, query: str) -> list[Any]:
    """Ask the data as they are, by no start: that would mend them."""
    if database:
        with psycopg.connect(database) as connection:
            return connection.execute(query.encode()).fetchall()
    with closing(sqlite3.connect(data / "troth.db")) as connection:
        return connection.execute(query).fetchall()


def keys_of(data: Path, person: str) -> dict[str, int]:
    """Return how many rows of each table of the key store tell of a person."""
    with closing(sqlite3.connect(data / "keys" / "keys.db")) as connection:
        return {
            table: connection.execute(
                f"SELECT count(*) FROM {table} WHERE person = ?",  # noqa: S608 - one of three
                (person,),
            ).fetchone()[0]
            for table in ("person_key", "index_row", "erased")
        }


def copy_data(books: Books, to: Path) -> str:
    """Copy the data folder, and the database where they are in one; return that one's address."""
    shutil.copytree(books.data, to)
    if not books.database:
        return ""
    postgres.wait_for_end(books.database, postgres.connected(books.database))
    name = books.database.rsplit("/", 1)[1]
    return postgres.fresh_database(f"copied-{uuid.uuid4().hex}", copied=name)


def served(data: Path, database: str) -> None:
    """Start a server, and end it."""
    server = Server(data, database=database).wait()
    assert server.stop() == 0


def worked(data: Path, database: str) -> None:
    """Start two workers at once, and wait for their end."""
    words = ("worker", "--until-empty", *where(data, database))
    logs = [data.parent / f"worker-{number}.log" for number in range(2)]
    workers = []
    for log in logs:
        with log.open("wb") as told:
            workers.append(forks.start("troth", *words, env=environment(), stderr=told))
    ended = [worker.wait(WORKER_TIMEOUT_S) for worker in workers]
    assert ended == [0, 0], [log.read_text() for log in logs]
    assert not any("Traceback" in log.read_text() for log in logs)


@pytest.mark.parametrize("start", [served, worked])
def test_beside_older_data_a_start_erases_again_who_was_erased_since(
    tmp_path: Path, own_books: Books, start: Any
) -> None:
    gone, *stay = own_books.persons
    data = tmp_path / "copy"
    database = copy_data(own_books, data)
    drive("erase", own_books.data, own_books.database, gone)
    shutil.rmtree(data / "keys")
    shutil.copytree(own_books.data / "keys", data / "keys")
    there = "SELECT id FROM people_person"
    assert (gone,) in asked(database, data, there)

    start(data, database)
    assert (gone,) not in asked(database, data, there)
    assert not asked(database, data, f"SELECT 1 FROM people_detail WHERE person = '{gone}'")  # noqa: S608 - a random id
    told = "SELECT person FROM vault_tombstone WHERE done_at IS NOT NULL"
    assert asked(database, data, told) == [(gone,)]
    told = "SELECT count(*) FROM ledger_entry WHERE kind = 'people.erased'"
    assert asked(database, data, told) == [(1,)]
    found = drive("look", data, database, gone, *stay)
    assert found["opened"] == [None, *(f"p{n}@example.invalid" for n in range(1, 1 + len(stay)))]


@pytest.mark.parametrize("start", [served, worked])
def test_beside_an_older_key_store_a_start_destroys_again_the_keys_of_who_was_erased_since(
    tmp_path: Path, own_books: Books, start: Any
) -> None:
    gone, *stay = own_books.persons
    older = shutil.copytree(own_books.data / "keys", tmp_path / "older")
    drive("erase", own_books.data, own_books.database, gone)
    data, database = own_books.data, own_books.database
    shutil.rmtree(data / "keys")
    shutil.copytree(older, data / "keys")
    assert keys_of(data, gone) == {"person_key": 1, "index_row": 1, "erased": 0}

    start(data, database)
    assert keys_of(data, gone) == {"person_key": 0, "index_row": 0, "erased": 1}
    assert all(keys_of(data, one)["person_key"] == 1 for one in stay)
    assert not asked(database, data, "SELECT 1 FROM vault_tombstone WHERE done_at IS NULL")
