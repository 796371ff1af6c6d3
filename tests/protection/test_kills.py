"""A restore that is killed leaves no half store, and never one that is served."""

import os
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from tests.protection.cast import Books, drive, restored, where
from tests.server.cast import refused_start, troth
from tests.services import forks
from tests.services.server import FreshDatabase, environment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.torture,
    pytest.mark.usefixtures("fresh_database"),
]
ROUNDS = int(os.environ.get("TROTH_ROUNDS", "8"))
LOCK = "starting.lock"


def killed(books: Books, data: Path, database: str, share: float | None) -> float:
    """Restore, and kill that after a share of its time; return how long it took to the end."""
    words = ("restore", books.backup, "--identity", books.key.file, *where(data, database))
    process = forks.start(
        "troth",
        *words,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not (data / LOCK).exists():
        time.sleep(0.001)  # until it begins to touch the store
    begun = time.monotonic()
    if share is not None:
        try:
            process.wait(share)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
    return time.monotonic() - begun


def test_killed_at_any_moment_it_leaves_the_whole_store_or_none(
    tmp_path: Path, books: Books, fresh_database: FreshDatabase
) -> None:
    whole = books.copy_keys(tmp_path / "whole")
    took = killed(books, whole, fresh_database("whole"), None)
    cut = []
    for number in range(ROUNDS):
        data = books.copy_keys(tmp_path / f"data-{number}")
        database = fresh_database(f"killed-{number}")
        killed(books, data, database, took * (number + 0.5) / ROUNDS)
        if stands(data, database):
            verified = troth("ledger", "verify", "--json", *where(data, database))
            assert verified.returncode == 0, verified.stdout
        else:
            cut.append((data, database))
    assert cut, "no round was killed before its end"
    data, database = cut[-1]
    again = restored(books, data, database)
    assert again.returncode == 0, again.stderr
    assert drive("look", data, database, *books.persons)["found"] == books.persons


def stands(data: Path, database: str) -> bool:
    """Tell whether there is a store: a file of its name, or any table."""
    if not database:
        return (data / "troth.db").exists()
    with psycopg.connect(database) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        return found.fetchone() != (0,)


def test_where_it_was_killed_nothing_is_served(
    tmp_path: Path, books: Books, fresh_database: FreshDatabase
) -> None:
    data, database = books.copy_keys(tmp_path / "data"), fresh_database("unserved")
    note = data / "restore.unfinished"
    words = ("restore", books.backup, "--identity", books.key.file, *where(data, database))
    process = forks.start("troth", *words, env=environment(), stderr=subprocess.DEVNULL)
    while process.poll() is None and not note.exists():
        time.sleep(0.001)  # until it begins to fill the store
    process.kill()
    process.wait()
    assert note.exists()
    said = refused_start(data, *(["--database", database] if database else []))
    assert "cut short" in said
