"""A backup of the keys opens what it should, and nothing once its generation is destroyed."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.protection.cast import Books, Key, drive, only, restored, where
from tests.server.cast import troth
from tests.services.server import FreshDatabase
from troth import vault
from troth.protection import keys as backup_of_keys
from troth.vault.store import KeyStore

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


def test_a_generation_key_that_is_missing_is_named_and_kept_where_it_still_is(
    tmp_path: Path, own_books: Books
) -> None:
    """To try again, as one does in the middle of a rotation, would never help."""
    kept = own_books.keys.parent
    before = {file.name: file.read_bytes() for file in (kept / "generations").iterdir()}
    generation = own_books.data / "keys" / "generations" / "1"
    wrapped = generation.read_bytes()
    generation.unlink()
    words = ("backup", tmp_path / "b", "--keys", kept, "--to", own_books.key.public)
    refused = troth(*words, *own_books.where)
    assert refused.returncode == 2
    assert f"The generation key {generation} is missing" in refused.stderr
    assert "try again" not in refused.stderr
    assert only(kept) == own_books.keys
    assert {file.name: file.read_bytes() for file in (kept / "generations").iterdir()} == before
    generation.write_bytes(wrapped)
    made = troth(*words, *own_books.where)
    assert made.returncode == 0, made.stderr


@pytest.mark.usefixtures("keys")
def test_a_rotation_in_the_middle_of_a_backup_is_no_missing_key(
    tmp_path: Path, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy needs the generation that is destroyed beside it; the next one needs it no more."""
    left = 3
    real = backup_of_keys.needed

    def needed(copy: Path) -> list[int]:
        nonlocal left
        numbers = real(copy)
        left = max(0, left - 1)
        return numbers

    def keep(store: KeyStore, kept: Path) -> None:
        real_keep(store, kept)
        if left:
            vault.rotate_generation()

    real_keep = backup_of_keys._keep_generations  # noqa: SLF001 - a moment within it
    monkeypatch.setattr(backup_of_keys, "needed", needed)
    monkeypatch.setattr(backup_of_keys, "_keep_generations", keep)
    made = backup_of_keys.back_up_keys(tmp_path / "kept", key.sealed, datetime.now(UTC))
    assert made.exists()
    assert left == 0
    newest = vault.open_store().generation
    assert newest > 2
    assert {file.name for file in (tmp_path / "kept" / "generations").iterdir()} == {
        str(newest),
        "store",
    }


def test_without_the_operators_key_they_open_nothing(
    tmp_path: Path, books: Books, fresh_database: FreshDatabase
) -> None:
    data, database = tmp_path / "data", fresh_database("no-operator")
    ended = restored(books, data, database, "--keys", books.keys)
    assert ended.returncode == 2
    assert "operator's key" in ended.stderr
    assert not (data / "keys" / "keys.db").exists()
    assert not (data / "troth.db").exists()
