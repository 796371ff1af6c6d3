"""Does everything held say where it came from, what for and under which version, as entered?"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from troth import vault
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
from troth.people.models import Detail
from troth.policy.promise import Cursor, Evidence, Verdict
from troth.policy.words import Message, mark
from troth.vault import PersonId

CONTROL: Final = "collection.provenance"


class _Facts(Struct, frozen=True, tag_field="verb", tag="collect"):
    category: str
    purpose: str
    source: str
    fields: frozenset[str]


class _Decision(Struct, frozen=True):
    allowed: bool


class _About(Struct, frozen=True):
    """`key` and `site` are told of records."""

    commitments: tuple[str, ...] = ()
    key: str = ""
    site: str = ""


class _Body(Struct, frozen=True):
    """What an entry tells of values that were taken in."""

    at: datetime
    version: str
    subject: str | None
    about: _About
    facts: _Facts
    decision: _Decision


_DECODER: Final = msgspec.json.Decoder(_Body)


def examine(alias: str, now: datetime, cursor: Cursor = NO_CURSOR) -> Evidence:
    """Hold every value and record to the register and to its entry, on from a cursor."""
    look = _Look(alias)
    both = walks(alias, now, cursor)
    wrong = [one for walk in both for one in look.at(walk)]
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
        cursor={**both[0].cursor, **both[1].cursor},
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
        told = _told(self._alias, {_entry_of(row) for row in rows})
        who = vault.known_pseudonyms(PersonId(row.person) for row in rows if row.person)
        for row in rows:
            yield row, self._fault(row, told.get(_entry_of(row)), who.get(PersonId(row.person)))

    def _fault(self, row: Detail | Record, told: _Body | None, who: str | None) -> str:
        """Return what is wrong with a row, "" for nothing."""
        if told is None:
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


def _value_fault(row: Detail, told: _Body) -> str:
    kept = bytes(row.commitment)
    if row.field not in told.facts.fields or kept.hex() not in told.about.commitments:
        return "not entered"
    if row.box is not None and sha256(bytes(row.box)).digest() != kept:
        return "not what was entered"
    return ""


def _record_fault(row: Record, told: _Body) -> str:
    said = (told.at, told.about.key, told.about.site, ",".join(sorted(told.facts.fields)))
    return "" if said == (row.at, row.key, row.site, row.fields) else "not what was entered"


def _entry_of(row: Detail | Record) -> UUID | None:
    return row.pk if isinstance(row, Record) else row.entry


def _told(alias: str, entries: set[Any]) -> dict[Any, _Body]:
    """Return what entries tell of values taken in; of others, nothing."""
    found = Entry.objects.using(alias).filter(pk__in=entries).values_list("id", "body")
    told = {}
    for entry, body in found:
        try:
            said = _DECODER.decode(bytes(body))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        if said.decision.allowed:
            told[entry] = said
    return told
