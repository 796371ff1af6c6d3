"""From an older code to this one, and from either database into the other."""

import json
from pathlib import Path

import pytest

from tests.protection.cast import ROOT, Books, Key, drive, only, where
from tests.server.cast import troth
from tests.services import forks, postgres
from tests.services.server import FreshDatabase, environment
from troth.protection.drill import drill

pytestmark = pytest.mark.slow
CHANGED = {"ledger_entry", "ledger_epoch", "ledger_tile", "protection_backup"}
"""A restore adds to these: a new epoch."""


def python(module: str, *arguments: str | Path) -> None:
    ended = forks.run(module, *arguments, cwd=ROOT, env=environment())
    assert ended.returncode == 0, ended.stderr


def test_a_backup_of_the_first_step_is_brought_forward(
    tmp_path: Path, key: Key, fresh_database: FreshDatabase
) -> None:
    old, database = tmp_path / "old", fresh_database("first-step")
    python("tests.versions.old_store", old, database)
    python("tests.protection.old_backup", old, database, tmp_path / "to", key.public)
    data, into = tmp_path / "data", fresh_database("forward")
    data.mkdir()
    (old / "keys").rename(data / "keys")
    ended = troth(
        "restore", only(tmp_path / "to"), "--identity", key.file, *where(data, into), "--json"
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["epoch"] == 1
    found = drive("look", data, into)
    assert (found["unprotected"], found["sessions"]) == ([], 0)
    shown = troth("ledger", "show", "--json", "--limit", "100", *where(data, into))
    told = [(entry["actor"], entry["kind"]) for entry in json.loads(shown.stdout)["entries"]]
    assert told.count(("migration", "versions.in-force")) == 2
    assert told.count(("migration", "versions.proposed")) == 2


@pytest.mark.postgres
@pytest.mark.django_db
def test_from_sqlite_to_postgresql_and_back_every_row_is_the_same(tmp_path: Path, key: Key) -> None:
    home = tmp_path / "home"
    home.mkdir()
    books = Books(home, "")
    there = postgres.fresh_database(f"across-{tmp_path.name}")
    first, second = books.copy_keys(tmp_path / "one"), books.copy_keys(tmp_path / "two")
    tables = [hashes(books.backup, books.key)]
    backup, opens = books.backup, books.key
    for data, database in ((first, there), (second, "")):
        ended = troth("restore", backup, "--identity", opens.file, *where(data, database))
        assert ended.returncode == 0, ended.stderr
        to = tmp_path / f"of-{data.name}"
        made = troth("backup", to, "--to", key.public, *where(data, database))
        assert made.returncode == 0, made.stderr
        backup, opens = only(to), key
        tables.append(hashes(backup, opens))
    assert tables[0] == tables[1] == tables[2]
    assert drive("look", second, "", *books.persons)["found"] == books.persons
    verified = troth("ledger", "verify", "--json", *where(second, ""))
    assert verified.returncode == 0, verified.stdout


def hashes(backup: Path, key: Key) -> dict[str, tuple[int, str]]:
    """Return the hash of each table that a restore does not add to."""
    told = drill(backup, key.identities).manifest.tables
    return {one.name: (one.rows, one.sha256) for one in told if one.name not in CHANGED}
