"""Where keys and data both came from backups, nobody here knows what came after: that is said."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.protection.cast import Books, drive, only, restored, where
from tests.server.cast import troth
from tests.services.server import FreshDatabase

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("fresh_database")]

SAID = "began with keys from a backup"


def made_at(backup: Path) -> datetime:
    """Return when a backup was made, by the name of its folder."""
    return datetime.strptime(backup.name, "troth-%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)


def opening(options: list[str]) -> dict[str, Any]:
    """Return what the newest epoch's first entry is about."""
    shown = troth("ledger", "show", "--kind", "ledger.epoch", "--json", *options)
    assert shown.returncode == 0, shown.stderr
    about: dict[str, Any] = json.loads(shown.stdout)["entries"][0]["about"]
    return about


def test_the_new_epoch_says_from_when_the_keys_are_and_a_witness_shows_what_is_gone(
    tmp_path: Path, own_books: Books, fresh_database: FreshDatabase
) -> None:
    saved = tmp_path / "then.checkpoint"
    drive("erase", own_books.data, own_books.database, own_books.persons[0])
    assert troth("ledger", "copy", tmp_path / "copy", *own_books.where).returncode == 0
    kept = troth("ledger", "verify", "--save", saved, *own_books.where)
    assert kept.returncode == 0, kept.stdout

    data, database = own_books.copy_operator_key(tmp_path / "data"), fresh_database("both")
    ended = restored(own_books, data, database, "--keys", own_books.keys)
    assert ended.returncode == 0, ended.stderr
    at = made_at(own_books.keys)
    sentence = f"what was entered after {at:%Y-%m-%d %H:%M:%S} (UTC) and is not here is not known"
    assert sentence in ended.stdout
    about = opening(where(data, database))
    assert about["cause"] == "restored"
    assert datetime.fromisoformat(about["keys_restored_from"]) == at

    verified = troth("ledger", "verify", *where(data, database))
    assert verified.returncode == 0, verified.stdout
    (line,) = (line for line in verified.stdout.splitlines() if line.startswith("○"))
    assert sentence in line
    assert "a checkpoint that a witness kept" in line
    witness = troth("ledger", "verify", "--checkpoint", saved, *where(data, database))
    assert witness.returncode == 1
    assert "The checkpoint you saved covers" in witness.stdout


def test_it_is_said_once_and_not_of_keys_that_were_here_all_the_time(
    tmp_path: Path, books: Books, fresh_database: FreshDatabase
) -> None:
    data, database = books.copy_operator_key(tmp_path / "data"), fresh_database("once")
    ended = restored(books, data, database, "--keys", books.keys, "--json")
    told = json.loads(ended.stdout)
    assert datetime.fromisoformat(told["keys_restored_from"]) == made_at(books.keys)
    drive("nothing", data, database)
    assert opening(where(data, database))["number"] == told["epoch"]

    here, other = books.copy_keys(tmp_path / "here"), fresh_database("here")
    ended = restored(books, here, other, "--json")
    assert json.loads(ended.stdout)["keys_restored_from"] is None
    assert "keys_restored_from" not in opening(where(here, other))
    assert SAID not in troth("ledger", "verify", *where(here, other)).stdout


@pytest.mark.either
def test_keys_of_a_backup_that_somebody_put_back_by_hand_say_so_at_the_next_start(
    tmp_path: Path, own_books: Books
) -> None:
    """Whoever opens `keys.age` without Troth puts back the same mark."""
    data, database = own_books.copy_operator_key(tmp_path / "data"), ""
    assert restored(own_books, data, database, "--keys", own_books.keys).returncode == 0
    again = troth(
        "backup", tmp_path / "b", "--keys", tmp_path / "k", "--to", own_books.key.public,
        *where(data, database),
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    from troth.protection.keys import PlacedKeys  # noqa: PLC0415 - beside its one use

    later = only(tmp_path / "k")
    for name in ("keys.db", "keys.db-wal", "keys.db-shm"):
        (data / "keys" / name).unlink(missing_ok=True)
    PlacedKeys(later, own_books.key.identities, data / "keys")
    drive("nothing", data, database)
    about = opening(where(data, database))
    assert about["number"] == 3
    assert datetime.fromisoformat(about["keys_restored_from"]) == made_at(later)
    drive("nothing", data, database)
    assert opening(where(data, database))["number"] == 3


@pytest.mark.either
def test_a_backup_of_the_keys_from_before_they_were_marked_is_as_old_as_its_generation(
    tmp_path: Path, own_books: Books
) -> None:
    """Nothing inside says when it was made: it was not before its generation began."""
    from troth.protection.envelope import opened_file, sealed_file  # noqa: PLC0415 - the same
    from troth.protection.folders import KEYS_FILE  # noqa: PLC0415 - the same

    file, plain = own_books.keys / KEYS_FILE, tmp_path / "plain.db"
    with opened_file(file, own_books.key.identities) as content:
        plain.write_bytes(content.read())
    with closing(sqlite3.connect(plain)) as store, store:
        store.execute("DELETE FROM meta WHERE name = 'backed_up_at'")
        begun = store.execute("SELECT value FROM meta WHERE name = 'generation_at'").fetchone()[0]
    file.unlink()
    with sealed_file(file, own_books.key.sealed.recipients) as sealing:
        sealing.write(plain.read_bytes())
    data = own_books.copy_operator_key(tmp_path / "data")
    ended = restored(own_books, data, "", "--keys", own_books.keys, "--json")
    assert ended.returncode == 0, ended.stderr
    told = datetime.fromisoformat(json.loads(ended.stdout)["keys_restored_from"])
    assert told == datetime.fromisoformat(begun.decode())
