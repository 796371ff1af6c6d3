"""What is not whole, not ours or not opened is refused in one sentence, and nothing is left."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec.structs import replace

from tests.protection.cast import Books, Key, flipped, nothing_in, rewritten
from tests.server.cast import troth
from troth import vault
from troth.protection.drill import drill
from troth.protection.errors import BackupError, DamagedBackupError, WrongIdentityError
from troth.protection.folders import DATA_FILE
from troth.site.config import Config, bundled_policy
from troth.site.problem import CannotGoOnError
from troth.site.restoring import KeysGiven, restore
from troth.store.shape import Row, Shape

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.either]
Refused = Callable[..., str]
SHARE: Final = 40
"""A place within the share of an X25519 stanza in the head of an age file, which is base64."""


@pytest.fixture
def refused(tmp_path: Path, settings: Any) -> Iterator[Refused]:
    """Restore into a new data folder, which must be refused and leave nothing; what was said."""
    data = tmp_path / "data"
    settings.TROTH_KEYS = data / "keys"
    settings.TROTH_OPERATOR_KEY_FILE = data / "keys" / "operator.key"
    settings.TROTH_OPERATOR_KEY_COMMAND = ()
    vault.close_store()

    def restores(folder: Path, key: Key, keys: KeysGiven | None = None) -> str:
        config = Config(data=data, policy=bundled_policy())
        with pytest.raises(CannotGoOnError) as error:
            restore(config, folder, key.identities, keys)
        assert nothing_in(data)
        return str(error.value)

    yield restores
    vault.close_store()


def test_without_its_keys(refused: Refused, books: Books) -> None:
    assert "There is no key store" in refused(books.backup, books.key)


def test_beside_other_keys(tmp_path: Path, refused: Refused, books: Books) -> None:
    vault.open_store(make=True)
    vault.close_store()
    assert (tmp_path / "data" / "keys" / "keys.db").exists()
    assert "belongs to the key store" in refused(books.backup, books.key)


def test_with_another_identity(tmp_path: Path, refused: Refused, books: Books, key: Key) -> None:
    books.copy_keys(tmp_path / "data")
    assert "not encrypted to the identity" in refused(books.backup, key)


def test_a_backup_made_under_migrations_of_a_newer_troth(
    tmp_path: Path, refused: Refused, books: Books
) -> None:
    books.copy_keys(tmp_path / "data")
    later = rewritten(
        books.backup,
        tmp_path / "later",
        books.key,
        lambda given: replace(given, migrations=(*given.migrations, ("people", "9999_later"))),
    )
    said = refused(later, books.key)
    assert "newer Troth" in said
    assert "people.9999_later" in said


def test_a_backup_in_the_format_of_a_newer_troth(
    tmp_path: Path, refused: Refused, books: Books
) -> None:
    books.copy_keys(tmp_path / "data")
    later = rewritten(
        books.backup, tmp_path / "later", books.key, lambda given: replace(given, format=2)
    )
    assert "newer Troth (format 2;" in refused(later, books.key)


def forged(shape: Shape, row: Row) -> Row:
    """Put another handle into an account."""
    if shape.name != "people_account":
        return row
    named = dict(zip(shape.names, row, strict=True)) | {"handle": "owner-forged"}
    return tuple(named[name] for name in shape.names)


def test_a_backup_that_this_server_did_not_make(
    tmp_path: Path, refused: Refused, books: Books
) -> None:
    """Whoever knows a public key can seal; only the server can sign what is in it."""
    books.copy_keys(tmp_path / "data")
    folder = rewritten(books.backup, tmp_path / "forged", books.key, row=forged)
    assert "tampered with" in refused(folder, books.key)


def test_a_damaged_backup_whose_keys_are_taken_away_again(
    tmp_path: Path, refused: Refused, books: Books
) -> None:
    data = books.copy_operator_key(tmp_path / "data")
    folder = tmp_path / "damaged"
    folder.mkdir()
    (folder / DATA_FILE).write_bytes((books.backup / DATA_FILE).read_bytes()[:-1])
    said = refused(folder, books.key, KeysGiven(books.keys, books.key.identities))
    assert "damaged, cut short or tampered with" in said
    assert {file.name for file in (data / "keys").rglob("*")} == {"operator.key"}


def test_the_key_folder_that_was_made_for_it_goes_again_and_one_that_was_there_stays(
    tmp_path: Path, refused: Refused, books: Books
) -> None:
    given = KeysGiven(tmp_path / "no-keys", books.key.identities)
    assert "cannot be read" in refused(books.backup, books.key, given)
    assert not (tmp_path / "data" / "keys").exists()
    (tmp_path / "data" / "keys" / "generations").mkdir(parents=True)
    assert "cannot be read" in refused(books.backup, books.key, given)
    assert (tmp_path / "data" / "keys" / "generations").is_dir()


@pytest.mark.parametrize("place", ["nowhere", "empty"])
def test_a_folder_in_which_there_is_no_backup(tmp_path: Path, books: Books, place: str) -> None:
    (tmp_path / "empty").mkdir()
    folder, identity = tmp_path / place, ("--identity", books.key.file)
    into = ("--data", tmp_path / "data")
    for words in (
        (folder, *identity, *into),
        (folder, *identity, *into, "--verify"),
        (folder, *into),
        (books.backup, "--keys", folder, *identity, *into),
    ):
        ended = troth("restore", *words)
        assert ended.returncode == 2
        assert f"There is no backup in {folder}" in ended.stderr
        assert len(ended.stderr.splitlines()) == 1


def test_a_damaged_head_is_not_taken_for_another_identity_alone(
    tmp_path: Path, books: Books
) -> None:
    """Neither where it still reads as one, nor where it is none any more."""
    file, whole = tmp_path / DATA_FILE, (books.backup / DATA_FILE).read_bytes()
    words: list[str | Path] = ["restore", tmp_path, "--verify", "--identity", books.key.file]
    another = b"B" if whole[SHARE : SHARE + 1] == b"A" else b"A"
    file.write_bytes(whole[:SHARE] + another + whole[SHARE + 1 :])
    ended = troth(*words, *books.where)
    assert ended.returncode == 2
    assert "or its head is damaged" in ended.stderr
    file.write_bytes(whole[:SHARE] + b"!" + whole[SHARE + 1 :])
    ended = troth(*words, *books.where)
    assert ended.returncode == 1
    assert "is damaged, cut short or tampered with" in ended.stdout


def test_keys_over_keys(tmp_path: Path, refused: Refused, books: Books) -> None:
    books.copy_keys(tmp_path / "data")
    said = refused(books.backup, books.key, KeysGiven(books.keys, books.key.identities))
    assert "holds a key store already" in said


def test_keys_beside_those_of_another_server(
    tmp_path: Path, own_books: Books, books: Books
) -> None:
    """A backup there would destroy the other's generation keys, and with them its backups."""
    kept = own_books.keys.parent / "generations"
    before = {file.name: file.read_bytes() for file in kept.iterdir()}
    to = ("--to", books.key.public, *books.where)
    for without_note in (False, True):
        if without_note:
            (kept / "store").unlink()
            before.pop("store")
        ended = troth("backup", tmp_path / "backup", "--keys", own_books.keys.parent, *to)
        assert ended.returncode == 2
        assert "the keys of another key store" in ended.stderr
        assert {file.name: file.read_bytes() for file in kept.iterdir()} == before


