"""Is every field that is stored declared, in the version it was taken in under?

Values and records are looked at row by row, on from a cursor; what other packages store, as each of
them tells it of its own tables (`holdings.stored`).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from troth.collection.models import Record
from troth.collection.walking import (
    NO_CURSOR,
    SAMPLES_MAX,
    Registers,
    UnknownVersionError,
    Walk,
    walks,
)
from troth.people import holdings
from troth.people.models import Detail
from troth.policy.promise import Cursor, Evidence, Verdict
from troth.policy.words import Message, mark

CONTROL: Final = "collection.registered-fields"
WALKED: Final = "people"
"""The package whose values are looked at row by row; what else it may store, in a full scan."""
VALUES: Final = "people.Detail"
Named = tuple[str, str, str]
"""Version, category and field; "" for a field that the server itself wrote."""


def examine(alias: str, now: datetime, cursor: Cursor = NO_CURSOR) -> Evidence:
    """Look up every field that is stored of anybody."""
    look = _Look(alias)
    both = walks(alias, now, cursor)
    wrong = [one for walk in both for one in look.at(walk)]
    wrong += look.elsewhere(full=not cursor)
    values, records = (walk.examined for walk in both)
    unreadable = look.registers.unreadable
    verdict: Verdict = "unproven" if unreadable else "kept"
    why = (
        Message(mark("Something is held that the register of its version does not declare."))
        if wrong
        else Message(mark("The register of some values cannot be read: its version was changed."))
        if unreadable
        else Message(
            mark("Every field that is held is declared, with a class (%(count)s values so far)."),
            {"count": values + look.others},
        )
    )
    return Evidence(
        control=CONTROL,
        verdict="broken" if wrong else verdict,
        examined=values + records + look.others,
        at=now,
        why=why,
        figures={
            mark("Values held"): values,
            mark("Records held"): records,
            mark("Values held in other tables"): look.others,
        },
        samples=tuple(wrong[:SAMPLES_MAX]),
        cursor={**both[0].cursor, **both[1].cursor},
    )


class _Look:
    """Looks fields up, each once; `others` counts the rows of other tables."""

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self._known: dict[Named, bool] = {}
        self.registers = Registers(alias)
        self.others = 0

    def at(self, walk: Walk) -> Iterable[str]:
        """Yield what is wrong with the rows of a table."""
        for rows in walk:
            for row in rows:
                if not all(map(self._declared, _named(row))):
                    yield f"{walk.name} {row.pk}: not in the register"

    def elsewhere(self, *, full: bool) -> Iterable[str]:
        """Yield what is wrong with what other packages store."""
        for package, module in holdings.discover():
            if package == WALKED and not full:
                continue
            for place in module.stored(self._alias):
                if place.model == VALUES:
                    continue
                self.others += place.rows
                field = "" if place.made else place.field
                if not self._declared((place.version, place.category, field)):
                    yield f"{place.model}: {place.category}.{place.field} is not in the register"

    def _declared(self, named: Named) -> bool:
        if named not in self._known:
            self._known[named] = self._found(*named)
        return self._known[named]

    def _found(self, version: str, category: str, field: str) -> bool:
        """Look in the register; of what can't be read nothing is said to be wrong."""
        try:
            register = self.registers.of(version)
        except UnknownVersionError:
            return False
        if register is None:
            return True
        entry = register.category.get(category)
        if entry is None or not field:
            return entry is not None
        declared = entry.fields.get(field)
        return declared is not None and bool(declared.data_class or entry.data_class)


def _named(row: Detail | Record) -> Iterable[Named]:
    if isinstance(row, Record):
        return ((row.version, row.category, name) for name in row.fields.split(","))
    return ((row.version, row.category, row.field),)
