"""What was added to a copy or to the data, and what a list says that was not signed, is named."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.ledger.cast import ALIAS, check, codes, copied, edit, filled, source, stranger
from tests.ledger.test_exactly import forged
from troth.ledger import tiles
from troth.ledger.actions import begin_epoch
from troth.ledger.copy import pack
from troth.ledger.models import Entry, Epoch, Tile
from troth.ledger.sabotages import unguarded
from troth.store import Store, transact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys"), pytest.mark.slow]
COUNT = 599
LAST = "tile/entries/002.p/88"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of 600 entries, and of a second epoch of a few."""
    filled(COUNT)
    transact(begin_epoch, "restored")
    return copied(tmp_path / "copy")


def strays(copy: Path) -> set[str]:
    """Return what was found to be added, once nothing else is."""
    report = check(copy)
    assert {one.code for one in report.findings} <= {"stray"}
    return {one.message.values["path"] for one in report.findings}


def write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


@pytest.mark.parametrize(
    "path",
    [
        "tile/entries/003",
        "tile/entries/002",
        "tile/entries/002.p/100",
        "tile/entries/x001/000",
        "tile/0/002.p/87",
        "tile/1/001",
        "tile/9/000",
        "bodies/003",
        "bodies/002.p/88",
        "bodies/x001/000",
        "notes.txt",
    ],
)
def test_a_file_that_follows_from_no_size_is_named_and_read_by_nobody(
    copy: Path, path: str
) -> None:
    leaf, pair = forged()
    content = pack([pair]) if path.startswith("bodies") else tiles.bundle([leaf])
    write(copy / "epoch-1" / path, content)
    assert strays(copy) == {f"epoch-1/{path}"}
    assert stranger(copy).returncode == 0


def test_an_epoch_that_is_not_listed_is_named(copy: Path) -> None:
    shutil.copytree(copy / "epoch-2", copy / "epoch-3")
    assert strays(copy) == {"epoch-3"}
    shutil.rmtree(copy / "epoch-3")
    epochs = json.loads((copy / "epochs.json").read_text())
    (copy / "epochs.json").write_text(json.dumps(epochs[:1]))
    assert strays(copy) == {"epoch-2"}


def test_what_a_system_puts_into_folders_is_no_part_of_the_copy(copy: Path) -> None:
    for place in ("", "epoch-1", "epoch-1/tile/entries", "epoch-1/bodies", "versions"):
        (copy / place / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (copy / "epoch-1" / ".hidden").mkdir()
    (copy / "epoch-1" / ".hidden" / "file").write_bytes(b"")
    (copy / "my notes.txt").write_text("all well")
    assert check(copy).findings == ()
    assert stranger(copy).returncode == 0


def test_a_name_that_is_no_text_is_named_as_far_as_it_is(copy: Path) -> None:
    file = bytes(copy / "epoch-1") + b"/\xff\x1b[8m"
    Path(file.decode(errors="surrogateescape")).write_bytes(b"")
    assert strays(copy) == {"epoch-1/\\xff\x1b[8m"}


@pytest.mark.parametrize(
    ("path", "tile"),
    [("tile/0/001", "tile/0/001"), (f"tile/0/{LAST[-8:]}", "tile/0/002.p/88")],
)
def test_what_is_appended_to_a_tile_is_named(copy: Path, path: str, tile: str) -> None:
    edit(copy / "epoch-1" / path, lambda content: content + b"abc")
    (found,) = check(copy).findings
    assert (found.code, found.message.values["path"]) == ("tile", tile)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("size", 512, "summary"),
        ("size", 601, "summary"),
        ("size", -5, "summary"),
        ("size", 10**40, "summary"),
        ("origin", "troth/other/1", "summary"),
        ("root", "00" * 32, "summary"),
        ("root", "", "summary"),
        ("checkpoint", "x", "summary"),
        ("began_at", "1999", "began"),
        ("began_at", "", "began"),
        ("began_at", "2020-01-01T00:00:00+00:00", "began"),
    ],
)
def test_a_list_that_says_something_else_is_named_and_nothing_beside_it(
    copy: Path, name: str, value: Any, code: str
) -> None:
    epochs = json.loads((copy / "epochs.json").read_text())
    epochs[0][name] = value
    (copy / "epochs.json").write_text(json.dumps(epochs))
    assert {found for found, _ in codes(check(copy))} - {"epoch-name"} == {code}
    assert stranger(copy).returncode == (0 if code == "began" else 1)


def test_an_epoch_that_was_taken_off_the_data_leaves_its_entries_and_tiles(copy: Path) -> None:
    del copy
    Epoch.objects.filter(number=2).delete()
    report = check(source())
    assert {one.code for one in report.findings} == {"orphaned", "stray"}
    told = next(one for one in report.findings if one.code == "orphaned")
    assert (told.message.values["named"], told.message.values["count"]) == (2, 1)


def test_tiles_that_were_added_to_the_data_are_named(copy: Path) -> None:
    del copy
    Tile.objects.create(epoch=1, level=0, number=3, hashes=bytes(32))
    assert codes(check(source())) == {("stray", None)}
    Tile.objects.filter(number=3).delete()
    tile = Tile.objects.get(epoch=1, level=0, number=2)
    Tile.objects.filter(pk=tile.pk).update(hashes=bytes(tile.hashes) + bytes(32))
    (found,) = check(source()).findings
    assert (found.code, found.message.values["path"]) == ("tile", "tile/0/002.p/88")


def test_a_log_that_grows_while_it_is_read_is_read_as_it_was(copy: Path) -> None:
    del copy
    log = source()
    epochs = log.epochs()
    filled(300)
    log.epochs = lambda: epochs  # type: ignore[method-assign]
    assert check(log).findings == ()
    transact(begin_epoch, "restored")
    assert check(log).findings == ()


@pytest.mark.parametrize("place", [-1, 9_999])
def test_an_entry_that_was_moved_out_of_the_tree_is_named_where_it_was(
    copy: Path, place: int
) -> None:
    del copy
    with unguarded(Store()):
        Entry.objects.using(ALIAS).filter(epoch=1, index=300).update(index=place)
    report = check(source())
    assert codes(report) == {("removed", 300), ("unplaced", None)}
    assert {one.message.values.get("place") for one in report.findings} == {None, place}


def test_the_first_entry_of_an_epoch_tells_its_moment(copy: Path) -> None:
    """So a row whose moment was changed is found, though nothing signed has it."""
    del copy
    epoch = Epoch.objects.get(number=1)
    Epoch.objects.filter(number=1).update(began_at=epoch.began_at.replace(year=2001))
    assert codes(check(source())) == {("began", None)}