def test_a_folder_that_is_no_backup(tmp_path: Path, refused: Refused, books: Books) -> None:
    books.copy_keys(tmp_path / "data")
    assert "cannot be read" in refused(tmp_path, books.key)


def test_any_part_of_the_file_that_is_changed(tmp_path: Path, books: Books) -> None:
    """One bit in each region: the header's lines, the nonce, the first and last chunk, the tag."""
    file = tmp_path / DATA_FILE
    whole = (books.backup / DATA_FILE).read_bytes()
    body = whole.index(b"\n--- ") + len(b"\n--- ") + 44
    step = max(1, (len(whole) - body) // 12)
    places = [*range(0, body, 23), *range(body, len(whole), step), len(whole) - 17, len(whole) - 1]
    for place in places:
        file.write_bytes(whole)
        flipped(file, place)
        with pytest.raises((DamagedBackupError, WrongIdentityError)):
            drill(tmp_path, books.key.identities)


def test_a_file_that_is_cut_short_or_goes_on(tmp_path: Path, books: Books) -> None:
    file = tmp_path / DATA_FILE
    whole = (books.backup / DATA_FILE).read_bytes()
    for content in (b"", whole[:100], whole[: len(whole) // 2], whole[:-1], whole + b"\0"):
        file.write_bytes(content)
        with pytest.raises(BackupError):
            drill(tmp_path, books.key.identities)


def test_a_trial_names_what_is_wrong_with_the_ledger_in_a_forged_backup(
    tmp_path: Path, books: Books
) -> None:
    def edited(shape: Shape, row: Row) -> Row:
        named = dict(zip(shape.names, row, strict=True))
        if shape.name == "ledger_entry" and named["kind"] == "people.enrolled":
            named["body"] = named["body"].replace(b"p", b"q", 1)
        return tuple(named[name] for name in shape.names)

    assert drill(books.backup, books.key.identities).holds
    result = drill(
        rewritten(books.backup, tmp_path / "edited", books.key, row=edited), books.key.identities
    )
    assert not result.holds
    assert any("was changed" in finding.render(str) for finding in result.findings)


def test_a_trial_leaves_nothing_in_the_temporary_folder(
    tmp_path: Path, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert drill(books.backup, books.key.identities).holds
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["", "backups"])
def test_a_backup_within_what_it_is_of(books: Books, place: str) -> None:
    """Whoever loses the disk would lose both."""
    data = books.data
    before = sorted(data.rglob("*"))
    ended = troth("backup", data / place, "--to", books.key.public, *books.where)
    assert ended.returncode == 2
    assert "would be lost with it" in ended.stderr
    ended = troth("backup", data.parent / "b", "--keys", data / "keys", *books.where)
    assert ended.returncode == 2
    assert sorted(data.rglob("*")) == before


@pytest.mark.parametrize("as_json", [False, True])
def test_a_damaged_backup_that_is_only_tried(
    tmp_path: Path, books: Books, *, as_json: bool
) -> None:
    folder = tmp_path / "damaged"
    folder.mkdir()
    (folder / DATA_FILE).write_bytes((books.backup / DATA_FILE).read_bytes()[:-1])
    asked = ("--json",) if as_json else ()
    ended = troth("restore", folder, "--verify", "--identity", books.key.file, *asked, *books.where)
    assert ended.returncode == 1, ended
    assert "damaged, cut short or tampered with" in ended.stdout
    assert not as_json or json.loads(ended.stdout)["holds"] is False


@pytest.mark.parametrize("verb", ["audit", "ledger show", "ledger verify", "owner link"])
def test_an_answer_from_data_beside_keys_of_other_data(
    tmp_path: Path, books: Books, verb: str
) -> None:
    others = tmp_path / "keys"
    shutil.copytree(books.data / "keys", others)
    with closing(sqlite3.connect(others / "keys.db")) as store, store:
        store.execute("UPDATE meta SET value = ? WHERE name = 'id'", (b"0" * 32,))
    told = troth(*verb.split(), *books.where, variables={"TROTH_KEYS": str(others)})
    assert told.returncode == 2, told
    assert "is not the one these data were sealed with" in told.stderr
    assert told.stdout == ""
