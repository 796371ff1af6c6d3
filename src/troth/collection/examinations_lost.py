"""Is whatever was entered still held, or gone as it may be?

From the entries to the rows, on from a cursor, as those are looked at that have rows no more. What
is emptied behind the cursor is seen by the next full scan, like all that is changed there.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q
from msgspec import Struct

from troth.collection.actions import RECORDED
from troth.collection.examinations_told import KEPT, Gone, Told, told_by
from troth.collection.models import Record
from troth.ledger.models import Entry
from troth.ledger.walk import Walk
from troth.people.models import Detail
from troth.policy.promise import Cursor

EMPTY: Final = ExpressionWrapper(Q(person="") | Q(box=None), output_field=BooleanField())


class _Row(Struct, frozen=True):
    field: str
    is_empty: bool


class Lost:
    """Names the entries whose values or record are gone though nothing tells why."""

    def __init__(self, alias: str, now: datetime, cursor: Cursor) -> None:
        self._alias, self._now = alias, now
        self._walk = Walk(alias, KEPT, cursor)

    def __iter__(self) -> Iterator[str]:
        """Yield what is wrong; what is being erased or replaced meanwhile is looked at twice."""
        gone = Gone(self._alias, self._now)
        for batch in self._walk:
            faulty = {entry.id: entry for entry, fault in self._faults(batch, gone) if fault}
            again = Gone(self._alias, self._now)
            found = self._faults(list(faulty.values()), again) if faulty else ()
            yield from (f"entry {entry.id}: {fault}" for entry, fault in found if fault)

    @property
    def cursor(self) -> Cursor:
        """The place of the last entry that has one."""
        return self._walk.cursor

    def _faults(self, batch: Sequence[Entry], gone: Gone) -> Iterator[tuple[Entry, str]]:
        told = told_by((entry.id, entry.body) for entry in batch)
        values = _values(self._alias, told)
        records = _records(self._alias, [entry.id for entry in batch if entry.kind == RECORDED])
        for entry in batch:
            said = told.get(entry.id)
            if said is None:
                yield entry, "does not tell what was taken in"
                continue
            yield entry, _value_fault(said, entry.id, values, gone)
            if entry.kind == RECORDED:
                yield entry, _record_fault(said, records.get(entry.id), gone)


def _value_fault(
    told: Told, entry: UUID, values: dict[tuple[UUID | None, str], _Row], gone: Gone
) -> str:  # fmt: skip
    for commitment in told.about.commitments:
        row = values.get((entry, commitment))
        if row is None:
            return "a value it tells of is not there"
        if row.is_empty and not gone.value(told, entry, row.field):
            return "a value it tells of was emptied"
    return ""


def _record_fault(told: Told, person: str | None, gone: Gone) -> str:
    if person is None:
        return "its record is not there"
    return "" if person or gone.record(told) else "its record was made nobody's"


def _values(alias: str, entries: Iterable[UUID]) -> dict[tuple[UUID | None, str], _Row]:
    """Return the values of entries, without their boxes, by entry and commitment."""
    rows = Detail.objects.using(alias).filter(entry__in=list(entries)).annotate(empty=EMPTY)
    found = rows.values_list("entry", "commitment", "field", "empty")
    return {(entry, bytes(kept).hex()): _Row(field, empty) for entry, kept, field, empty in found}


def _records(alias: str, entries: list[UUID]) -> dict[UUID, str]:
    rows = Record.objects.using(alias).filter(pk__in=entries)
    return dict(rows.values_list("pk", "person"))
