"""How choices are read and written: by plain SQL, as a banner's answers come many at a time.

`take_turn(tx, subject) -> None`              before what stands is asked for, to change it
`take_turns(tx, subjects) -> None`            the same for many at once
`stands(tx, subject) -> tuple[Stood, ...]`    what was said last to each thing; once a transaction
`read_many(tx, subjects) -> None`             the same of many, asked for together
`write(tx, subject, entry, rows) -> None`     choices of one entry, which then are what stands
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final, cast

from django.db import connections
from msgspec import Struct

from troth import vault
from troth.consent.wording import Kind
from troth.ledger import EntryId
from troth.store import Tx
from troth.store.driver import run
from troth.store.locks import serialise, serialise_all
from troth.store.rows import Rows, insert
from troth.vault import PersonId

LOCK: Final = "consent.{}"
MEMO: Final = "consent.stands"
TURNS: Final = "consent.turns"
"""Whose turns a transaction has."""
CHUNK: Final = 500
"""How many subjects one query asks for."""
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
    "SELECT s.subject, s.about, s.kind, s.given, c.version, c.sequence"
    " FROM consent_standing s JOIN consent_choice c ON c.id = s.choice_id"
    " WHERE s.subject IN ({places})"
)
STAND: Final = (
    "INSERT INTO consent_standing (subject, about, kind, given, choice_id)"
    " SELECT subject, about, kind, given, id FROM {made}"
    " ON CONFLICT (subject, about) DO UPDATE"
    " SET kind = excluded.kind, given = excluded.given, choice_id = excluded.choice_id"
)
OF_ENTRY: Final = STAND.format(made="consent_choice WHERE entry = %s")
AT_ONCE: Final = (
    f"WITH made AS (INSERT INTO {CHOICES.table} ({', '.join(CHOICES.names)}) VALUES {{rows}}"  # noqa: S608 - names of ours alone
    f" RETURNING subject, about, kind, given, id) {STAND.format(made='made')}"
)
"""Both in one round trip; SQLite has no INSERT within another."""


class Stood(Struct, frozen=True):
    """What somebody has said last to one thing, under which version, as her how-manieth."""

    about: str
    kind: Kind
    given: bool
    version: str
    sequence: int


def take_turn(tx: Tx, subject: PersonId) -> None:
    """Wait until nobody else writes what this subject says; what stands is asked for after that.

    Nobody is erased until the transaction ends, so that what it writes of her is erased with her.
    Of a group commit another verb may have had her turn before, and by a later clock.
    """
    vault.hold_off(tx)
    held: set[PersonId] = tx.memo.setdefault(TURNS, set())
    if subject in held:
        tx.waited()
        return
    serialise(tx, LOCK.format(subject))
    tx.memo.get(MEMO, {}).pop(subject, None)
    held.add(subject)


def take_turns(tx: Tx, subjects: Iterable[PersonId]) -> None:
    """Take the turns of many, and read what stands for all of them: two messages."""
    vault.hold_off(tx)
    held: set[PersonId] = tx.memo.setdefault(TURNS, set())
    wanted = [one for one in dict.fromkeys(subjects) if one not in held]
    serialise_all(tx, map(LOCK.format, wanted))
    for subject in wanted:
        tx.memo.get(MEMO, {}).pop(subject, None)
    held.update(wanted)
    read_many(tx, wanted)


def stands(tx: Tx, subject: PersonId) -> tuple[Stood, ...]:
    """Return what stands for a subject now; of somebody who has said nothing, nothing."""
    known: dict[PersonId, tuple[Stood, ...]] = tx.memo.setdefault(MEMO, {})
    if subject not in known:
        read_many(tx, [subject])
    return known[subject]


def read_many(tx: Tx, subjects: Iterable[PersonId]) -> None:
    """Read what stands for many subjects, some hundreds in one query, so that `stands` finds it."""
    known: dict[PersonId, tuple[Stood, ...]] = tx.memo.setdefault(MEMO, {})
    wanted = iter([one for one in dict.fromkeys(subjects) if one not in known])
    while some := list(islice(wanted, CHUNK)):
        said: dict[PersonId, list[Stood]] = {subject: [] for subject in some}
        for row in run(tx.alias, READ.format(places=", ".join(["%s"] * len(some))), some):
            said[row[0]].append(_stood(row))
        known.update((subject, tuple(found)) for subject, found in said.items())


def _stood(row: Sequence[Any]) -> Stood:
    _, about, kind, given, version, sequence = row
    return Stood(about, cast("Kind", kind), bool(given), version, sequence)


def last_number(stood: Sequence[Stood]) -> int:
    """Return the number of somebody's newest choice, by what stands for her; 0 if there is none.

    Her newest choice is the newest about something, so it is among those that stand.
    """
    return max((one.sequence for one in stood), default=0)


def write(tx: Tx, subject: PersonId, entry: EntryId, rows: Sequence[Sequence[Any]]) -> None:
    """Write choices that one entry tells of, and have them be what stands."""
    if connections[tx.alias].vendor == "postgresql":
        row = f"({', '.join(['%s'] * len(CHOICES.names))})"
        values = [value for row in rows for value in row]
        run(tx.alias, AT_ONCE.format(rows=", ".join([row] * len(rows))), values)
    else:
        insert(tx.alias, CHOICES, rows)
        run(tx.alias, OF_ENTRY, [entry.hex])
    tx.memo.get(MEMO, {}).pop(subject, None)
