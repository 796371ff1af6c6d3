"""What the controls of the ledger look at: the stored rows and bytes, hashed again."""

from datetime import datetime
from hashlib import sha256
from typing import Final

from django.apps import apps
from django.db import connections
from msgspec import Struct, convert, to_builtins

from troth import vault
from troth.ledger import tiles
from troth.ledger.filed import misfiled
from troth.ledger.models import Entry, EntryField, Epoch
from troth.ledger.tables import SET_ONCE, stored_bytes
from troth.ledger.verify.check import signature
from troth.ledger.verify.data import DataSource
from troth.ledger.verify.epochs import opening_of
from troth.ledger.verify.sources import LogEpoch
from troth.ledger.verify.tree import TreeCheck
from troth.policy.promise import Cursor, Evidence
from troth.policy.ready import ready
from troth.policy.words import Message, mark
from troth.store import immutable as guard

SAMPLES_MAX: Final = 10
CHUNK: Final = 2_000


class Passed(Struct, frozen=True):
    """The part of the log that an examination found right: full tiles, held to by their root.

    `hashed` counts the entries up to there, those of epochs before too.
    """

    epoch: int
    size: int
    root: str
    hashed: int


ready(Passed)
NOTHING: Final = Passed(0, 0, tiles.EMPTY_ROOT.hex(), 0)


def complete(alias: str, now: datetime, cursor: Cursor | None = None) -> Evidence:
    """Hash every entry again, build every tree again, and look for rows whose entry is missing.

    From a cursor on, what was hashed before is held to by its root alone. What entries are filed
    under is compared each time with all of them: others select by it.
    """
    wrong: list[str] = []
    seen = vault.last_checkpoint()  # asked before the data, which are never behind it
    source = DataSource(alias)
    epochs = source.epochs() if Epoch.objects.using(alias).exists() else []
    passed = NOTHING if cursor is None else convert(cursor, Passed)
    hashed = passed.hashed
    for epoch in epochs:
        if epoch.number >= passed.epoch:
            passed, hashed, faults = _tree(source, epoch, passed, hashed)
            wrong += faults
    waiting, faults = _waiting(alias)
    rows, orphans = _rows_without_entry(alias)
    wrong += [*faults, *map(str, misfiled(alias)), *orphans]
    wrong += [*_begun_otherwise(alias, epochs), *_cut_off(epochs, seen)]
    if epochs:
        wrong += [one.message.render(str) for one in source.strays(epochs)]
    if hashed:
        off = guard.unprotected(connections[alias], tuple(SET_ONCE), SET_ONCE)
        wrong += [f"unguarded: {table}" for table in off]
    return Evidence(
        control="ledger.complete",
        verdict="broken" if wrong else "kept",
        examined=hashed + waiting,
        at=now,
        why=Message(
            mark("Something that was done has lost its entry, or an entry is not what it was.")
            if wrong
            else mark("Every entry hashed again and found in its place (%(count)s so far)."),
            {} if wrong else {"count": hashed + waiting},
        ),
        figures={
            mark("Entries hashed"): hashed + waiting,
            mark("Rows that name their entry"): rows,
            mark("Epochs"): len(epochs),
        },
        samples=tuple(wrong[:SAMPLES_MAX]),
        cursor=to_builtins(passed),
    )


def _tree(
    source: DataSource, epoch: LogEpoch, passed: Passed, hashed: int
) -> tuple[Passed, int, list[str]]:
    """Build one tree again from its entries' bodies; compare tiles, root and checkpoint.

    Return what may be passed by next time, how many are hashed by now, and the faults.
    """
    full = epoch.size - epoch.size % tiles.WIDTH
    tree = TreeCheck(source, epoch, frozenset({full}))
    begin = passed.size if epoch.number == passed.epoch else 0
    if begin:
        edge = _edge(source, epoch, begin)
        if tiles.root_of_edge(edge).hex() != passed.root:
            return NOTHING, hashed, [f"tile {epoch.number}/{begin}"]
        source.begin_at(epoch.number, begin)
        tree.begin_at(begin, edge)
    hashed += sum(len(chunk.bodies or ()) for chunk in tree.read())
    signed, faults = signature(epoch, ())
    found = [*faults, *tree.findings(signed)]
    root = tree.roots.get(full, tiles.EMPTY_ROOT).hex()
    named = [f"{one.code} {one.epoch}/{one.index}" for one in found]
    return Passed(epoch.number, full, root, hashed - (tree.size - full)), hashed, named


def _edge(source: DataSource, epoch: LogEpoch, size: int) -> dict[int, bytes]:
    """Return the stored tiles on the right edge of a tree of this size."""
    return {
        level: source.tile(epoch, level, full, width) or b""
        for level, full, width in tiles.widths(size)
        if width
    }


def _begun_otherwise(alias: str, epochs: list[LogEpoch]) -> list[str]:
    """Name the epochs that do not begin with an entry of then."""
    numbers = [epoch.number for epoch in epochs]
    first = Entry.objects.using(alias).filter(epoch__in=numbers, index=0)
    told = first.values_list("epoch", "body")
    openings = {number: opening_of(stored_bytes(body)) for number, body in told}
    found = [(epoch, openings.get(epoch.number)) for epoch in epochs]
    return [
        f"began {epoch.number}"
        for epoch, opening in found
        if opening is None or not opening.began(epoch.began_at)
    ]


def _cut_off(epochs: list[LogEpoch], seen: tuple[int, int, str] | None) -> list[str]:
    """Compare with what the key store has seen last: an end cut off with its checkpoint shows."""
    if seen is None or not epochs:
        return []
    number, size, _ = seen
    last = epochs[-1]
    return ["shorter than the keys have seen"] if (number, size) > (last.number, last.size) else []


def _waiting(alias: str) -> tuple[int, list[str]]:
    """Hash the entries that have no index yet."""
    rows = Entry.objects.using(alias).filter(index=None).values_list("id", "body", "salt", "leaf")
    count, wrong = 0, []
    for entry_id, body, salt, leaf in rows.iterator(CHUNK):
        count += 1
        whole = stored_bytes(salt) + stored_bytes(body)
        if sha256(whole).digest() != stored_bytes(leaf):
            wrong.append(f"{entry_id}: changed")
    return count, wrong


def _rows_without_entry(alias: str) -> tuple[int, list[str]]:
    """Count the rows of every table that names entries, and those whose entry is not there."""
    total, wrong = 0, []
    for model in apps.get_models():
        for field in model._meta.get_fields():  # noqa: SLF001 - Django's public way, in spite of its name
            if not isinstance(field, EntryField):
                continue
            table, column = model._meta.db_table, field.column  # noqa: SLF001 - the same
            with connections[alias].cursor() as cursor:
                cursor.execute(
                    "SELECT count(*), count(e.id)"  # noqa: S608 - names of our own tables
                    f" FROM {table} t LEFT JOIN ledger_entry e ON e.id = t.{column}"
                )
                rows, found = cursor.fetchone()
            total += rows
            if rows > found:
                wrong.append(f"{table}: {rows - found} without entry")
    return total, wrong
