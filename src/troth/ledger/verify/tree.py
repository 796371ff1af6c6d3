"""Rebuild one epoch's tree from its entries and tell which of them is not what was signed."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Final

from msgspec import Struct

from troth.ledger import tiles
from troth.ledger.merkle import HASH_BYTES
from troth.ledger.note import Checkpoint
from troth.ledger.tiles import WIDTH
from troth.ledger.verify.findings import Finding, finding
from troth.ledger.verify.growing import Growing
from troth.ledger.verify.judged import judged
from troth.ledger.verify.sources import Chunk, LogEpoch, LogSource

LEAF: Final = b"\x00"


class Read(Struct, frozen=True):
    """Entries that were read: where they begin, and (salt, body) of each unless public."""

    begin: int
    bodies: list[tuple[bytes, bytes]] | None


class Wrong(Struct, frozen=True):
    """A tile of level 0 that differs from the hashes of its entries."""

    begin: int
    hashes: list[bytes]
    kept: list[bytes]


class TreeCheck:
    """Reads one epoch to its end; then `findings` says what is wrong with it."""

    def __init__(self, source: LogSource, epoch: LogEpoch, wanted: frozenset[int]) -> None:
        self._source, self._epoch = source, epoch
        self._own = Growing(wanted)
        self._stored: Growing | None = None
        """The tree of the stored tiles, from where it is another."""
        self._faults: list[Finding] = []
        self._wrong: list[Wrong] = []
        self._wrong_above: list[tuple[int, int]] = []
        self._uneven: dict[int, int] = {}
        self._gone: set[int | None] = set()
        self._misshapen: list[int] = []

    @property
    def size(self) -> int:
        """How many entries were read so far."""
        return self._own.size

    @property
    def roots(self) -> Mapping[int, bytes]:
        """The roots at the sizes asked for, as far as the entries go."""
        return self._own.roots

    def roots_as_signed(self, signed: Checkpoint | None) -> Mapping[int, bytes]:
        """Return the roots of the tiles where these are what was signed, else the entries'."""
        return self._kept.roots if self._is_signed(signed) else self._own.roots

    @property
    def _kept(self) -> Growing:
        return self._stored or self._own

    def _is_signed(self, signed: Checkpoint | None) -> bool:
        return signed is not None and signed.root == self._kept.root

    def begin_at(self, size: int, edge: tiles.Edge) -> None:
        """Take a tree as read up to full tiles; whoever calls knows that its root is right."""
        self._own.begin_at(size, edge)

    def read(self) -> Iterator[Read]:
        """Read the entries in order, checking each tile; yield what was read."""
        for chunk in self._source.chunks(self._epoch):
            self._faults += chunk.faults
            self._compare(chunk)
            yield from self._bodies(chunk)

    def _compare(self, chunk: Chunk) -> None:
        """Compare leaf hashes with the stored tile of level 0; what differs is judged later.

        The tile stands for leaves that cannot be read, so that all others can be verified.
        """
        width = max(0, min(WIDTH, self._epoch.size - chunk.begin))
        stored = self._source.tile(self._epoch, 0, chunk.begin // WIDTH, width) if width else b""
        if stored is None or len(stored) != width * HASH_BYTES:
            self._misshapen.append(chunk.begin)
        kept = tiles.split((stored or b"")[: width * HASH_BYTES])
        hashes = [sha256(LEAF + leaf).digest() for leaf in chunk.leaves or []]
        if chunk.leaves is None or _is_damaged(chunk, "bundle"):
            hashes += kept[len(hashes) :]
        if chunk.indexes is not None:
            self._removed(chunk.begin, width, chunk.indexes)
        elif len(hashes) != width:
            self._uneven[chunk.begin] = len(hashes)
        if kept != hashes:
            self._wrong.append(Wrong(chunk.begin, hashes, kept))
            self._stored = self._stored or self._own.copy()
        if self._stored is not None:
            self._stored.append(kept)
        self._append(hashes)

    def _removed(self, begin: int, width: int, indexes: Sequence[int]) -> None:
        """Name the indexes that are not there."""
        if len(indexes) < width:
            missing = sorted(set(range(begin, begin + width)).difference(indexes))
            self._gone.update(missing)
            self._faults += [finding("removed", self._epoch.number, one) for one in missing]

    def _bodies(self, chunk: Chunk) -> Iterator[Read]:
        """Hash each body again and compare with its leaf; yield them by their indexes."""
        leaves, bodies = chunk.leaves, chunk.bodies
        if leaves is None or bodies is None:
            yield Read(chunk.begin, bodies)
            return
        made = [sha256(salt + body).digest() for salt, body in bodies]
        places: Sequence[int] = range(chunk.begin, chunk.begin + len(made))
        if chunk.indexes is not None:
            places = chunk.indexes
        if made != leaves:
            self._faults += _unlike(chunk, made, leaves, places, self._epoch.number)
        for begin, end in _together(places[: len(leaves)]):
            yield Read(places[begin], bodies[begin:end])

    def _append(self, hashes: list[bytes]) -> None:
        for (level, number), made in self._own.append(hashes).items():
            if level and self._is_final(level, number, made):
                self._compare_above(level, number, made)

    def _is_final(self, level: int, number: int, made: bytes) -> bool:
        return len(made) == tiles.width_of(self._epoch.size, level, number) * HASH_BYTES

    def _compare_above(self, level: int, number: int, made: bytes) -> None:
        width = len(made) // HASH_BYTES
        if self._source.tile(self._epoch, level, number, width) != made:
            self._wrong_above.append((level, number))

    def findings(self, signed: Checkpoint | None) -> list[Finding]:
        """Tell what is wrong, once everything was read; `signed` is None where nothing is."""
        size = self._epoch.size if signed is None else signed.size
        found = list(self._faults)
        holds = signed is not None and (signed.size, signed.root) == (self.size, self._own.root)
        if holds:
            found += self._damaged_bundles()
            wrong = {one.begin for one in self._wrong} - set(self._uneven)
        else:
            judged_ones = self._entries_at_fault(signed)
            told = {(one.code, one.index) for one in found}
            found += [one for one in judged_ones if (one.code, one.index) not in told]
            found += [] if judged_ones else self._damaged_bundles()
            found += self._ends(size, judged_ones)
            wrong = set()
        if signed is not None and not holds and not found:
            found.append(finding("root", self._epoch.number))
        found += [self._tile(0, begin // WIDTH) for begin in sorted(wrong | set(self._misshapen))]
        if holds or not self._wrong:
            found += [self._tile(level, tile) for level, tile in self._wrong_above]
        return found

    def _tile(self, level: int, tile: int) -> Finding:
        width = tiles.width_of(self._epoch.size, level, tile) or WIDTH
        return finding("tile", self._epoch.number, path=tiles.path(level, tile, width))

    def _damaged_bundles(self) -> list[Finding]:
        """Name the bundles that have another number of entries than they must have."""
        found, told = [], {one.index for one in self._faults if one.code == "bundle"}
        for begin, count in self._uneven.items():
            width = tiles.width_of(self._epoch.size, 0, begin // WIDTH)
            path = tiles.path(tiles.ENTRIES, begin // WIDTH, width)
            values = {"path": path, "found": count, "size": width}
            if begin not in told:
                found.append(finding("bundle", self._epoch.number, begin, **values))
        return found

    def _ends(self, size: int, named: Sequence[Finding]) -> list[Finding]:
        """Tell that entries end before or behind what is signed, if nothing else explains it."""
        removed = self._gone | {one.index for one in named if one.code == "removed"}
        inserted = sum(one.code == "inserted" for one in named)
        missing = size - self.size - len(removed) + inserted
        if not named:
            missing -= sum(
                tiles.width_of(self._epoch.size, 0, begin // WIDTH) - count
                for begin, count in self._uneven.items()
            )
        if missing == 0:
            return []
        code = "truncated" if missing > 0 else "surplus"
        return [finding(code, self._epoch.number, found=self.size, size=size)]

    def _entries_at_fault(self, signed: Checkpoint | None) -> list[Finding]:
        """Name the entries that differ from the tiles, where the tiles are what was signed."""
        if signed is not None and not self._is_signed(signed):
            return []
        return [
            finding(code, self._epoch.number, run[0].begin + place)
            for run in _runs(self._wrong)
            for code, place in judged(
                [one for wrong in run for one in wrong.hashes],
                [one for wrong in run for one in wrong.kept],
            )
        ]


def _unlike(
    chunk: Chunk, made: Sequence[bytes], leaves: Sequence[bytes], places: Sequence[int], epoch: int
) -> Iterator[Finding]:
    """Name the bodies that are not those of their leaves; what a file lost it is named for."""
    told = set()
    if _is_damaged(chunk, "bodies"):
        made, told = made[: len(leaves)], {"removed"}
    if _is_damaged(chunk, "bundle"):
        told |= {"inserted"}
    for code, place in judged(made, leaves):
        if code not in told:
            yield finding(
                code, epoch, places[place] if place < len(places) else chunk.begin + place
            )


def _is_damaged(chunk: Chunk, kind: str) -> bool:
    """Tell whether the file with the leaves or bodies of a chunk is known to be damaged."""
    return any(one.code == kind for one in chunk.faults)


def _together(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Cut places where one is left out; return where each part begins and ends."""
    cuts = [0, len(places)]
    if places and places[-1] - places[0] + 1 != len(places):
        cuts[1:1] = [n for n in range(1, len(places)) if places[n] != places[n - 1] + 1]
    return pairwise(cuts)


def _runs(wrong: Sequence[Wrong]) -> list[list[Wrong]]:
    """Return the tiles that follow each other together: an entry may be moved into the next."""
    runs: list[list[Wrong]] = []
    for one in wrong:
        if runs and one.begin == runs[-1][-1].begin + WIDTH:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs
