"""Each damage has one name, its own, and what is whole beside it has none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ledger.cast import check, codes, copied, edit, filled, source, stranger
from tests.ledger.test_exactly import forged
from troth.ledger import tiles
from troth.ledger.copy import pack, unpack
from troth.ledger.merkle import leaf_hash
from troth.ledger.models import Entry
from troth.ledger.sabotages import unguarded
from troth.ledger.verify.judged import judged
from troth.store import Store

COUNT = 599
on_a_log = pytest.mark.usefixtures("keys")
Entries = list[Any]
Change = Callable[[Entries], Entries]


def told(mine: str, signed: str) -> list[tuple[str, int]]:
    """Return what is told of two texts."""
    return list(judged([c.encode() for c in mine], [c.encode() for c in signed]))


@pytest.mark.parametrize(
    ("mine", "found"),
    [
        ("abcd", []),
        ("acd", [("removed", 1)]),
        ("ad", [("removed", 1), ("removed", 2)]),
        ("abc", [("removed", 3)]),
        ("", [("removed", 0), ("removed", 1), ("removed", 2), ("removed", 3)]),
        ("axcd", [("changed", 1)]),
        ("axbcd", [("inserted", 1)]),
        ("abbcd", [("inserted", 2)]),
        ("abcdx", [("inserted", 4)]),
        ("acbd", [("reordered", 1), ("reordered", 2)]),
        ("dbca", [("reordered", 0), ("reordered", 3)]),
        ("axbc", [("inserted", 1), ("removed", 3)]),
        ("bxd", [("removed", 0), ("changed", 2)]),
    ],
)
def test_what_differs_is_told_with_its_place(mine: str, found: list[tuple[str, int]]) -> None:
    assert told(mine, "abcd") == found


@pytest.fixture
def copy(tmp_path: Path, db: None, keys: Path) -> Path:
    """Return a copy of a ledger of 600 entries, two full tiles and a part of one."""
    del db, keys
    filled(COUNT)
    return copied(tmp_path / "copy")


def bundle(copy: Path) -> Path:
    return copy / "epoch-1" / "tile" / "entries" / "001"


def bodies(copy: Path) -> Path:
    return copy / "epoch-1" / "bodies" / "001"


def named(copy: Path) -> dict[str, Any]:
    """Return the one finding, what it tells among it."""
    (found,) = check(copy).findings
    return {"code": found.code, "index": found.index, **found.message.values}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "read"),
    [
        (lambda content: content + b"x", 256),
        (lambda content: content + b"x" * 18, 256),
        (lambda content: content[:-7], 255),
        (lambda _: b"", 0),
        (lambda _: b"x", 0),
    ],
)
def test_a_damaged_file_of_bodies_is_named_and_how_much_of_it_is_left(
    copy: Path, change: Callable[[bytes], bytes], read: int
) -> None:
    edit(bodies(copy), change)
    found = named(copy)
    assert (found["code"], found["path"], found["index"]) == ("bodies", "bodies/001", 256)
    assert (found["found"], found["size"]) == (read, 256)
    assert stranger(copy).returncode == 1


@pytest.mark.slow
def test_a_file_of_bodies_that_is_gone_is_named(copy: Path) -> None:
    bodies(copy).unlink()
    found = named(copy)
    assert (found["code"], found["index"], found["found"]) == ("bodies", 256, 0)
    edit(
        copy / "epoch-1" / "bodies" / "000", lambda content: content.replace(b'"v":1', b'"v":2', 1)
    )
    assert codes(check(copy)) >= {("bodies", 256), ("changed", 0)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "read"),
    [
        (lambda content: content + b"\0", 256),
        (lambda content: content + b"\0\0", 256),
        (lambda content: content[:-7], 255),
        (lambda content: content[:340] + b"\1" + content[341:], 10),
        (lambda content: bytes(len(content)), 0),
        (lambda _: b"", 0),
    ],
)
def test_a_damaged_bundle_is_named_and_hides_nothing_else(
    copy: Path, change: Callable[[bytes], bytes], read: int
) -> None:
    edit(bundle(copy), change)
    found = named(copy)
    assert (found["code"], found["path"], found["index"]) == ("bundle", "tile/entries/001", 256)
    assert (found["found"], found["size"]) == (read, 256)
    last = copy / "epoch-1" / "bodies" / "002"
    edit(last, lambda content: content.replace(b'"v":1', b'"v":2', 1))
    assert codes(check(copy)) == {("bundle", 256), ("changed", 512)}
    assert stranger(copy).returncode == 1


@pytest.mark.slow
def test_a_bundle_that_is_gone_is_no_end_of_the_log(copy: Path) -> None:
    bundle(copy).unlink()
    found = named(copy)
    assert (found["code"], found["index"], found["found"]) == ("bundle", 256, 0)


def rewrite(copy: Path, change: Change, *, leaves: bool = True, pairs: bool = True) -> None:
    """Change the list of entries of the second tile: its leaves, its bodies, or both."""
    made = list(
        zip(
            tiles.unbundle(bundle(copy).read_bytes()),
            unpack(bodies(copy).read_bytes()),
            strict=True,
        )
    )
    changed = change(made)
    if leaves:
        bundle(copy).write_bytes(tiles.bundle([leaf for leaf, _ in changed]))
    if pairs:
        bodies(copy).write_bytes(pack(pair for _, pair in changed))


def without_fifth(entries: Entries) -> Entries:
    return [*entries[:5], *entries[6:]]


def twice_fifth(entries: Entries) -> Entries:
    return [*entries[:6], *entries[5:]]


def one_more(entries: Entries) -> Entries:
    return [*entries[:5], forged(), *entries[5:]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "which", "found"),
    [
        (without_fifth, {}, {("removed", 261)}),
        (without_fifth, {"leaves": False}, {("removed", 261)}),
        (without_fifth, {"pairs": False}, {("removed", 261), ("inserted", 261)}),
        (twice_fifth, {}, {("inserted", 262)}),
        (twice_fifth, {"leaves": False}, {("inserted", 262)}),
        (one_more, {}, {("inserted", 261)}),
        (one_more, {"leaves": False}, {("inserted", 261)}),
        (lambda entries: entries[:-1], {"leaves": False}, {("removed", 511)}),
        (lambda entries: entries[1:-1], {}, {("removed", 256), ("removed", 511)}),
    ],
)
def test_one_entry_in_the_middle_is_named_and_none_behind_it(
    copy: Path, change: Change, which: dict[str, bool], found: set[tuple[str, int]]
) -> None:
    rewrite(copy, change, **which)
    assert {one for one in codes(check(copy)) if one[0] != "malformed"} == found
    assert stranger(copy).returncode == 1


@pytest.mark.slow
def test_where_only_the_tile_is_known_no_entry_is_named(copy: Path) -> None:
    """Its hashes were made anew, so that nothing is left to tell which one is missing."""
    rewrite(copy, without_fifth)
    hashes = map(leaf_hash, tiles.unbundle(bundle(copy).read_bytes()))
    (copy / "epoch-1" / "tile" / "0" / "001").write_bytes(b"".join(hashes))
    assert {code for code, _ in codes(check(copy))} == {"bundle", "tile"}
    assert ("bundle", 256) in codes(check(copy))


@pytest.mark.slow
@pytest.mark.django_db
@on_a_log
def test_rows_that_were_removed_are_each_named_and_a_whole_tile_at_once() -> None:
    filled(COUNT)
    with unguarded(Store()):
        Entry.objects.filter(index__in=[3, 7, 8, COUNT]).delete()
    assert codes(check(source())) == {("removed", n) for n in (3, 7, 8, COUNT)}
    with unguarded(Store()):
        Entry.objects.filter(index__gte=256, index__lt=512).delete()
    found = codes(check(source()))
    assert found == {("removed", n) for n in (3, 7, 8, COUNT)} | {("removed-all", 256)}
    with unguarded(Store()):
        Entry.objects.filter(index__gte=256).delete()
    assert ("truncated", None) in codes(check(source()))
    with unguarded(Store()):
        Entry.objects.all().delete()
    assert {code for code, _ in codes(check(source()))} == {"truncated", "epoch-missing"}


@pytest.mark.slow
@pytest.mark.django_db
@on_a_log
def test_a_changed_row_behind_a_removed_one_keeps_its_index() -> None:
    filled(20)
    with unguarded(Store()):
        Entry.objects.filter(index=5).delete()
        Entry.objects.filter(index=9).update(body=b"nothing")
    found = codes(check(source()))
    assert found == {("removed", 5), ("changed", 9), ("malformed", 9)}
