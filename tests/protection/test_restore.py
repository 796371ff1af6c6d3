"""A restore brings everything back, or nothing; and never over something."""

import json
import shutil
import tarfile
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.protection.cast import Books, drive, restored, where
from tests.server.cast import refused_start, troth
from tests.services.server import FreshDatabase
from troth.protection.envelope import opened_file
from troth.protection.folders import DATA_FILE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("fresh_database")]


def test_what_was_backed_up_is_back_with_its_keys_its_guards_and_its_ledger(
    tmp_path: Path, books: Books, fresh_database: FreshDatabase
) -> None:
    data, database = books.copy_operator_key(tmp_path / "data"), fresh_database("back")
    ended = restored(books, data, database, "--keys", books.keys.parent, "--json")
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert (told["rows"], told["tables_hash"]) == (books.told["rows"], books.told["tables_hash"])
    assert (told["epoch"], told["erased_again"]) == (2, 0)
    assert drive("look", data, database, *books.persons) == {
        "opened": [f"p{n}@example.invalid" for n in range(len(books.persons))],
        "found": books.persons,
        "sessions": 0,
        "unprotected": [],
        "next": 2,
    }
    verified = troth("ledger", "verify", "--json", *where(data, database))
    assert verified.returncode == 0, verified.stdout
    nowhere = tmp_path / "no such folder" / "my.checkpoint"
    unsaved = troth("ledger", "verify", "--save", nowhere, *where(data, database))
    assert unsaved.returncode == 2
    assert "cannot be saved" in unsaved.stderr
    assert "Traceback" not in unsaved.stderr


def test_a_store_that_holds_something_is_never_replaced(
    tmp_path: Path, books: Books, fresh_database: FreshDatabase
) -> None:
    data, database = books.copy_keys(tmp_path / "data"), fresh_database("full")
    assert restored(books, data, database).returncode == 0
    again = restored(books, data, database)
    assert again.returncode == 2
    assert "is not empty" in again.stderr
    assert drive("look", data, database, *books.persons)["found"] == books.persons


def test_who_was_erased_since_is_erased_again_before_anything_opens(
    tmp_path: Path, own_books: Books, fresh_database: FreshDatabase
) -> None:
    erased, stays = own_books.persons[:2]
    drive("erase", own_books.data, own_books.database, erased)
    data, database = own_books.copy_keys(tmp_path / "data"), fresh_database("erased")
    ended = restored(own_books, data, database, "--json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["erased_again"] == 1
    found = drive("look", data, database, erased, stays)
    assert found["opened"] == [None, "p1@example.invalid"]
    assert found["found"] == [None, stays]
    verified = troth("ledger", "verify", "--json", *where(data, database))
    assert verified.returncode == 0, verified.stdout


@pytest.mark.parametrize("order", ["both", "keys-first", "data-first"])
def test_who_was_erased_after_the_backup_of_the_keys_is_final_in_every_copy_all_the_same(
    tmp_path: Path, own_books: Books, fresh_database: FreshDatabase, order: str
) -> None:
    """The data know of her erasure, the keys that come back do not; the next older data neither."""
    to, opens = ("--to", own_books.key.public), ("--identity", own_books.key.file)
    gone, stays = own_books.persons[:2]
    older = shutil.copytree(own_books.data / "keys", tmp_path / "older")
    drive("erase", own_books.data, own_books.database, gone)
    made = troth("backup", tmp_path / "younger", *to, *own_books.where)
    assert made.returncode == 0, made.stderr

    data, database, keys = tmp_path / "data", fresh_database(f"lost-{order}"), list[str | Path]()
    if order == "both":
        own_books.copy_operator_key(data)
        keys = ["--keys", own_books.keys]
    else:
        data.mkdir()
        shutil.copytree(older if order == "keys-first" else own_books.data / "keys", data / "keys")
    words = ("restore", tmp_path / "younger", *opens, *where(data, database), "--json", *keys)
    ended = troth(*words)
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)["erased_again"]
    assert told == (0 if order == "data-first" else 1)
    if order == "data-first":
        shutil.rmtree(data / "keys")
        shutil.copytree(older, data / "keys")
    assert drive("rotate", data, database) == 2
    found = drive("look", data, database, gone, stays)
    assert (found["opened"], found["found"]) == ([None, "p1@example.invalid"], [None, stays])

    second, database = tmp_path / "second", fresh_database(f"lost-again-{order}")
    shutil.copytree(data / "keys", second / "keys")
    ended = restored(own_books, second, database)
    assert ended.returncode == 0, ended.stderr
    assert "Persons who were erased since, and were erased again: 1." in ended.stdout
    found = drive("look", second, database, gone, stays)
    assert (found["opened"], found["found"]) == ([None, "p1@example.invalid"], [None, stays])


def test_where_a_restore_was_cut_short_no_new_store_is_begun(
    tmp_path: Path, books: Books, fresh_database: FreshDatabase
) -> None:
    data, database = books.copy_keys(tmp_path / "data"), fresh_database("cut")
    (data / "restore.unfinished").touch()
    options = ["--database", database] if database else []
    assert "cut short" in refused_start(data, *options)
    again = restored(books, data, database, "--lang", "zh")
    assert again.returncode == 0, again.stderr
    assert "已将" in again.stdout
    assert not (data / "restore.unfinished").exists()


@pytest.mark.either
def test_its_signature_is_verified_without_troth_as_the_page_says(
    tmp_path: Path, books: Books
) -> None:
    with (
        opened_file(books.backup / DATA_FILE, books.key.identities) as content,
        tarfile.open(fileobj=content, mode="r|gz") as archive,
    ):
        archive.extractall(tmp_path, filter="data")
    (epoch,) = json.loads(troth("ledger", "verify", "--json", *books.where).stdout)["epochs"]
    public = Ed25519PublicKey.from_public_bytes(b64decode(epoch["vkey"].split("+", 2)[2])[1:])
    manifest = (tmp_path / "manifest.json").read_bytes()
    signature = (tmp_path / "manifest.sig").read_bytes()
    public.verify(signature, b"troth backup manifest\n" + manifest)
    for other in (manifest, b"troth backup manifest\n" + manifest + b"\n"):
        with pytest.raises(InvalidSignature):
            public.verify(signature, other)


def test_a_trial_says_that_a_backup_holds_and_touches_nothing(tmp_path: Path, books: Books) -> None:
    before = sorted(path.name for path in books.data.rglob("*"))
    by_identity = troth(
        "restore", books.backup, "--verify", "--identity", books.key.file, "--data", tmp_path / "no"
    )
    assert by_identity.returncode == 0, by_identity.stderr
    assert "holds" in by_identity.stdout
    assert not (tmp_path / "no").exists()
    both = troth("restore", books.backup, "--keys", books.keys, "--verify", "--data", books.data)
    assert (both.returncode, "leave out --keys" in both.stderr) == (2, True)
    by_itself = troth("restore", books.backup.parent, "--verify", "--json", "--data", books.data)
    assert by_itself.returncode == 0, by_itself.stderr
    told = json.loads(by_itself.stdout)
    assert (told["holds"], told["findings"]) == (True, [])
    assert told["entries"] > 0
    assert sorted(path.name for path in books.data.rglob("*")) == before
