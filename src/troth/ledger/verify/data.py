"""The data themselves as a source: the ledger's rows, read and never written.

SQLite keeps in any column what is put there, a text among numbers too; so nothing is taken for what
its column says.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.db import connections
from django.db.models import Case, Count, F, Func, Max, Min, QuerySet, TextField, When
from django.db.models.lookups import Exact

from troth.ledger import tiles
from troth.ledger.filed import misfiled
from troth.ledger.merkle import HASH_BYTES
from troth.ledger.models import Entry, Epoch, Tile
from troth.ledger.tables import stored_bytes
from troth.ledger.tiles import WIDTH
from troth.ledger.verify.findings import Finding, finding
from troth.ledger.verify.sources import Chunk, LogEpoch, UnreadableLogError
from troth.policy.words import Message, mark

PAGE: Final = 10 * WIDTH
"""How many entries are read from the database at once."""

HOLES_MAX: Final = 1_000
"""Tiles without an entry that are passed over; whoever lost more has lost the rest."""

NONE: Final = "-"
"""Where a root should be and none is."""

Stored = tuple[Any, Any, Any, Any]
"""Index, leaf, salt and body, as a database gives them."""

Versions = Callable[[], Mapping[str, Mapping[str, bytes]]]


class DataSource:
    """The ledger of a store; `versions` gives the policy versions, which stand to its right."""

    private = True

    def __init__(self, alias: str, versions: Versions = dict) -> None:
        self._alias, self._given = alias, versions
        self._begin: dict[int, int] = {}

    def begin_at(self, epoch: int, index: int) -> None:
        """Have the entries of an epoch read from an index on, not from its first."""
        self._begin[epoch] = index

    def epochs(self) -> list[LogEpoch]:
        """Return the epochs as they are now."""
        stored = Epoch.objects.using(self._alias).order_by("number").defer("began_at", "root")
        rows = list(stored.annotate(top=self._as_made("root", "blob")))
        began = self._began([epoch.number for epoch in rows])
        found = [
            LogEpoch(
                number=epoch.number,
                origin=_text(epoch.origin),
                vkey=_text(epoch.vkey),
                size=_number(epoch.size),
                checkpoint=_text(epoch.checkpoint),
                root=stored_bytes(epoch.top).hex() or NONE,
                began_at=began[epoch.number],
            )
            for epoch in rows
        ]
        if not found:
            raise UnreadableLogError(
                Message(mark("These data have no ledger yet; start `troth serve` on them once."))
            )
        return found

    def _began(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return when each epoch began; nothing where what is stored is no moment."""
        rows = Epoch.objects.using(self._alias).filter(number__in=numbers)
        try:
            found = dict(rows.values_list("number", "began_at"))
        except (TypeError, ValueError):  # from reading one that is none
            if len(numbers) == 1:
                return {numbers[0]: ""}
            return {one: self._began([one])[one] for one in numbers}
        return {one: at.isoformat() if at else "" for one, at in found.items()}

    def chunks(self, epoch: LogEpoch) -> Iterator[Chunk]:
        """Yield what stands below the size that is signed; the first chunk tells what does not."""
        faults = tuple(self._unplaced(epoch))
        entries = self._entries(epoch)
        last = entries.filter(index__lt=epoch.size).aggregate(last=Max("index"))["last"]
        end = 0 if last is None else int(last) + 1
        columns = [self._as_made(name, "blob") for name in ("leaf", "salt", "body")]
        holes = 0
        for begin in range(self._begin.get(epoch.number, 0), end, PAGE):
            page = entries.filter(index__gte=begin, index__lt=min(begin + PAGE, epoch.size))
            found = page.order_by("index").values_list("index", *columns)
            rows = [row for row in found if _is_whole(row)]
            for tile in range(begin, min(begin + PAGE, end), WIDTH):
                first, behind = (bisect_left(rows, n, key=_index) for n in (tile, tile + WIDTH))
                holes += first == behind
                if holes > HOLES_MAX:
                    return
                yield _chunk(epoch, tile, rows[first:behind], faults)
                faults = ()
        if faults:
            yield Chunk(self._begin.get(epoch.number, 0), [], [], [], faults)

    def _entries(self, epoch: LogEpoch) -> QuerySet[Entry]:
        return Entry.objects.using(self._alias).filter(epoch=epoch.number)

    def _unplaced(self, epoch: LogEpoch) -> list[Finding]:
        """Name entries whose index is none below the size: not those that come while we read."""
        entries = self._entries(epoch).filter(index__isnull=False)
        ends = (entries.filter(index__lt=0).order_by("index"), entries.order_by("-index"))
        whole = self._as_made("index", "integer")
        found = [one for rows in ends for one in rows.values_list(whole, flat=True)[:WIDTH]]
        size = self._size(epoch)
        odd = [one for one in found if one is None or not 0 <= one < size]
        if not odd:
            return []
        count = entries.filter(index__gte=0, index__lt=size).count() + len(odd)
        if count > size and all(one is not None and one >= size for one in odd):
            return [finding("surplus", epoch.number, found=count, size=size)]
        return [finding("unplaced", epoch.number, place="?" if one is None else one) for one in odd]

    def _as_made(self, column: str, kind: str) -> Case | F:
        """Return a column where it holds what it was made for, nothing where it does not.

        SQLite's driver refuses a whole query for the sake of one text that is none.
        """
        if connections[self._alias].vendor != "sqlite":
            return F(column)
        kept = Func(F(column), function="typeof", output_field=TextField())
        return Case(When(Exact(kept, kind), then=F(column)))

    def _size(self, epoch: LogEpoch) -> int:
        """Return how far an epoch goes by now: it grows while it is read."""
        rows = Epoch.objects.using(self._alias).filter(number=epoch.number)
        return max(epoch.size, _number(rows.values_list("size", flat=True).first()))

    def tile(self, epoch: LogEpoch, level: int, number: int, width: int) -> bytes | None:
        """Return a tile as it is stored, cut to a width where it has grown since."""
        stored = Tile.objects.using(self._alias).filter(
            epoch=epoch.number, level=level, number=number
        )
        found = stored.values_list(self._as_made("hashes", "blob"), flat=True)[:1]
        if not found:
            return None
        hashes, size = stored_bytes(found[0]), width * HASH_BYTES
        if len(hashes) > size:
            grown = tiles.width_of(self._size(epoch), level, number) * HASH_BYTES
            return hashes[:size] if len(hashes) <= grown else hashes
        return hashes

    def versions(self) -> Mapping[str, Mapping[str, bytes]]:
        """Return the policy versions."""
        return self._given()

    def others(self, epochs: Sequence[LogEpoch]) -> Iterator[Finding]:
        """Name what belongs to no tree, and entries that are filed under what they do not tell.

        The latter as far as they can be read: else the tree has named them.
        """
        yield from self.strays(epochs)
        for one in misfiled(self._alias, unreadable=False):
            if one.index is not None:
                yield finding("misfiled", one.epoch, one.index, column=one.column)

    def strays(self, epochs: Sequence[LogEpoch]) -> Iterator[Finding]:
        """Name entries of epochs that are not there, and tiles that follow from no size."""
        entries = Entry.objects.using(self._alias).filter(index__isnull=False).order_by("epoch")
        counted = list(entries.values_list("epoch").annotate(Count("pk")))
        rows = Tile.objects.using(self._alias).order_by("epoch", "level")
        whole = self._as_made("number", "integer")
        span = {"first": Min(whole), "last": Max(whole), "odd": Count("pk") - Count(whole)}
        spans = list(rows.values_list("epoch", "level").annotate(**span))
        known = {epoch.number: self._size(epoch) for epoch in epochs} | self._newer(epochs)
        for named, count in counted:
            if named not in known:
                yield finding("orphaned", count=count, named=named)
        for named, level, first, last, odd in spans:
            for number in dict.fromkeys([first, last, *([None] if odd else [])]):
                if not _is_tile(known.get(named, 0), level, number):
                    yield finding("stray", path=f"ledger_tile {named}/{level}/{number}")

    def _newer(self, epochs: Sequence[LogEpoch]) -> dict[int, int]:
        """Return the sizes of epochs that have begun since."""
        newer = Epoch.objects.using(self._alias).filter(number__gt=epochs[-1].number)
        return dict(newer.values_list("number", "size"))


def _is_tile(size: int, level: object, number: object) -> bool:
    """Tell whether a tree of this size has this tile."""
    if not isinstance(level, int) or not isinstance(number, int):
        return False
    return level >= 0 <= number and tiles.width_of(size, level, number) > 0


def _chunk(
    epoch: LogEpoch, begin: int, rows: Sequence[Stored], faults: tuple[Finding, ...]
) -> Chunk:
    if not rows:
        end = min(begin + WIDTH, epoch.size) - 1
        gone = finding("removed-all", epoch.number, begin, end=end)
        return Chunk(begin, None, faults=(*faults, gone))
    leaves = [stored_bytes(row[1]) for row in rows]
    bodies = [(stored_bytes(row[2]), stored_bytes(row[3])) for row in rows]
    return Chunk(begin, leaves, bodies, [_index(row) for row in rows], faults)


def _index(row: Stored) -> int:
    index: int = row[0]
    return index


def _is_whole(row: Stored) -> bool:
    return type(row[0]) is int


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if type(value) is int else -1
