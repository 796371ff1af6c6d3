"""Rebuild one epoch's tree from its entries and tell which of them is not what was signed."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from msgspec import Struct

from troth.ledger import tiles
from troth.ledger.merkle import HASH_BYTES
from troth.ledger.note import Checkpoint
from troth.ledger.tiles import WIDTH
from troth.ledger.verify.findings import Finding, finding
from troth.ledger.verify.sources import Chunk, LogEpoch, LogSource

LEAF: Final = b"\x00"


class Read(Struct, frozen=True):
    """Entries that were read: where they begin, and (salt, body) of each unless public."""

    begin: int
    bodies: list[tuple[bytes, bytes]] | None


class TreeCheck:
    """Reads one epoch to its end; then `findings` says what is wrong with it."""

    def __init__(self, source: LogSource, epoch: LogEpoch, wanted: frozenset[int]) -> None:
        self._source, self._epoch, self._wanted = source, epoch, wanted
        self.size = 0
        self.roots: dict[int, bytes] = {0: tiles.EMPTY_ROOT}
        self._edge: dict[int, bytes] = {}
        self._stored_edge: dict[int, bytes] = {}
        self._root = self._stored_root = tiles.EMPTY_ROOT
        self._stored_size = 0
        self._faults: list[Finding] = []
        self._wrong: list[tuple[int, list[bytes], list[bytes]]] = []
        self._wrong_above: list[tuple[int, int]] = []
        self._seen_gap = False
        self._tile = 0

    def begin_at(self, size: int, edge: tiles.Edge) -> None:
        """Take a tree as read up to full tiles; whoever calls knows that its root is right."""
        self.size = self._stored_size = size
        self._tile = size // WIDTH
        self._edge, self._stored_edge = dict(edge), dict(edge)
        self._root = self._stored_root = self.roots[size] = tiles.root_of_edge(edge)

    def read(self) -> Iterator[Read]:
        """Read the entries in order, checking each chunk; yield what was read."""
        for chunk in self._source.chunks(self._epoch):
            indexes, leaves, bodies = chunk
            self._gap(indexes)
            hashes = [sha256(LEAF + leaf).digest() for leaf in leaves]
            if bodies is not None:
                self._bodies(chunk)
            self._compare(hashes)
            begin = self.size
            self._append(hashes)
            yield Read(begin, bodies)

    def _gap(self, indexes: list[int]) -> None:
        if self._seen_gap:
            return
        expected = range(self.size, self.size + len(indexes))
        if list(expected) != indexes:
            missing = next(n for n, i in zip(expected, indexes, strict=True) if n != i)
            self._faults.append(finding("removed", self._epoch.number, missing))
            self._seen_gap = True

    def _bodies(self, chunk: Chunk) -> None:
        """Hash each body again and compare with its leaf."""
        _, leaves, bodies = chunk
        assert bodies is not None  # noqa: S101 - the caller asked
        made = [sha256(salt + body).digest() for salt, body in bodies]
        if made == leaves:
            return
        for n, (mine, leaf) in enumerate(zip(made, leaves, strict=False)):
            if mine != leaf:
                code = "reordered" if mine in leaves else "changed"
                self._faults.append(finding(code, self._epoch.number, self.size + n))
        if len(made) != len(leaves):
            code = "removed" if len(made) < len(leaves) else "inserted"
            end = self.size + min(len(made), len(leaves))
            self._faults.append(finding(code, self._epoch.number, end))

    def _compare(self, hashes: list[bytes]) -> None:
        """Compare leaf hashes with the stored tile of level 0; what differs is judged later."""
        number, self._tile = self._tile, self._tile + 1
        width = min(WIDTH, max(self._epoch.size - number * WIDTH, len(hashes)))
        stored = self._source.tile(self._epoch, 0, number, width)
        kept = tiles.split(stored) if stored is not None else []
        if kept[: len(hashes)] != hashes:
            self._wrong.append((self.size, hashes, kept))
        changed, self._stored_root = tiles.extend(self._stored_size, self._stored_edge, kept)
        self._stored_size += len(kept)
        self._stored_edge = tiles.edge_of(self._stored_size, changed, self._stored_edge)

    def _append(self, hashes: list[bytes]) -> None:
        for wanted in self._wanted:
            if self.size < wanted <= self.size + len(hashes):
                part = hashes[: wanted - self.size]
                self.roots[wanted] = tiles.extend(self.size, self._edge, part)[1]
        before = self.size
        changed, self._root = tiles.extend(before, self._edge, hashes)
        self.size += len(hashes)
        self._edge = tiles.edge_of(self.size, changed, self._edge)
        for (level, number), made in changed.items():
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
        number = self._epoch.number
        size = self._epoch.size if signed is None else signed.size
        found = list(self._faults)
        holds = signed is not None and (signed.size, signed.root) == (self.size, self._root)
        if not holds:
            judged = self._entries_at_fault(signed)
            if any(one.code == "removed" for one in judged):
                found = [one for one in found if one.code != "removed"]  # where it was noticed
            found += judged
            if self.size < size and not any(f.code == "removed" for f in found):
                found.append(finding("truncated", number, found=self.size, size=size))
            if self.size > size and not any(f.code == "inserted" for f in found):
                found.append(finding("surplus", number, found=self.size, size=size))
            if signed is not None and not found:
                found.append(finding("root", number))
        else:
            found += [
                finding("tile", number, path=tiles.path(0, begin // WIDTH, len(hashes)))
                for begin, hashes, _ in self._wrong
            ]
        if holds or not self._wrong:
            found += [
                finding("tile", number, path=tiles.path(level, tile, self._width(level, tile)))
                for level, tile in self._wrong_above
            ]
        return found

    def _width(self, level: int, tile: int) -> int:
        return tiles.width_of(self._epoch.size, level, tile) or WIDTH

    def _entries_at_fault(self, signed: Checkpoint | None) -> list[Finding]:
        """Name the entries that differ from the tiles, where the tiles are what was signed."""
        trusted = signed is None or self._stored_root == signed.root
        known = {(f.index, f.code) for f in self._faults}
        if not self._wrong or not trusted:
            return []
        found = []
        for code, index in _judged(self._wrong):
            if (index, code) not in known:
                found.append(finding(code, self._epoch.number, index))
        return found


def _judged(wrong: list[tuple[int, list[bytes], list[bytes]]]) -> list[tuple[str, int]]:
    """Tell how leaf hashes come to differ from those of their tiles, and where.

    One that was removed or inserted moves all behind it: what follows is not judged.
    """
    mine = {one for _, hashes, _ in wrong for one in hashes}
    stored = {one for _, _, kept in wrong for one in kept}
    found: list[tuple[str, int]] = []
    for place, (begin, hashes, kept) in enumerate(wrong):
        behind = wrong[place + 1 : place + 2]
        mine_on = hashes + [one for _, more, _ in behind for one in more[:1]]
        kept_on = kept + [one for _, _, more in behind for one in more[:1]]
        for n, (own, signed) in enumerate(zip(hashes, kept, strict=False)):
            if own == signed:
                continue
            if own == _get(kept_on, n + 1) and signed not in mine:
                return [*found, ("removed", begin + n)]
            if signed == _get(mine_on, n + 1) and own not in stored:
                return [*found, ("inserted", begin + n)]
            code = "reordered" if own in stored and signed in mine else "changed"
            found.append((code, begin + n))
    return found


def _get(hashes: list[bytes], place: int) -> bytes | None:
    return hashes[place] if place < len(hashes) else None
