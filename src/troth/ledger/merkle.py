"""The Merkle tree of RFC 6962 (section 2.1), with the proofs of RFC 9162 (sections 2.1.3, 2.1.4).

Pure. Proofs are made from hashes of perfect subtrees, which a reader gives by (level, index): the
subtree over leaves `index << level` up to the next. Levels count halvings, not tiles.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
EMPTY: Final = sha256().digest()
"""The root of a tree without leaves (RFC 6962, 2.1)."""

Subtree = Callable[[int, int], bytes]
"""From (level, index) to the root of that perfect subtree."""


class ProofError(ValueError):
    """A proof does not show what it is meant to show."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf (RFC 6962, 2.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 6962, 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes, or over roots of equally large perfect subtrees.

    Pairing level by level, an odd last one rising, gives the tree of RFC 6962, 2.1; the last of
    subtree roots may stand for a smaller one.
    """
    level = list(hashes)
    if not level:
        return EMPTY
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        pairs = zip(level[0::2], level[1::2], strict=False)
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return level[0]


def perfect_subtrees(begin: int, end: int) -> list[tuple[int, int]]:
    """Return the (level, index) of the largest perfect subtrees over leaves `begin` to `end`."""
    found = []
    while begin < end:
        level = (begin & -begin).bit_length() - 1 if begin else (end - begin).bit_length() - 1
        while begin + (1 << level) > end:
            level -= 1
        found.append((level, begin >> level))
        begin += 1 << level
    return found


def range_root(subtree: Subtree, begin: int, end: int) -> bytes:
    """Return the hash of the tree over leaves `begin` to `end`, as it stands in a larger tree.

    `begin` is a multiple of the size of that part of the tree, as in every proof.
    """
    parts = [subtree(level, index) for level, index in perfect_subtrees(begin, end)]
    if not parts:
        return EMPTY
    total = parts.pop()
    while parts:
        total = node_hash(parts.pop(), total)
    return total


def inclusion_proof(subtree: Subtree, index: int, size: int) -> list[bytes]:
    """Return the path from a leaf to the root (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ProofError(f"there is no leaf {index} in a tree of {size}")
    begin, end, path = 0, size, []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(range_root(subtree, middle, end))
            end = middle
        else:
            path.append(range_root(subtree, begin, middle))
            begin = middle
    return path[::-1]


def consistency_proof(subtree: Subtree, old: int, new: int) -> list[bytes]:
    """Return the proof that the tree of `old` leaves begins that of `new` (RFC 6962, 2.1.2)."""
    if not 0 < old <= new:
        raise ProofError(f"no tree of {old} begins one of {new}")
    begin, end, path = 0, new, []
    while old != end:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(range_root(subtree, middle, end))
            end = middle
        else:
            path.append(range_root(subtree, begin, middle))
            begin = middle
    if begin:
        path.append(range_root(subtree, begin, end))
    return path[::-1]


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes
) -> None:
    """Check that a leaf hash stands at `index` under a root (RFC 9162, 2.1.3.2). ProofError."""
    if not 0 <= index < size:
        raise ProofError(f"there is no leaf {index} in a tree of {size}")
    total = leaf
    for sibling, on_the_left in _climb(index, size - 1, path):
        total = node_hash(sibling, total) if on_the_left else node_hash(total, sibling)
    if total != expected:
        raise ProofError("the proof does not lead from the leaf to the root")


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Check that one tree begins another (RFC 9162, 2.1.4.2). Raises ProofError."""
    if not 0 < old <= new:
        raise ProofError(f"no tree of {old} begins one of {new}")
    if old == new:
        if path or old_root != new_root:
            raise ProofError("two trees of one size differ")
        return
    rest = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not rest:
        raise ProofError("the proof is too short")
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = rest[0]
    for sibling, on_the_left in _climb(place, last, rest[1:]):
        if on_the_left:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
        else:
            second = node_hash(second, sibling)
    if first != old_root or second != new_root:
        raise ProofError("the old tree does not begin the new one")


def _climb(place: int, last: int, path: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield each sibling with whether it stands on the left. Raises ProofError at a wrong length.

    `place` is where the climb begins on its level, `last` the last place of that level.
    """
    for sibling in path:
        if last == 0:
            raise ProofError("the proof is too long")
        on_the_left = bool(place & 1) or place == last
        yield sibling, on_the_left
        if on_the_left:
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    if last:
        raise ProofError("the proof is too short")
