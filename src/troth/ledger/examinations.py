"""What the controls of the ledger look at: the stored rows and bytes, hashed again."""

from datetime import datetime
from hashlib import sha256
from typing import Final

from django.apps import apps
from django.db import connections

from troth import vault
from troth.ledger.models import Entry, EntryField, Epoch
from troth.ledger.tables import SET_ONCE
from troth.ledger.verify.check import signature
from troth.ledger.verify.data import DataSource
from troth.ledger.verify.sources import LogEpoch
from troth.ledger.verify.tree import TreeCheck
from troth.policy.promise import Evidence
from troth.policy.words import Message, mark
from troth.store import immutable as guard

SAMPLES_MAX: Final = 10
CHUNK: Final = 2_000


def complete(alias: str, now: datetime) -> Evidence:
    """Hash every entry again, build every tree again, and look for rows whose entry is missing."""
    wrong: list[str] = []
    hashed = 0
    source = DataSource(alias)
    epochs = source.epochs() if Epoch.objects.using(alias).exists() else []
    for epoch in epochs:
        count, faults = _tree(source, epoch)
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


def _tree(source: DataSource, epoch: LogEpoch) -> tuple[int, list[str]]:
    """Build one tree again from its entries' bodies; compare tiles, root and checkpoint."""
    tree = TreeCheck(source, epoch, frozenset())
    hashed = sum(len(chunk.bodies or ()) for chunk in tree.read())
    signed, faults = signature(epoch, ())
    found = [*faults, *tree.findings(signed)]
    return hashed, [f"{one.code} {one.epoch}/{one.index}" for one in found]


def _cut_off(epochs: list[LogEpoch]) -> list[str]:
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
