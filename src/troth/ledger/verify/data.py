"""The data themselves as a source: the ledger's rows, read and never written."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from troth.ledger.filed import misfiled
from troth.ledger.merkle import HASH_BYTES
from troth.ledger.models import Entry, Epoch, Tile
from troth.ledger.tiles import WIDTH
from troth.ledger.verify.findings import Finding, finding
from troth.ledger.verify.sources import Chunk, LogEpoch, UnreadableLogError
from troth.policy.words import Message, mark

CHUNKS_READ = 10
"""How many chunks are read from the database at once."""

MANY = 1 << 62
"""More than there are entries: an index below 0 is a fault, and must be seen."""

Stored = tuple[Any, Any, Any, Any]
"""Index, leaf, salt and body, as a database gives them."""

Versions = Callable[[], Mapping[str, Mapping[str, bytes]]]


class DataSource:
    """The ledger of a store; `versions` gives the policy versions, which stand to its right."""

    def __init__(self, alias: str, versions: Versions = dict) -> None:
        self._alias, self._given = alias, versions
        self._begin: dict[int, int] = {}

    def begin_at(self, epoch: int, index: int) -> None:
        """Have the entries of an epoch read from an index on, not from its first."""
        self._begin[epoch] = index

    def epochs(self) -> list[LogEpoch]:
        """Return the epochs as they are now."""
        found = [
            LogEpoch(
                number=epoch.number,
                origin=epoch.origin,
                vkey=epoch.vkey,
                size=epoch.size,
                checkpoint=epoch.checkpoint,
                root=bytes(epoch.root).hex(),
                began_at=epoch.began_at.isoformat(),
            )
            for epoch in Epoch.objects.using(self._alias).order_by("number")
        ]
        if not found:
            raise UnreadableLogError(
                Message(mark("These data have no ledger yet; start `troth serve` on them once."))
            )
        return found

    def chunks(self, epoch: LogEpoch) -> Iterator[Chunk]:
        """Yield what has an index up to the size that is signed, and whatever lies beyond it."""
        rows: list[Stored] = []
        for read in self._rows(epoch):
            rows += read
            while len(rows) >= WIDTH:
                yield _chunk(rows[:WIDTH])
                rows = rows[WIDTH:]
        if rows:
            yield _chunk(rows)

    def _rows(self, epoch: LogEpoch) -> Iterator[list[Stored]]:
        entries = Entry.objects.using(self._alias).filter(epoch=epoch.number).order_by("index")
        columns = entries.values_list("index", "leaf", "salt", "body")
        last = self._begin.get(epoch.number, -MANY + 1) - 1
        signed = columns.filter(index__lt=epoch.size)
        while rows := list(signed.filter(index__gt=last)[: WIDTH * CHUNKS_READ]):
            yield rows
            last = int(rows[-1][0] or 0)
        if surplus := self._surplus(epoch):
            yield surplus

    def _surplus(self, epoch: LogEpoch) -> list[Stored]:
        """Return entries beyond the size that is signed: not those that came while we read."""
        entries = Entry.objects.using(self._alias).filter(epoch=epoch.number)
        last = entries.order_by("-index").values_list("index", flat=True).first()
        size = Epoch.objects.using(self._alias).get(number=epoch.number).size
        if last is None or last < size:
            return []
        beyond = entries.filter(index__gte=size).order_by("index")
        return list(beyond.values_list("index", "leaf", "salt", "body")[:WIDTH])

    def tile(self, epoch: LogEpoch, level: int, number: int, width: int) -> bytes | None:
        """Return a tile as it is stored, cut to a width: the newest tile grows in place."""
        stored = Tile.objects.using(self._alias).filter(
            epoch=epoch.number, level=level, number=number
        )
        hashes = stored.values_list("hashes", flat=True).first()
        return None if hashes is None else bytes(hashes)[: width * HASH_BYTES]

    def versions(self) -> Mapping[str, Mapping[str, bytes]]:
        """Return the policy versions."""
        return self._given()

    def contradictions(self) -> list[Finding]:
        """Name the entries of the trees that are filed under something else than they tell."""
        return [
            finding("misfiled", one.epoch, one.index, column=one.column)
            for one in misfiled(self._alias)
            if one.index is not None
        ]


def _chunk(rows: list[Stored]) -> Chunk:
    indexes = [row[0] for row in rows]
    leaves = [bytes(row[1]) for row in rows]
    return indexes, leaves, [(bytes(row[2]), bytes(row[3])) for row in rows]
