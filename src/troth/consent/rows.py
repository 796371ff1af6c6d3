"""How choices are read and written: by plain SQL, as a banner's answers come many at a time.

`take_turn(tx, subject) -> None`              before what stands is asked for, to change it
`stands(tx, subject) -> tuple[Stood, ...]`    what was said last to each thing; once a transaction
`write(tx, subject, entry, rows) -> None`     choices of one entry, which then are what stands
"""

from collections.abc import Sequence
from typing import Any, Final, cast

from django.db import connections
from msgspec import Struct

from troth.consent.wording import Kind
from troth.ledger import EntryId
from troth.store import Tx
from troth.store.locks import serialise
from troth.store.rows import Rows, insert
from troth.vault import PersonId

LOCK: Final = "consent.{}"
MEMO: Final = "consent.stands"
CHOICES: Final = Rows(
    "consent_choice",
    (
        ("subject", "text"),
        ("bearer", "text"),
        ("sequence", "integer"),
        ("about", "text"),
        ("kind", "text"),
        ("given", "boolean"),
        ("at", "timestamptz"),
        ("version", "text"),
        ("text", "text"),
        ("key", "text"),
        ("origin", "text"),
        ("box", "bytea"),
        ("commitment", "bytea"),
        ("entry", "uuid"),
    ),
)
READ: Final = (
    "SELECT s.about, s.kind, s.given, c.version, c.sequence"
    " FROM consent_standing s JOIN consent_choice c ON c.id = s.choice_id WHERE s.subject = %s"
)
STAND: Final = (
    "INSERT INTO consent_standing (subject, about, kind, given, choice_id)"
    " SELECT subject, about, kind, given, id FROM consent_choice WHERE entry = %s"
    " ON CONFLICT (subject, about) DO UPDATE"
    " SET kind = excluded.kind, given = excluded.given, choice_id = excluded.choice_id"
)


class Stood(Struct, frozen=True):
    """What somebody has said last to one thing, under which version, as her how-manieth."""

    about: str
    kind: Kind
    given: bool
    version: str
    sequence: int


def take_turn(tx: Tx, subject: PersonId) -> None:
    """Wait until nobody else writes what this subject says, and have what stands asked for anew."""
    serialise(tx, LOCK.format(subject))
    tx.memo.get(MEMO, {}).pop(subject, None)


def stands(tx: Tx, subject: PersonId) -> tuple[Stood, ...]:
    """Return what stands for a subject now; of somebody who has said nothing, nothing."""
    known: dict[PersonId, tuple[Stood, ...]] = tx.memo.setdefault(MEMO, {})
    if subject not in known:
        with connections[tx.alias].cursor() as cursor:
            cursor.execute(READ, [subject])
            found = cursor.fetchall()
        known[subject] = tuple(
            Stood(about, cast("Kind", kind), bool(given), version, sequence)
            for about, kind, given, version, sequence in found
        )
    return known[subject]


def last_number(stood: Sequence[Stood]) -> int:
    """Return the number of somebody's newest choice, by what stands for her; 0 if there is none.

    Her newest choice is the newest about something, so it is among those that stand.
    """
    return max((one.sequence for one in stood), default=0)


def write(tx: Tx, subject: PersonId, entry: EntryId, rows: Sequence[Sequence[Any]]) -> None:
    """Write choices that one entry tells of, and have them be what stands."""
    insert(tx.alias, CHOICES, rows)
    connection = connections[tx.alias]
    named: Any = entry if connection.vendor == "postgresql" else entry.hex
    with connection.cursor() as cursor:
        cursor.execute(STAND, [named])
    tx.memo.get(MEMO, {}).pop(subject, None)
