"""Whatever a copy, a server or a database holds, verifying it ends, and names what is wrong."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from tests.ledger.cast import check, codes, copied, edit, filled, source, stranger
from troth.ledger.copy import pack, unpack
from troth.ledger.entries import commitment
from troth.ledger.models import Entry
from troth.ledger.sabotages import unguarded
from troth.ledger.verify import UnreadableLogError, verify
from troth.ledger.verify.folder import FolderSource
from troth.ledger.verify.public import PublicSource
from troth.store import Store
from troth.wire import http

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys"), pytest.mark.slow]
DEEP = b"[" * 100_000 + b"]" * 100_000
SPARSE_BYTES = 1 << 40
"""More than any machine has memory."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of a few entries."""
    filled(20)
    return copied(tmp_path / "copy")


def pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def device(file: Path) -> None:
    file.unlink()
    file.symlink_to("/dev/zero")


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def circle(file: Path) -> None:
    file.unlink()
    file.symlink_to(file)


def sparse(file: Path) -> None:
    os.truncate(file, SPARSE_BYTES)


@pytest.mark.parametrize("become", [pipe, device, folder, circle, sparse])
@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("checkpoint", "unreadable"),
        ("bodies/000", "bodies"),
        ("tile/0/000.p/21", "tile"),
        ("tile/entries/000.p/21", None),
    ],
)
def test_a_file_that_is_none_or_never_ends_is_one_that_is_missing(
    copy: Path, path: str, code: str | None, become: Callable[[Path], None]
) -> None:
    become(copy / "epoch-1" / path)
    found = {one for one, _ in codes(check(copy))} - {"epoch-missing", "summary"}
    assert found == {code or ("bundle" if become is sparse else "truncated")}
    ended = stranger(copy)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (
        int(code != "tile"),
        code != "tile",
    )


@pytest.mark.parametrize("become", [pipe, device, folder, circle, sparse])
def test_a_list_of_epochs_that_is_no_file_is_no_list(
    copy: Path, become: Callable[[Path], None]
) -> None:
    become(copy / "epochs.json")
    with pytest.raises(UnreadableLogError):
        verify(FolderSource(copy))
    assert stranger(copy).returncode == 1


def test_versions_that_are_no_files_are_passed_over(copy: Path) -> None:
    (copy / "versions" / "00").mkdir(parents=True)
    pipe_at = copy / "versions" / "00" / "en.md"
    os.mkfifo(pipe_at)
    assert check(copy).holds


def test_what_is_nested_without_end_is_named(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nested(content: bytes) -> bytes:
        (salt, _), *rest = unpack(content)
        return pack([(salt, b'{"about":' + DEEP + b"}"), *rest])

    edit(copy / "epoch-1" / "bodies" / "000", nested)
    assert codes(check(copy)) == {("changed", 0), ("malformed", 0), ("epoch-missing", None)}
    assert stranger(copy).returncode == 1
    epochs = b'[{"number":1,"x":' + DEEP + b"}]"
    (copy / "epochs.json").write_bytes(epochs)
    monkeypatch.setattr(http, "get", lambda *_, **__: http.Answer(200, epochs))
    for log in (FolderSource(copy), PublicSource("http://log.example.com")):
        with pytest.raises(UnreadableLogError):
            verify(log)
    ended = stranger(copy)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)


def test_an_entry_nested_without_end_that_is_signed_is_named(copy: Path) -> None:
    del copy
    entry = Entry.objects.get(index=7)
    body = b'{"about":' + DEEP + b"}"
    with unguarded(Store()):
        leaf = commitment(bytes(entry.salt), body)
        Entry.objects.filter(pk=entry.pk).update(body=body, leaf=leaf)
    assert codes(check(source())) == {("malformed", 7), ("changed", 7)}


SET = "UPDATE ledger_entry SET {} WHERE idx = 7"
ANOTHER = {("changed", 7), ("malformed", 7)}


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (SET.format("body = replace(body, 'kind', 'mind')"), ANOTHER),
        (SET.format("body = 999999999999"), ANOTHER),
        (SET.format("body = 1.5"), ANOTHER),
        (SET.format("body = CAST(body AS TEXT)"), ANOTHER),
        (SET.format("leaf = CAST(leaf AS TEXT)"), {("changed", 7)}),
        (SET.format("salt = 'salt'"), {("changed", 7)}),
        (SET.format("idx = 'seven'"), {("removed", 7), ("unplaced", None)}),
        (SET.format("idx = 7.5"), {("removed", 7), ("unplaced", None)}),
        (SET.format("idx = x'ff'"), {("removed", 7), ("unplaced", None)}),
        ("UPDATE ledger_epoch SET began_at = 'junk'", {("began", None)}),
        ("UPDATE ledger_epoch SET began_at = '2026-99-99 00:00:00'", {("began", None)}),
        ("UPDATE ledger_epoch SET began_at = 5", {("began", None)}),
        ("UPDATE ledger_epoch SET size = 'many'", {("summary", None)}),
        ("UPDATE ledger_epoch SET root = 5", {("summary", None)}),
        ("UPDATE ledger_tile SET hashes = CAST(hashes AS TEXT)", {("tile", None)}),
        ("UPDATE ledger_tile SET number = 'one'", {("tile", None), ("stray", None)}),
    ],
)
def test_a_value_of_another_kind_is_no_value(
    copy: Path, statement: str, found: set[tuple[str, int | None]]
) -> None:
    """SQLite keeps what it is given; PostgreSQL takes none that its column is not for."""
    del copy
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.replace("x'ff'", r"'\xff'::bytea"))
        return
    with unguarded(Store()), connection.cursor() as cursor:
        cursor.execute(statement)
    assert codes(check(source())) == found
