"""Entries of some kinds, read on from where an examination got: for who holds rows to them."""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from troth.ledger.models import Entry, Epoch
from troth.policy.promise import Cursor

CHUNK: Final = 1_000


class Walk:
    """The entries of some kinds, on from a cursor, batch by batch.

    The cursor stands at a place in the tree: before it nothing comes in later. What has no place
    yet is read each time. `examined` counts them, those before the cursor too.
    """

    def __init__(self, alias: str, kinds: Sequence[str], cursor: Cursor) -> None:
        self._entries = Entry.objects.using(alias).filter(kind__in=kinds)
        self._epochs = Epoch.objects.using(alias)
        self._epoch, self._index = int(cursor.get("epoch", 0)), int(cursor.get("index", -1))
        self.examined = self._placed = int(cursor.get("examined", 0))

    def __iter__(self) -> Iterator[list[Entry]]:
        later = self._epochs.filter(number__gte=self._epoch).order_by("number")
        for epoch in list(later.values_list("number", flat=True)):
            self._index = self._index if epoch == self._epoch else -1
            self._epoch = epoch
            placed = self._entries.filter(epoch=epoch).order_by("index")
            while batch := list(placed.filter(index__gt=self._index)[:CHUNK]):
                self._index = batch[-1].index or 0
                self.examined = self._placed = self._placed + len(batch)
                yield batch
        waiting, last = self._entries.filter(index=None).order_by("id"), UUID(int=0)
        while batch := list(waiting.filter(id__gt=last)[:CHUNK]):
            last = batch[-1].id
            self.examined += len(batch)
            yield batch

    @property
    def cursor(self) -> Cursor:
        """The place of the last entry that has one, and how many there are up to it."""
        return {"epoch": self._epoch, "index": self._index, "examined": self._placed}
