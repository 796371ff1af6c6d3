"""How a tree is cut into tiles (C2SP tlog-tiles): arithmetic alone, nothing is read or written.

A tile holds up to 256 hashes side by side. The hashes of level 0 are leaf hashes, those of level
L + 1 the roots of full tiles of level L. `tile/<L>/<N>` names a full tile, `tile/<L>/<N>.p/<W>` one
of `W` hashes; `tile/entries/<N>` the entries of a tile of level 0.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from troth.ledger.merkle import EMPTY, HASH_BYTES, root

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
TILE_BYTES: Final = WIDTH * HASH_BYTES
EMPTY_ROOT: Final = EMPTY
LEVELS: Final = 8
"""Levels 0 to 7 hold 2^64 leaves; the format knows no more than 63."""
ENTRIES: Final = "entries"
NUMBERS: Final = 1 << 55
"""More tiles than a log of 2^63 entries has."""

_PATH: Final = re.compile(
    r"tile/(?P<level>entries|[0-9]|[1-5][0-9]|6[0-3])/(?P<number>(x[0-9]{3}/)*[0-9]{3})"
    r"(\.p/(?P<width>[1-9][0-9]{0,2}))?"
)

Edge = Mapping[int, bytes]
"""By level, the last tile of it as far as it is not full."""


def extend(
    size: int, edge: Edge, leaf_hashes: Sequence[bytes]
) -> tuple[dict[tuple[int, int], bytes], bytes]:
    """Append leaf hashes to a tree; return the tiles that change, by (level, number), and the root.

    `size` and `edge` are those before. A level that has no partial tile may be left out of `edge`.
    """
    changed: dict[tuple[int, int], bytes] = {}
    partial = dict(edge)
    level, before, new = 0, size, b"".join(leaf_hashes)
    while new:
        number = before // WIDTH
        whole = partial.pop(level, b"") + new
        full, new = len(whole) // TILE_BYTES, b""
        for tile in range(full):
            hashes = whole[tile * TILE_BYTES : (tile + 1) * TILE_BYTES]
            changed[level, number + tile] = hashes
            new += root(split(hashes))
        if rest := whole[full * TILE_BYTES :]:
            changed[level, number + full] = rest
            partial[level] = rest
        level, before = level + 1, before // WIDTH
    return changed, root_of_edge(partial)


def root_of_edge(edge: Edge) -> bytes:
    """Return the root of a tree from the partial tiles of its right edge.

    The hashes of a level's partial tile and the root of all that is below it to the right are the
    leaves of a tree of the same shape, as the former are equally large and the latter smaller.
    """
    below: list[bytes] = []
    for level in sorted(edge):
        below = [root([*split(edge[level]), *below])]
    return root(below)


def split(hashes: bytes) -> list[bytes]:
    """Return the hashes of a tile."""
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


def edge_of(size: int, changed: Mapping[tuple[int, int], bytes], before: Edge) -> dict[int, bytes]:
    """Return the edge of a tree of this size after `extend` changed tiles of it."""
    return {
        level: changed.get((level, full), before.get(level, b""))
        for level, full, width in widths(size)
        if width
    }


def widths(size: int) -> list[tuple[int, int, int]]:
    """Return the tiles of a tree as (level, number of full ones, width of the partial one)."""
    found, count = [], size
    for level in range(LEVELS):
        if not count:
            break
        found.append((level, count // WIDTH, count % WIDTH))
        count //= WIDTH
    return found


def width_of(size: int, level: int, number: int) -> int:
    """Return how many hashes a tile of a tree has; 0 where there is no such tile."""
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - number * WIDTH))


def path(level: int | str, number: int, width: int = WIDTH) -> str:
    """Return a tile's path; `level` is a number or `entries`."""
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{number_path(number)}{partial}"


def number_path(number: int) -> str:
    """Return a number as paths write it: three digits a folder, `x` before all but the last."""
    rest, last = divmod(number, 1000)
    name = f"{last:03}"
    while rest:
        rest, part = divmod(rest, 1000)
        name = f"x{part:03}/{name}"
    return name


def parse_path(text: str) -> tuple[int | str, int, int] | None:
    """Return (level, number, width) of a path; None if it is none, or not the canonical one."""
    found = _PATH.fullmatch(text)
    if found is None:
        return None
    level: int | str = found["level"] if found["level"] == ENTRIES else int(found["level"])
    number = int(found["number"].replace("x", "").replace("/", ""))
    width = WIDTH if found["width"] is None else int(found["width"])
    fits = number < NUMBERS and (found["width"] is None or width < WIDTH)
    return (level, number, width) if fits and path(level, number, width) == text else None


def bundle(entries: Sequence[bytes]) -> bytes:
    """Return an entry bundle: each entry after its length, two bytes, big-endian."""
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)


def unbundle(content: bytes) -> list[bytes]:
    """Return the entries of a bundle. Raises ValueError where it is cut short."""
    entries, at = [], 0
    while at < len(content):
        begin = at + 2
        at = begin + int.from_bytes(content[at:begin])
        if begin > len(content) or at > len(content):
            raise ValueError("the bundle is cut short")
        entries.append(content[begin:at])
    return entries


def subtree(tile: bytes, level: int, index: int) -> bytes:
    """Return the root of the perfect subtree of 2^level hashes inside a tile, the index-th."""
    begin = (index << level) * HASH_BYTES
    return root(split(tile[begin : begin + (HASH_BYTES << level)]))
