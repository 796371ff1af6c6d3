"""Does everything held say where it came from, what for and under which version, as entered?"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from troth import vault
from troth.collection.actions import RECORDED
from troth.collection.examinations_lost import Lost
from troth.collection.examinations_told import KEPT, Told, told_by
from troth.collection.inforce import InForce
from troth.collection.models import Record
from troth.collection.walking import (
    NO_CURSOR,
    SAMPLES_MAX,
    Registers,
    UnknownVersionError,
    Walk,
    walks,
)
from troth.ledger.models import Entry
from troth.people.models import Detail, Person
from troth.policy.promise import Cursor, Evidence, Verdict
from troth.policy.words import Message, mark
from troth.vault import PersonId

CONTROL: Final = "collection.provenance"
Place = tuple[UUID | None, bytes]
"""A value by its entry and its commitment: there is one row of each."""


def examine(alias: str, now: datetime, cursor: Cursor = NO_CURSOR) -> Evidence:
    """Hold every value and record to its register and entry, and the reverse, from a cursor on."""
    look, lost = _Look(alias), Lost(alias, now, cursor)
    both = walks(alias, now, cursor)
    wrong = [*(one for walk in both for one in look.at(walk)), *lost]
    values, records = (walk.examined for walk in both)
    unreadable = look.registers.unreadable
    verdict: Verdict = "unproven" if unreadable else "kept"
    why = (
        Message(mark("Something that is held does not say where it came from, or not as entered."))
        if wrong
        else Message(mark("The register of some values cannot be read: its version was changed."))
        if unreadable
        else Message(
            mark("Everything that is held says where it came from, as entered (%(count)s so far)."),
            {"count": values + records},
        )
    )
    return Evidence(
        control=CONTROL,
        verdict="broken" if wrong else verdict,
        examined=values + records,
        at=now,
        why=why,
        figures={mark("Values held"): values, mark("Records held"): records},
        samples=tuple(wrong[:SAMPLES_MAX]),
        cursor={**both[0].cursor, **both[1].cursor, **lost.cursor},
    )


class _Look:
    """Looks at rows beside what the ledger, the key store and the registers tell of them."""

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self.registers = Registers(alias)
        self._in_force = InForce(alias)

    def at(self, walk: Walk) -> Iterable[str]:
        """Yield what is wrong with a table's rows.

        Of who is being erased meanwhile the row and the key are seen at two moments: a fault counts
        once the row was seen twice.
        """
        for rows in walk:
            faulty = [row.pk for row, fault in self._faults(rows) if fault]
            for row, fault in self._faults(walk.again(faulty)) if faulty else ():
                if fault:
                    yield f"{walk.name} {row.pk}: {fault}"

    def _faults(self, rows: list[Detail | Record]) -> Iterable[tuple[Detail | Record, str]]:
        entries = {_entry_of(row) for row in rows}
        told = _told(self._alias, entries)
        persons = {PersonId(row.person) for row in rows if row.person}
        who, there = vault.known_pseudonyms(persons), _there(self._alias, persons)
        twice = _twice(self._alias, entries) if isinstance(rows[0], Detail) else frozenset()
        for row in rows:
            said = told.get(_entry_of(row))
            fault = self._fault(row, said, who.get(PersonId(row.person)))
            if not fault and row.person and row.person not in there:
                fault = "of somebody who is not among the persons"
            if not fault and isinstance(row, Detail) and _place(row) in twice:
                fault = "held twice"
            yield row, fault

    def _fault(self, row: Detail | Record, told: Told | None, who: str | None) -> str:
        """Return what is wrong with a row, "" for nothing."""
        if told is None or (isinstance(row, Record) and told.kind != RECORDED):
            return "no entry tells that it was taken in"
        facts = told.facts
        claimed = (told.version, facts.category, facts.purpose, facts.source)
        if claimed != (row.version, row.category, row.purpose, row.source):
            return "not of the origin its entry tells"
        if row.person and who != told.subject:
            return "of another person than its entry"
        if row.version not in self._in_force.about(row.at):
            return "under a version that was not in force"
        if not self._is_declared(row):
            return "of no source or purpose that is declared"
        return _record_fault(row, told) if isinstance(row, Record) else _value_fault(row, told)

    def _is_declared(self, row: Detail | Record) -> bool:
        try:
            register = self.registers.of(row.version)
        except UnknownVersionError:
            return False
        if register is None:
            return True  # counted as unreadable: nothing is proven, and nothing is wrong
        category = register.category.get(row.category)
        return (
            category is not None
            and row.purpose in category.purposes
            and row.purpose in register.purpose
            and row.source in category.sources
            and row.source in register.source
        )


def _value_fault(row: Detail, told: Told) -> str:
    kept = bytes(row.commitment)
    if not told.commits(row.field, kept.hex()):
        return "not entered"
    if row.at != told.at:
        return "not of the moment it was entered"
    if row.box is not None and sha256(bytes(row.box)).digest() != kept:
        return "not what was entered"
    return ""


def _record_fault(row: Record, told: Told) -> str:
    said = (told.at, told.about.key, told.about.site, ",".join(sorted(told.facts.fields)))
    return "" if said == (row.at, row.key, row.site, row.fields) else "not what was entered"


def _entry_of(row: Detail | Record) -> UUID | None:
    return row.pk if isinstance(row, Record) else row.entry


def _told(alias: str, entries: set[Any]) -> dict[Any, Told]:
    """Return what entries tell of values taken in; of others, nothing."""
    found = Entry.objects.using(alias).filter(pk__in=entries, kind__in=KEPT)
    return told_by(found.values_list("id", "body"))


def _there(alias: str, persons: Iterable[PersonId]) -> frozenset[str]:
    """Return who of these is among the persons: who is not would be swept, her key first."""
    rows = Person.objects.using(alias).filter(pk__in=list(persons))
    return frozenset(rows.values_list("pk", flat=True))


def _place(row: Detail) -> Place:
    return row.entry, bytes(row.commitment)


def _twice(alias: str, entries: set[Any]) -> frozenset[Place]:
    """Return the values of entries that more than one row holds."""
    rows = Detail.objects.using(alias).filter(entry__in=entries)
    found = Counter((entry, bytes(kept)) for entry, kept in rows.values_list("entry", "commitment"))
    return frozenset(place for place, times in found.items() if times > 1)
