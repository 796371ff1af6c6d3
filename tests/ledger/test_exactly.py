"""However many entries are damaged, and wherever in a tile, each is named and no other."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.ledger.cast import check, codes, copied, edit, filled, source, stranger
from troth.gate.facts import TakeEffectFacts
from troth.ledger import tiles
from troth.ledger.copy import pack, unpack
from troth.ledger.entries import commitment
from troth.ledger.models import Entry
from troth.ledger.sabotages import unguarded
from troth.store import Store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys"), pytest.mark.slow]
COUNT = 599
EXTRA = (b"s" * 16, b'{"x":1}')


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of a ledger of 600 entries, two full tiles and a part of one."""
    filled(COUNT)
    return copied(tmp_path / "copy")


def bundles(copy: Path) -> list[Path]:
    """Return the files of commitments, the first first."""
    found = (copy / "epoch-1" / "tile" / "entries").rglob("*")
    return sorted(file for file in found if file.is_file())


def rewrite(copy: Path, change: Any) -> None:
    """Change the list of all entries, keeping to the files' widths: leaves and bodies alike."""
    leaves = [one for file in bundles(copy) for one in tiles.unbundle(file.read_bytes())]
    kept = [
        one
        for number in range(len(bundles(copy)))
        for one in unpack((copy / "epoch-1" / "bodies" / f"{number:03}").read_bytes())
    ]
    changed = change(list(zip(leaves, kept, strict=True)))
    for number, file in enumerate(bundles(copy)):
        part = changed[number * tiles.WIDTH : (number + 1) * tiles.WIDTH]
        file.write_bytes(tiles.bundle([leaf for leaf, _ in part]))
        (copy / "epoch-1" / "bodies" / f"{number:03}").write_bytes(pack(pair for _, pair in part))


def forged(body: tuple[bytes, bytes] = EXTRA) -> tuple[bytes, tuple[bytes, bytes]]:
    """Return an entry that is in itself as it should be."""
    return sha256(body[0] + body[1]).digest(), body


def changed_at(*places: int) -> Any:
    def change(entries: list[Any]) -> list[Any]:
        for place in places:
            entries[place] = forged((b"s" * 16, b'{"x":%d}' % place))
        return entries

    return change


def test_each_of_many_changed_entries_is_named(copy: Path) -> None:
    rewrite(copy, changed_at(1, 100, 255, 256, 310, COUNT))
    found = {one for one in codes(check(copy)) if one[0] != "malformed"}
    assert found == {("changed", n) for n in (1, 100, 255, 256, 310, COUNT)}
    assert stranger(copy).returncode == 1


def test_entries_of_different_tiles_that_changed_places_are_named(copy: Path) -> None:
    def change(entries: list[Any]) -> list[Any]:
        entries[5], entries[263] = entries[263], entries[5]
        return entries

    rewrite(copy, change)
    assert codes(check(copy)) == {("reordered", 5), ("reordered", 263)}
    assert stranger(copy).returncode == 1


@pytest.mark.parametrize("place", [0, 1, 254, 255, 256, 511, 512, COUNT - 1])
def test_one_that_was_removed_is_named_wherever_it_was(copy: Path, place: int) -> None:
    rewrite(copy, lambda entries: entries[:place] + entries[place + 1 :])
    found = codes(check(copy))
    assert ("removed", place) in found
    assert {code for code, _ in found} == {"removed"} | ({"epoch-missing"} if not place else set())
    assert stranger(copy).returncode == 1


@pytest.mark.parametrize("place", [1, 254, 255, 256, 511, 512, COUNT - 1])
def test_one_that_was_inserted_is_named_wherever_it_is(copy: Path, place: int) -> None:
    """The last one gives way to it, as the files keep their widths."""
    rewrite(copy, lambda entries: [*entries[:place], forged(), *entries[place:-1]])
    found = {one for one in codes(check(copy)) if one[0] != "malformed"}
    assert found == {("inserted", place), ("removed", COUNT)}
    assert stranger(copy).returncode == 1


@pytest.mark.parametrize("place", [1, 255, 256, COUNT - 1])
def test_a_row_that_was_removed_from_the_data_is_named(copy: Path, place: int) -> None:
    del copy
    with unguarded(Store()):
        Entry.objects.filter(index=place).delete()
    assert codes(check(source())) == {("removed", place)}


def test_a_body_without_a_leaf_is_named(copy: Path) -> None:
    edit(copy / "epoch-1" / "bodies" / "001", lambda content: content + pack([EXTRA]))
    assert ("inserted", 512) in codes(check(copy))
    assert "removed" not in {code for code, _ in codes(check(copy))}
    assert stranger(copy).returncode == 1
    assert "inserted behind 511" in stranger(copy).stderr


def test_a_checkpoint_that_was_changed_in_its_own_file_alone_is_named(copy: Path) -> None:
    edit(copy / "epoch-1" / "checkpoint", lambda note: note.replace(b"\n600\n", b"\n601\n"))
    assert ("forged", None) in codes(check(copy))
    assert stranger(copy).returncode == 1


@pytest.mark.parametrize(("name", "value"), [("origin", "troth/other/1"), ("root", "00" * 32)])
def test_a_list_of_epochs_that_says_something_else_is_named(
    copy: Path, name: str, value: str
) -> None:
    epochs = json.loads((copy / "epochs.json").read_text())
    epochs[0][name] = value
    (copy / "epochs.json").write_text(json.dumps(epochs))
    assert codes(check(copy)) == {("summary", None)}


def test_a_folder_among_the_files_of_a_version_is_passed_over(copy: Path) -> None:
    (copy / "versions" / "00" / "folder").mkdir(parents=True)
    assert check(copy).holds


def test_an_entry_whose_moment_has_no_zone_cannot_be_read(copy: Path) -> None:
    """Compared with moments that have one it would end the verifier, and say nothing."""
    del copy
    entry = Entry.objects.get(index=COUNT)
    told = msgspec.json.decode(bytes(entry.body))
    told |= {"at": "2026-01-01T00:00:00", "facts": msgspec.to_builtins(TakeEffectFacts())}
    body = msgspec.json.encode(told)
    with unguarded(Store()):
        Entry.objects.filter(pk=entry.pk).update(
            body=body, leaf=commitment(bytes(entry.salt), body)
        )
    assert ("malformed", COUNT) in codes(check(source()))
