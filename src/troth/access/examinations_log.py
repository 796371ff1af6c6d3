"""Is the record of access whole? Each view has its entry and each entry its view, alike.

The same is asked of what views rest on (`examinations_rows`): few beside views, and looked at whole
each time.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db import connections
from django.db.models import Exists, Max, Min, OuterRef
from msgspec import Struct

from troth.access.examinations import NO_CURSOR, SAMPLES_MAX, SETTLES
from troth.access.examinations_rows import differences
from troth.access.models import View
from troth.access.tables import OF_ACCESS
from troth.access.views import VIEWED
from troth.ledger.models import Entry
from troth.ledger.walk import Walk
from troth.policy.promise import Cursor, Evidence
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
    """`role` is missing in entries of an older release, `bulk` in those of a newer."""

    member: str
    field: str
    grant: str | None
    bulk: int | None = None
    role: str | None = None


class _Facts(Struct, frozen=True):
    category: str
    purpose: str
    case: str | None = None


class _Decision(Struct, frozen=True):
    """`version` is told where it is another than the entry's."""

    allowed: bool
    reason: str
    statement: str
    version: str | None = None


class _Body(Struct, frozen=True):
    at: datetime
    about: _About
    facts: _Facts
    decision: _Decision
    subject: str | None
    version: str


_DECODER: Final = msgspec.json.Decoder(_Body)


def examine(alias: str, now: datetime, cursor: Cursor = NO_CURSOR) -> Evidence:
    """Compare the rows with what the ledger tells of views, both ways, on from a cursor."""
    told, entries_wrong = Walk(alias, (VIEWED,), cursor), []
    for batch in told:
        entries_wrong += _entries_without_row(alias, batch)
    views, rows_wrong = _rows_without_entry(alias, now, int(cursor.get("view", 0)))
    unguarded = [f"{table}: not guarded" for table in unprotected(connections[alias], GUARDED)]
    ground, ground_wrong = differences(alias, now, OF_ACCESS)
    wrong = unguarded + entries_wrong + rows_wrong + ground_wrong
    return Evidence(
        control=CONTROL,
        verdict="broken" if wrong else "kept",
        examined=told.examined or len(wrong),
        at=now,
        why=Message(mark("The record of access is not what was entered."))
        if wrong
        else Message(
            mark(
                "Each view on record, and each row it may rest on, is as it was entered, and none"
                " is missing (%(count)s views)."
            ),
            {"count": told.examined},
        ),
        figures={
            mark("Views entered"): told.examined,
            mark("Members, grants, cases and what belongs to them"): ground,
        },
        samples=tuple(wrong[:SAMPLES_MAX]),
        cursor={**told.cursor, "view": views},
    )


def _entries_without_row(alias: str, entries: list[Entry]) -> list[str]:
    """Name the entries whose row is gone, is not what they tell, or has another beside it."""
    rows: dict[UUID | None, View] = {}
    named = View.objects.using(alias).filter(entry__in=[entry.id for entry in entries])
    wrong = [
        f"view {row.pk}: no entry tells of it"
        for row in named.order_by("pk").select_related("member__account")
        if rows.setdefault(row.entry, row) is not row
    ]
    for entry in entries:
        found = rows.get(entry.id)
        if found is None:
            wrong.append(f"entry {entry.id}: its row is gone")
        elif not _alike(found, bytes(entry.body)):
            wrong.append(f"view {found.pk}: not what its entry tells")
    return wrong


def _rows_without_entry(alias: str, now: datetime, after: int) -> tuple[int, list[str]]:
    """Return the last settled row, and the rows on from one that no entry tells of."""
    rows = View.objects.using(alias).filter(pk__gt=after)
    told = Entry.objects.using(alias).filter(id=OuterRef("entry"), kind=VIEWED)
    alone = rows.filter(~Exists(told)).order_by("pk").values_list("pk", flat=True)
    wrong = [f"view {pk}: no entry tells of it" for pk in alone[:SAMPLES_MAX]]
    unsettled = rows.filter(at__gt=now - SETTLES).aggregate(Min("pk"))["pk__min"]
    settled = rows if unsettled is None else rows.filter(pk__lt=unsettled)
    return settled.aggregate(Max("pk"))["pk__max"] or after, wrong


def _alike(row: View, body: bytes) -> bool:
    try:
        told = _DECODER.decode(body)
    except msgspec.DecodeError:
        return False
    return (
        told.at,
        told.about.member,
        row.role if told.about.role is None else told.about.role,
        told.about.field,
        told.about.grant,
        told.about.bulk,
        told.facts.category,
        told.facts.purpose,
        told.facts.case,
        told.decision.allowed,
        told.decision.reason,
        told.decision.statement,
        told.decision.version or told.version,
        told.subject,
    ) == (
        row.at,
        row.member.handle,
        row.role,
        row.field,
        None if row.grant_id is None else f"grant-{row.grant_id}",
        row.bulk_id,
        row.category,
        row.purpose,
        None if row.case_id is None else f"case-{row.case_id}",
        row.allowed,
        row.reason,
        row.statement,
        row.version,
        row.subject,
    )
