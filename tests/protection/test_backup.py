"""A backup is one moment of the data, made while others write, or nothing at all."""

import json
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from tests.protection.cast import DRIVER, ROOT, Books, Key, drive, only, where
from tests.server.cast import troth
from tests.services import forks
from tests.services.server import FreshDatabase, Server, environment
from troth.protection.drill import drill
from troth.protection.folders import DATA_FILE

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def test_it_says_who_may_open_it_or_is_not_made(tmp_path: Path, books: Books) -> None:
    ended = troth("backup", tmp_path / "to", *books.where)
    assert ended.returncode == 2
    assert "--new-identity" in ended.stderr
    assert not (tmp_path / "to").exists()
    wrong = troth("backup", tmp_path / "to", "--to", "age1none", *books.where)
    assert wrong.returncode == 2
    assert "no public key of age" in wrong.stderr


def test_an_identity_is_its_owners_alone_and_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "identity.txt"
    made = troth("backup", "--new-identity", file)
    assert made.stdout.startswith("age1")
    assert made.stdout.strip() in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    again = troth("backup", "--new-identity", file)
    assert again.returncode == 2
    assert "name a new file" in again.stderr


def test_it_is_noted_in_the_data_and_in_the_ledger(own_books: Books) -> None:
    (noted,) = drive("backups", own_books.data, own_books.database)
    file = own_books.backup / DATA_FILE
    assert noted["folder"] == str(own_books.backup)
    assert noted["sha256"] == sha256(file.read_bytes()).hexdigest() == own_books.told["sha256"]
    told = noted["told"]
    assert told["kind"] == "protection.backed-up"
    assert told["about"]["file"] == noted["sha256"]
    assert told["about"]["tables"] == own_books.told["tables_hash"]
    assert told["about"]["size"] == own_books.told["ledger"]["size"]
    assert len(told["version"]) == 64


def test_sessions_are_left_out_and_all_else_is_in(books: Books) -> None:
    assert "django_session" not in books.told["tables"]
    assert books.told["tables"]["people_account"] == 1
    assert books.told["tables"]["people_person"] == len(books.persons)
    assert books.told["tables"]["evidence_examination"] > 0


def test_keys_of_the_configuration_open_it_too_and_no_value_is_in_the_clear(
    tmp_path: Path, books: Books, key: Key
) -> None:
    ended = troth(
        "backup", tmp_path / "to", *books.where, variables={"TROTH_BACKUP_TO": key.public}
    )
    assert ended.returncode == 0, ended.stderr
    folder = only(tmp_path / "to")
    assert drill(folder, key.identities).holds
    for file in folder.iterdir():
        assert b"example.invalid" not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0


def test_the_keys_are_not_put_beside_the_data(tmp_path: Path, books: Books, key: Key) -> None:
    parent = tmp_path / "to"
    for keys in (parent, parent / "keys"):
        ended = troth("backup", parent, "--keys", keys, "--to", key.public, *books.where)
        assert ended.returncode == 2
        assert "who finds both has everything" in ended.stderr
    assert not parent.exists()


@pytest.mark.either
def test_a_passphrase_opens_it_and_another_does_not(tmp_path: Path, books: Books) -> None:
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("an unlikely phrase\n")
    wrong.write_text("another phrase\n")
    wrong.chmod(0o600)
    readable = troth("backup", tmp_path / "to", "--passphrase-file", right, *books.where)
    assert readable.returncode == 2
    assert "Others may read" in readable.stderr
    right.chmod(0o600)
    made = troth("backup", tmp_path / "to", "--passphrase-file", right, *books.where)
    assert made.returncode == 0, made.stderr
    folder = only(tmp_path / "to")
    assert b"an unlikely phrase" not in (folder / "README.txt").read_bytes()
    trial: list[str | Path] = ["restore", folder, "--verify", "--data", tmp_path / "none"]
    refused = troth(*trial, "--passphrase-file", wrong)
    assert refused.returncode == 2
    assert "The passphrase does not open" in refused.stderr
    opened = troth(*trial, variables={"TROTH_BACKUP_PASSPHRASE": "an unlikely phrase"})
    assert opened.returncode == 0, opened.stderr
    assert "Say what opens the backup" in troth(*trial).stderr


def test_it_is_one_moment_however_much_is_written_meanwhile(
    tmp_path: Path, key: Key, fresh_database: FreshDatabase
) -> None:
    """A person, what she gave and the entry on it are written together; so they are backed up."""
    data, database = tmp_path / "data", fresh_database("busy")
    words = (DRIVER, "write", data, database)
    writer = forks.start(*words, cwd=ROOT, env=environment(), stdout=subprocess.PIPE)
    assert writer.stdout is not None
    try:
        counts = []
        for number in range(4):
            writer.stdout.readline()
            parent = tmp_path / f"to-{number}"
            made = troth("backup", parent, "--to", key.public, "--json", *where(data, database))
            assert made.returncode == 0, made.stderr
            tables = json.loads(made.stdout)["tables"]
            assert tables["people_person"] == tables["people_detail"]
            counts.append(tables["people_person"])
            assert drill(only(parent), key.identities).holds
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()
    assert counts == sorted(set(counts)), "the writer went on"


def test_a_server_goes_on_while_it_is_backed_up(
    tmp_path: Path, fresh_troth: Server, key: Key
) -> None:
    options = where(fresh_troth.data, fresh_troth.database)
    made = troth("backup", tmp_path / "to", "--to", key.public, *options)
    assert made.returncode == 0, made.stderr
    assert fresh_troth.healthy()
    assert drill(only(tmp_path / "to"), key.identities).holds


def test_a_killed_backup_leaves_no_folder_with_a_name_and_the_next_one_clears_up(
    tmp_path: Path, books: Books, key: Key
) -> None:
    parent = tmp_path / "to"
    parent.mkdir()
    left = parent / ".troth-draft-1"
    left.mkdir()
    (left / DATA_FILE).write_bytes(b"half")
    (left / "copy.db").write_bytes(b"keys")
    made = troth("backup", parent, "--to", key.public, *books.where)
    assert made.returncode == 0, made.stderr
    assert only(parent) == next(parent.iterdir())
