"""A tree as it grows, leaf by leaf: its right edge, its root, and its roots at some sizes. Pure."""

from collections.abc import Sequence

from troth.ledger import tiles


class Growing:
    """A tree to which leaf hashes are appended; `roots` are those at the sizes asked for."""

    def __init__(self, wanted: frozenset[int]) -> None:
        self._wanted = wanted
        self._edge: tiles.Edge = {}
        self.size = 0
        self.root = tiles.EMPTY_ROOT
        self.roots: dict[int, bytes] = {0: tiles.EMPTY_ROOT}

    def begin_at(self, size: int, edge: tiles.Edge) -> None:
        """Take a tree as it was at full tiles."""
        self.size, self._edge = size, dict(edge)
        self.root = self.roots[size] = tiles.root_of_edge(edge)

    def copy(self) -> "Growing":
        """Return a tree that is the same up to here and grows by itself."""
        other = Growing(self._wanted)
        other.size, other._edge, other.root = self.size, self._edge, self.root
        other.roots = dict(self.roots)
        return other

    def append(self, hashes: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
        """Append leaf hashes; return the tiles that change, by (level, number)."""
        for wanted in self._wanted:
            if self.size < wanted <= self.size + len(hashes):
                part = hashes[: wanted - self.size]
                self.roots[wanted] = tiles.extend(self.size, self._edge, part)[1]
        changed, self.root = tiles.extend(self.size, self._edge, hashes)
        self.size += len(hashes)
        self._edge = tiles.edge_of(self.size, changed, self._edge)
        return changed
