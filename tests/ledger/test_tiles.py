"""Tiles are cut and named as C2SP tlog-tiles says, and a tree grows by them."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.test_merkle import by_definition
from troth.ledger import merkle, tiles

LEAVES: Final = [merkle.leaf_hash(n.to_bytes(3)) for n in range(70_000)]
MTH: Final = by_definition(LEAVES)


@given(st.lists(st.integers(1, 700), min_size=1, max_size=6))
def test_however_a_tree_grows_its_root_and_tiles_are_the_same(steps: list[int]) -> None:
    size, edge = 0, dict[int, bytes]()
    stored: dict[tuple[int, int], bytes] = {}
    for step in steps:
        changed, root = tiles.extend(size, edge, LEAVES[size : size + step])
        size += step
        stored.update(changed)
        edge = {lv: stored[lv, full] for lv, full, width in tiles.widths(size) if width}
        assert root == MTH(0, size)
    at_once, root = tiles.extend(0, {}, LEAVES[:size])
    assert (stored, merkle.root(LEAVES[:size])) == (at_once, root)


def test_a_full_tile_is_one_hash_of_the_level_above() -> None:
    changed, root = tiles.extend(0, {}, LEAVES[: 256 * 256 + 3])
    assert len(changed[1, 0]) == tiles.TILE_BYTES
    assert changed[2, 0] == merkle.root(tiles.split(changed[1, 0]))
    assert len(changed[0, 256]) == 3 * 32
    assert root == merkle.root(LEAVES[: 256 * 256 + 3])


def test_a_tree_without_leaves_has_no_tiles() -> None:
    assert tiles.extend(0, {}, []) == ({}, merkle.EMPTY)
    assert tiles.widths(0) == []


@pytest.mark.parametrize(
    ("level", "number", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 1_234_067, 256, "tile/0/x001/x234/067"),
        (1, 5, 7, "tile/1/005.p/7"),
        ("entries", 1000, 256, "tile/entries/x001/000"),
        ("entries", 999, 1, "tile/entries/999.p/1"),
    ],
)
def test_a_path_names_a_tile_and_is_read_back(
    level: int | str, number: int, width: int, path: str
) -> None:
    assert tiles.path(level, number, width) == path
    assert tiles.parse_path(path) == (level, number, width)


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/0/x000/001",
        "tile/0/1000",
        "tile/64/000",
        "tile/00/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/007",
        "tile/0/000/",
        "tile/0/../000",
        "tile/data/000",
        "",
    ],
)
def test_no_other_path_names_a_tile(path: str) -> None:
    assert tiles.parse_path(path) is None


@given(st.lists(st.binary(max_size=300), max_size=300))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    assert tiles.unbundle(tiles.bundle(entries)) == entries


@pytest.mark.parametrize("content", [b"\0", b"\0\x05abc", tiles.bundle([b"abc"])[:-1]])
def test_a_bundle_that_is_cut_short_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="cut short"):
        tiles.unbundle(content)


def test_widths_tell_every_tile_of_a_tree() -> None:
    assert tiles.widths(70_000) == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert tiles.width_of(70_000, 0, 273) == 112
    assert tiles.width_of(70_000, 0, 0) == 256
    assert tiles.width_of(70_000, 0, 274) == 0
