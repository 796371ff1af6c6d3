"""A restore brings everything back, or nothing; and never over something."""

import json
from pathlib import Path

import pytest

from tests.protection.cast import Books, Key, drive, nothing_in, restored, rewritten, where
from tests.server.cast import refused_start, troth
from tests.services.server import FreshDatabase
from troth.protection.folders import DATA_FILE
from troth.store.shape import Row, Shape

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("fresh_database")]


def test_what_was_backed_up_is_back_with_its_keys_its_guards_and_its_ledger(
    tmp_path: Path, books: Books, fresh_database: FreshDatabase
) -> None:
    data, database = books.copy_operator_key(tmp_path / "data"), fresh_database("back")
    ended = restored(books, data, database, "--keys", books.keys, "--json")
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert (told["rows"], told["tables_hash"]) == (books.told["rows"], books.told["tables_hash"])
    assert (told["epoch"], told["erased_again"]) == (2, 0)
    assert drive("read", data, database, *books.persons) == [
        f"p{n}@example.invalid" for n in range(len(books.persons))
    ]
    assert drive("find", data, database, "p1@example.invalid") == books.persons[1]
    assert drive("guards", data, database) == {"unprotected": [], "next": 2}
    verified = troth("ledger", "verify", "--json", *where(data, database))
    assert verified.returncode == 0, verified.stdout


def test_nobody_is_signed_in_after_a_restore(books: Books) -> None:
    assert "django_session" not in books.told["tables"]
    assert books.told["tables"]["people_account"] == 1


def test_a_store_that_holds_something_is_never_replaced(
    tmp_path: Path, books: Books, fresh_database: FreshDatabase
) -> None:
    data, database = books.copy_keys(tmp_path / "data"), fresh_database("full")
    assert restored(books, data, database).returncode == 0
    again = restored(books, data, database)
    assert again.returncode == 2
    assert "is not empty" in again.stderr
    assert drive("read", data, database, books.persons[0]) == ["p0@example.invalid"]


def test_without_its_keys_nothing_is_restored(
    tmp_path: Path, books: Books, fresh_database: FreshDatabase
) -> None:
    data, database = tmp_path / "data", fresh_database("keyless")
    ended = restored(books, data, database)
    assert ended.returncode == 2
    assert "There is no key store" in ended.stderr
    assert nothing_in(data)


def test_beside_other_keys_nothing_is_restored(
    tmp_path: Path, books: Books, fresh_database: FreshDatabase
) -> None:
    data, database = tmp_path / "data", fresh_database("others")
    drive("nothing", tmp_path / "other", "")
    (tmp_path / "other" / "keys").rename(data.with_name("keys-of-others"))
    ended = troth(
        "restore",
        books.backup,
        "--identity",
        books.key.file,
        *where(data, database),
        variables={"TROTH_KEYS": str(data.with_name("keys-of-others"))},
    )
    assert ended.returncode == 2
    assert "belongs to the key store" in ended.stderr
    assert nothing_in(data)


def test_another_identity_opens_nothing(
    tmp_path: Path, books: Books, key: Key, fresh_database: FreshDatabase
) -> None:
    data, database = books.copy_keys(tmp_path / "data"), fresh_database("wrong")
    ended = troth(
        "restore", books.backup, "--identity", key.file, *where(data, database), "--lang", "zh"
    )
    assert ended.returncode == 2
    assert "解密" in ended.stderr or "身份" in ended.stderr
    assert nothing_in(data)


def test_a_backup_of_a_newer_troth_is_refused(
    tmp_path: Path, books: Books, fresh_database: FreshDatabase
) -> None:
    from msgspec.structs import replace  # noqa: PLC0415 - beside its two uses

    data, database = books.copy_keys(tmp_path / "data"), fresh_database("newer")
    later = rewritten(
        books.backup,
        tmp_path / "later",
        books.key,
        lambda given: replace(given, migrations=(*given.migrations, ("people", "9999_later"))),
    )
    form = rewritten(
        books.backup, tmp_path / "form", books.key, lambda given: replace(given, format=2)
    )
    for folder, said in ((later, "people.9999_later"), (form, "format 2")):
        ended = troth(
            "restore", folder, "--identity", books.key.file, *where(data, database), "--json"
        )
        assert ended.returncode == 2
        assert "newer Troth" in ended.stderr
        assert said in ended.stderr
        assert nothing_in(data)


