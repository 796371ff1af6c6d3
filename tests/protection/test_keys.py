"""A backup of the keys opens what it should, and nothing once its generation is destroyed."""

import shutil
from pathlib import Path

import pytest

from tests.protection.cast import Books, drive, only, restored, where
from tests.server.cast import troth
from tests.services.server import FreshDatabase

pytestmark = [pytest.mark.slow, pytest.mark.either, pytest.mark.usefixtures("fresh_database")]


def test_keys_from_before_a_rotation_open_nothing_and_younger_ones_everything(
    tmp_path: Path, own_books: Books, fresh_database: FreshDatabase
) -> None:
    old = own_books.keys
    generations = old.parent / "generations"
    assert {file.name for file in generations.iterdir()} == {"1", "store"}
    drive("erase", own_books.data, own_books.database, own_books.persons[0])
    assert drive("rotate", own_books.data, own_books.database) == 2
    young = tmp_path / "again"
    made = troth(
        "backup",
        young,
        "--keys",
        old.parent,
        "--to",
        own_books.key.public,
        *own_books.where,
    )
    assert made.returncode == 0, made.stderr
    assert {file.name for file in generations.iterdir()} == {"2", "store"}
    (new,) = set(old.parent.glob("troth-*")) - {old}

    data, database = own_books.copy_operator_key(tmp_path / "data"), fresh_database("old-keys")
    refused = restored(own_books, data, database, "--keys", old)
    assert refused.returncode == 2
    assert "open nothing any more" in refused.stderr
    assert not (data / "keys" / "keys.db").exists()

    ended = restored(own_books, data, database, "--keys", new)
    assert ended.returncode == 0, ended.stderr
    found = drive("look", data, database, *own_books.persons)
    assert found["opened"] == [None, "p1@example.invalid", "p2@example.invalid"]
    assert found["found"] == [None, *own_books.persons[1:]]
    assert only(young).exists()


def test_keys_restored_from_an_older_backup_do_not_replace_younger_ones(
    tmp_path: Path, own_books: Books, fresh_database: FreshDatabase
) -> None:
    """Both have a generation 2 by then; over the younger one, its backups would open nothing."""
    kept = own_books.keys.parent
    elsewhere = shutil.copytree(kept, tmp_path / "elsewhere")
    to = ("--to", own_books.key.public)
    drive("rotate", own_books.data, own_books.database)
    made = troth("backup", tmp_path / "again", "--keys", kept, *to, *own_books.where)
    assert made.returncode == 0, made.stderr
    younger = {file.name: file.read_bytes() for file in (kept / "generations").iterdir()}

    data, database = own_books.copy_operator_key(tmp_path / "data"), fresh_database("older")
    ended = restored(own_books, data, database, "--keys", elsewhere / own_books.keys.name)
    assert ended.returncode == 0, ended.stderr
    assert drive("rotate", data, database) == 2
    refused = troth("backup", tmp_path / "more", "--keys", kept, *to, *where(data, database))
    assert refused.returncode == 2
    assert "holds keys younger than those restored here" in refused.stderr
    now = {file.name: file.read_bytes() for file in (kept / "generations").iterdir()}
    assert now == younger


def test_without_the_operators_key_they_open_nothing(
    tmp_path: Path, books: Books, fresh_database: FreshDatabase
) -> None:
    data, database = tmp_path / "data", fresh_database("no-operator")
    ended = restored(books, data, database, "--keys", books.keys)
    assert ended.returncode == 2
    assert "operator's key" in ended.stderr
    assert not (data / "keys" / "keys.db").exists()
    assert not (data / "troth.db").exists()
