"""Is every field that is held declared, in the version it was taken in under?"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from troth.collection.models import Record
from troth.collection.walking import (
    NO_CURSOR,
    SAMPLES_MAX,
    Registers,
    UnknownVersionError,
    walks,
)
from troth.people.models import Detail
from troth.policy.promise import Cursor, Evidence, Verdict
from troth.policy.words import Message, mark

CONTROL: Final = "collection.registered-fields"
Place = tuple[str, str, str]
"""Version, category and field."""


def examine(alias: str, now: datetime, cursor: Cursor = NO_CURSOR) -> Evidence:
    """Look up the field of every value and record, on from a cursor."""
    registers = Registers(alias)
    known: dict[Place, bool] = {}
    wrong: list[str] = []
    both = walks(alias, now, cursor)
    for walk in both:
        for rows in walk:
            for row in rows:
                beyond = [place for place in _places(row) if not _declared(registers, known, place)]
                if beyond:
                    wrong.append(f"{walk.name} {row.pk}: not in the register")
    values, records = (walk.examined for walk in both)
    verdict: Verdict = "unproven" if registers.unreadable else "kept"
    why = (
        Message(mark("Something is held that the register of its version does not declare."))
        if wrong
        else Message(mark("The register of some values cannot be read: its version was changed."))
        if registers.unreadable
        else Message(
            mark("Every field that is held is declared, with a class (%(count)s values so far)."),
            {"count": values},
        )
    )
    return Evidence(
        control=CONTROL,
        verdict="broken" if wrong else verdict,
        examined=values + records,
        at=now,
        why=why,
        figures={
            mark("Values held"): values,
            mark("Records held"): records,
            mark("Kinds of fields among them"): len(known),
        },
        samples=tuple(wrong[:SAMPLES_MAX]),
        cursor={**both[0].cursor, **both[1].cursor},
    )


def _places(row: Detail | Record) -> Iterable[Place]:
    if isinstance(row, Record):
        return ((row.version, row.category, name) for name in row.fields.split(","))
    return ((row.version, row.category, row.field),)


def _declared(registers: Registers, known: dict[Place, bool], place: Place) -> bool:
    """Tell whether a field is in its register; of one that can't be read it is not said to be."""
    if place not in known:
        known[place] = _look(registers, *place)
    return known[place]


def _look(registers: Registers, version: str, category: str, field: str) -> bool:
    try:
        register = registers.of(version)
    except UnknownVersionError:
        return False
    if register is None:
        return True  # counted as unreadable: nothing is proven, and nothing is wrong
    found = register.category.get(category)
    declared = None if found is None else found.fields.get(field)
    return (
        found is not None and declared is not None and bool(declared.data_class or found.data_class)
    )