def test_a_backup_that_this_server_did_not_make_is_refused(
    tmp_path: Path, books: Books, fresh_database: FreshDatabase
) -> None:
    """Whoever knows a public key can seal; the signature of the manifest is the server's alone."""

    def other(shape: Shape, row: Row) -> Row:
        if shape.name != "people_account":
            return row
        named = dict(zip(shape.names, row, strict=True)) | {"handle": "owner-forged"}
        return tuple(named[name] for name in shape.names)

    data, database = books.copy_keys(tmp_path / "data"), fresh_database("forged")
    forged = rewritten(books.backup, tmp_path / "forged", books.key, row=other)
    ended = troth("restore", forged, "--identity", books.key.file, *where(data, database))
    assert ended.returncode == 2
    assert "tampered" in ended.stderr
    assert nothing_in(data)


def test_a_damaged_backup_is_refused_and_the_keys_it_brought_are_taken_away(
    tmp_path: Path, books: Books, fresh_database: FreshDatabase
) -> None:
    data, database = books.copy_operator_key(tmp_path / "data"), fresh_database("damaged")
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    content = (books.backup / DATA_FILE).read_bytes()
    (damaged / DATA_FILE).write_bytes(content[:-1])
    ended = troth(
        "restore",
        damaged,
        "--identity",
        books.key.file,
        "--keys",
        books.keys,
        *where(data, database),
    )
    assert ended.returncode == 2
    assert "damaged, cut short or tampered with" in ended.stderr
    assert nothing_in(data)
    kept = {path.name for path in (data / "keys").rglob("*")}
    assert kept == {"generations", "operator.key"}


def test_who_was_erased_since_is_erased_again_before_anything_opens(
    tmp_path: Path, own_books: Books, fresh_database: FreshDatabase
) -> None:
    erased, stays = own_books.persons[:2]
    drive("erase", own_books.data, own_books.database, erased)
    data, database = own_books.copy_keys(tmp_path / "data"), fresh_database("erased")
    ended = restored(own_books, data, database, "--json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["erased_again"] == 1
    assert drive("read", data, database, erased, stays) == [None, "p1@example.invalid"]
    assert drive("find", data, database, "p0@example.invalid") is None
    verified = troth("ledger", "verify", "--json", *where(data, database))
    assert verified.returncode == 0, verified.stdout


def test_where_a_restore_was_cut_short_no_new_store_is_begun(
    tmp_path: Path, books: Books, fresh_database: FreshDatabase
) -> None:
    data, database = books.copy_keys(tmp_path / "data"), fresh_database("cut")
    (data / "restore.unfinished").touch()
    options = ["--database", database] if database else []
    assert "cut short" in refused_start(data, *options)
    assert restored(books, data, database).returncode == 0
    assert not (data / "restore.unfinished").exists()
    assert drive("read", data, database, books.persons[0]) == ["p0@example.invalid"]


def test_a_trial_says_that_a_backup_holds_and_touches_nothing(tmp_path: Path, books: Books) -> None:
    before = sorted(path.name for path in books.data.rglob("*"))
    by_identity = troth(
        "restore", books.backup, "--verify", "--identity", books.key.file, "--data", tmp_path / "no"
    )
    assert by_identity.returncode == 0, by_identity.stderr
    assert "holds" in by_identity.stdout
    assert not (tmp_path / "no").exists()
    by_itself = troth("restore", books.backup, "--verify", "--json", "--data", books.data)
    assert by_itself.returncode == 0, by_itself.stderr
    told = json.loads(by_itself.stdout)
    assert (told["holds"], told["findings"]) == (True, [])
    assert told["entries"] > 0
    assert sorted(path.name for path in books.data.rglob("*")) == before
