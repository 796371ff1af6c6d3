"""Is the record of access whole? Each view has its entry and each entry its view, alike."""

from datetime import datetime
from typing import Final

import msgspec
from django.db import connections
from msgspec import Struct

from troth.access.examinations import CHUNK, SAMPLES_MAX
from troth.access.models import View
from troth.access.views import VIEWED
from troth.ledger.models import Entry
from troth.policy.promise import Evidence
from troth.policy.words import Message, mark
from troth.store.immutable import unprotected

CONTROL: Final = "access.log-complete"
GUARDED: Final = (
    "access_approval",
    "access_review",
    "access_setting",
    "access_signature",
    "access_undertakingtext",
    "access_view",
)
"""Tables of which no row may be changed or deleted."""


class _About(Struct, frozen=True):
    member: str
    field: str


class _Facts(Struct, frozen=True):
    category: str
    purpose: str


class _Decision(Struct, frozen=True):
    allowed: bool
    reason: str


class _Body(Struct, frozen=True):
    about: _About
    facts: _Facts
    decision: _Decision
    subject: str | None


_DECODER: Final = msgspec.json.Decoder(_Body)


def examine(alias: str, now: datetime) -> Evidence:
    """Compare the rows with what the ledger tells of views, both ways."""
    wrong = [f"{table}: not guarded" for table in unprotected(connections[alias], GUARDED)]
    entries = Entry.objects.using(alias).filter(kind=VIEWED).order_by("id")
    rows = {
        row.entry: row
        for row in View.objects.using(alias).select_related("member__account").iterator(CHUNK)
    }
    told = 0
    for entry in entries.iterator(CHUNK):
        told += 1
        row = rows.pop(entry.id, None)
        if row is None:
            wrong.append(f"entry {entry.id}: its row is gone")
        elif not _alike(row, bytes(entry.body)):
            wrong.append(f"view {row.pk}: not what its entry tells")
    wrong += [f"view {row.pk}: no entry tells of it" for row in rows.values()]
    return Evidence(
        control=CONTROL,
        verdict="broken" if wrong else "kept",
        examined=told or len(wrong),
        at=now,
        why=Message(mark("The record of access is not what was entered."))
        if wrong
        else Message(
            mark("Each view on record is as it was entered, and none is missing (%(count)s)."),
            {"count": told},
        ),
        figures={mark("Views entered"): told},
        samples=tuple(wrong[:SAMPLES_MAX]),
    )


def _alike(row: View, body: bytes) -> bool:
    try:
        told = _DECODER.decode(body)
    except msgspec.DecodeError:
        return False
    return (
        told.about.member,
        told.about.field,
        told.facts.category,
        told.facts.purpose,
        told.decision.allowed,
        told.decision.reason,
        told.subject,
    ) == (
        row.member.handle,
        row.field,
        row.category,
        row.purpose,
        row.allowed,
        row.reason,
        row.subject,
    )
