"""Read bundles of commitments and files of bodies: all that can be read of them, as far as it goes.

What cannot be is named with its file, so that one damaged file hides no other.
"""

from collections.abc import Callable, Iterator
from typing import Final

from troth.ledger import tiles
from troth.ledger.copy import BODIES, LENGTH_BYTES, SALT_BYTES, unpack_part
from troth.ledger.entries import BODY_BYTES_MAX
from troth.ledger.merkle import HASH_BYTES
from troth.ledger.tiles import WIDTH
from troth.ledger.verify.findings import Finding, finding
from troth.ledger.verify.sources import Chunk, LogEpoch

HEAD: Final = HASH_BYTES.to_bytes(2)
"""How each commitment of a bundle begins: its length."""
RECORD_BYTES: Final = len(HEAD) + HASH_BYTES
BUNDLE_BYTES_MAX: Final = 2 * WIDTH * RECORD_BYTES
"""Twice what there should be: entries that were added are still named."""
BODIES_BYTES_MAX: Final = WIDTH * (SALT_BYTES + LENGTH_BYTES + BODY_BYTES_MAX)
HOLES_MAX: Final = 100
"""Missing bundles that are passed over; whoever lost more has lost the rest."""

ReadFile = Callable[[str, int], bytes | None]
"""From a path in an epoch and a bound to what it holds: if that is more, at least a byte more."""


def chunks(epoch: LogEpoch, read: ReadFile, *, private: bool) -> Iterator[Chunk]:
    """Yield the entries of an epoch from files; what is behind the last one is not missed."""
    count = -(-epoch.size // WIDTH)
    holes = 0
    for number in range(count):
        path = _path(epoch, number)
        content = read(path, BUNDLE_BYTES_MAX)
        if content is None:
            holes += 1
            last = _path(epoch, count - 1)
            if holes > HOLES_MAX or path == last or read(last, BUNDLE_BYTES_MAX) is None:
                return
        yield _chunk(epoch, number, content, read if private else None)


def _path(epoch: LogEpoch, number: int) -> str:
    return tiles.path(tiles.ENTRIES, number, tiles.width_of(epoch.size, 0, number))


def _chunk(epoch: LogEpoch, number: int, content: bytes | None, read: ReadFile | None) -> Chunk:
    begin, size = number * WIDTH, tiles.width_of(epoch.size, 0, number)
    leaves, whole = _leaves(content or b"")
    faults: list[Finding] = []
    if not leaves or not whole:
        values = {"path": _path(epoch, number), "found": min(len(leaves), size), "size": size}
        faults.append(finding("bundle", epoch.number, begin, **values))
    bodies = None
    if read is not None:
        path = f"{BODIES}/{tiles.number_path(number)}"
        packed = read(path, BODIES_BYTES_MAX)
        bodies, rest = unpack_part(packed or b"")
        if not bodies or rest:
            values = {"path": path, "found": min(len(bodies), size), "size": size}
            faults.append(finding("bodies", epoch.number, begin, **values))
    return Chunk(begin, leaves or None, bodies or None, faults=tuple(faults))


def _leaves(content: bytes) -> tuple[list[bytes], bool]:
    """Return the commitments of a bundle up to where it is damaged, and whether it is whole."""
    count = len(content) // RECORD_BYTES
    heads = (content[::RECORD_BYTES][:count], content[1::RECORD_BYTES][:count])
    whole = len(content) == count * RECORD_BYTES
    if heads != (HEAD[:1] * count, HEAD[1:] * count):
        at = (n for n in range(count) if content[n * RECORD_BYTES :][: len(HEAD)] != HEAD)
        count, whole = next(at), False
    ends = range(RECORD_BYTES, (count + 1) * RECORD_BYTES, RECORD_BYTES)
    return [content[end - HASH_BYTES : end] for end in ends], whole
