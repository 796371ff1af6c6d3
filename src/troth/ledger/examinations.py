"""What the controls of the ledger look at: the stored rows and bytes, hashed again."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from django.apps import apps
from django.db import connections

from troth import vault
from troth.ledger import tiles
from troth.ledger.entries import commitment
from troth.ledger.merkle import leaf_hash
from troth.ledger.models import Entry, EntryField, Epoch, Tile
from troth.ledger.note import NoteError, open_checkpoint, parse_vkey
from troth.ledger.tables import SET_ONCE
from troth.policy.promise import Evidence
from troth.policy.words import Message, mark
from troth.store import immutable as guard

SAMPLES_MAX: Final = 10
CHUNK: Final = 2_560
"""Rows read at once: ten tiles."""


def complete(alias: str, now: datetime) -> Evidence:
    """Hash every entry again, build every tree again, and look for rows whose entry is missing."""
    wrong: list[str] = []
    hashed = 0
    epochs = list(Epoch.objects.using(alias).order_by("number"))
    for epoch in epochs:
        count, faults = _tree(alias, epoch)
        hashed += count
        wrong += faults
    waiting, faults = _waiting(alias)
    rows, orphans = _rows_without_entry(alias)
    wrong += [*faults, *orphans, *_cut_off(epochs)]
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
    )


def _tree(alias: str, epoch: Epoch) -> tuple[int, list[str]]:
    """Build one tree again from its entries' bodies, and compare tiles, root and checkpoint."""
    wrong: list[str] = []
    size, edge, root = 0, {}, tiles.EMPTY_ROOT
    stored = Tile.objects.using(alias).filter(epoch=epoch.number)
    for chunk in _chunks(alias, epoch.number):
        for index, body, salt, leaf in chunk:
            if commitment(bytes(salt), bytes(body)) != bytes(leaf):
                wrong.append(f"{epoch.number}/{index}: changed")
        gap = next((n for n, row in enumerate(chunk) if row[0] != size + n), None)
        if gap is not None:
            return size + gap, [*wrong, f"{epoch.number}/{size + gap}: missing"]
        hashes = [leaf_hash(bytes(leaf)) for _, _, _, leaf in chunk]
        changed, root = tiles.extend(size, edge, hashes)
        size += len(chunk)
        edge = _edge(size, changed, edge)
        wrong += _wrong_tiles(stored, changed, epoch, size)
    return size, [*wrong, *_wrong_checkpoint(epoch, size, root)]


def _edge(
    size: int, changed: dict[tuple[int, int], bytes], before: dict[int, bytes]
) -> dict[int, bytes]:
    return {
        level: changed.get((level, full), before.get(level, b""))
        for level, full, width in tiles.widths(size)
        if width
    }


def _chunks(alias: str, epoch: int) -> Iterator[list[tuple[Any, ...]]]:
    entries = Entry.objects.using(alias).filter(epoch=epoch).order_by("index")
    last = -1
    while rows := list(
        entries.filter(index__gt=last).values_list("index", "body", "salt", "leaf")[:CHUNK]
    ):
        yield rows
        last = rows[-1][0]


def _wrong_tiles(
    stored: Any, changed: dict[tuple[int, int], bytes], epoch: Epoch, size: int
) -> list[str]:
    """Compare the tiles that are complete as far as they go with those that are stored."""
    wrong = []
    for (level, number), hashes in changed.items():
        final = len(hashes) == tiles.width_of(epoch.size, level, number) * len(tiles.EMPTY_ROOT)
        if not final and size < epoch.size:
            continue  # it grows with the next chunk
        found = stored.filter(level=level, number=number).values_list("hashes", flat=True).first()
        if found is None or bytes(found) != hashes:
            wrong.append(f"{epoch.number}/{tiles.path(level, number)}: wrong")
    return wrong


def _wrong_checkpoint(epoch: Epoch, size: int, root: bytes) -> list[str]:
    try:
        signed = open_checkpoint(epoch.checkpoint, parse_vkey(epoch.vkey))
    except NoteError:
        return [f"epoch {epoch.number}: signature"]
    wrong = []
    if size < signed.size:
        wrong.append(f"epoch {epoch.number}: {signed.size - size} entries missing at its end")
    elif (signed.size, signed.root) != (size, root):
        wrong.append(f"epoch {epoch.number}: root")
    return wrong


def _cut_off(epochs: list[Epoch]) -> list[str]:
    """Compare with what the key store has seen last: an end cut off with its checkpoint shows."""
    seen = vault.last_checkpoint()
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
        if sha256(bytes(salt) + bytes(body)).digest() != bytes(leaf):
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
