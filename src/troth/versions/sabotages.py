"""Faults put behind the application's back, to show that the controls of versions catch them.

Each writes straight into the tables, with their guards switched off and on again.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from django.db import connections

from troth.ledger import EntryId, LedgerEntry, record
from troth.policy.promise import Store
from troth.policy.read import version_hash
from troth.policy.words import LANGS
from troth.store import Tx
from troth.store import immutable as guard
from troth.versions import entries
from troth.versions.chain import chain_hash
from troth.versions.models import TABLES, Effect, StoredVersion, VersionFile, Withdrawal

SABOTAGE: Final = "sabotage"
"""Who did it."""


@contextmanager
def unguarded(store: Store) -> Iterator[None]:
    """Take the guards off the tables, and put them on again so that nothing shows."""
    connection = connections[store.alias]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # a table with checks still to run cannot have its triggers changed
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    guard.release(connection, TABLES)
    yield
    guard.protect(connection, TABLES)


def last_version(store: Store) -> StoredVersion:
    """Return the newest version of the store."""
    return StoredVersion.objects.using(store.alias).latest("number")


def record_unseen(
    store: Store, files: Mapping[str, bytes], *, skip: int = 0, at: datetime | None = None
) -> StoredVersion:
    """Write a version that no check has seen, with hash and chain as they should be.

    `skip` leaves that many numbers out; `at` is by default the moment after all that is stored,
    so that whoever examines next does not find it in the future.
    """
    last = last_version(store)
    stored = StoredVersion(
        number=last.number + 1 + skip,
        hash=version_hash(files),
        recorded_at=at or _moment_after(store, last),
        author=SABOTAGE,
        changes="[]",
        previous=last.chain,
    )
    stored.chain = chain_hash(
        number=stored.number,
        version=stored.hash,
        recorded_at=stored.recorded_at,
        author=stored.author,
        changes=stored.changes,
        previous=stored.previous,
    )
    stored.entry = _told(store, stored.recorded_at, entries.proposed(stored))
    stored.save(using=store.alias, force_insert=True)
    VersionFile.objects.using(store.alias).bulk_create(
        VersionFile(version=stored, name=name, content=content)
        for name, content in sorted(files.items())
    )
    return stored


def _told(store: Store, at: datetime, entry: LedgerEntry) -> EntryId:
    """Record an entry at once: what is missing must be the fault alone, not its entry."""
    tx = Tx(store.alias, at, SABOTAGE)
    entry_id = record(tx, entry)
    tx.pending.flush(store.alias)
    return entry_id


def put_effect(store: Store, version: StoredVersion, at: datetime) -> None:
    """Let a version take effect, on no decision."""
    effect = Effect(version=version, from_at=at, recorded_at=version.recorded_at)
    effect.entry = _told(store, at, entries.in_force(effect, None, None))
    effect.save(using=store.alias, force_insert=True)


def _moment_after(store: Store, last: StoredVersion) -> datetime:
    effect = Effect.objects.using(store.alias).order_by("-from_at").first()
    latest = last.recorded_at if effect is None else max(last.recorded_at, effect.from_at)
    return latest + timedelta(microseconds=1)


def put_in_force(store: Store, files: Mapping[str, bytes]) -> StoredVersion:
    """Write a version no check has seen, and put it in force now."""
    stored = record_unseen(store, files)
    put_effect(store, stored, stored.recorded_at)
    return stored


def edited_in_place(store: Store) -> None:
    """Change the published text of the newest version."""
    file = last_version(store).file_set.get(name=f"{LANGS[-1]}.md")
    with unguarded(store):
        VersionFile.objects.using(store.alias).filter(pk=file.pk).update(
            content=bytes(file.content).replace(b". {#", b"! {#", 1) + b"\n"
        )


def author_exchanged(store: Store) -> None:
    """Change who recorded the newest version."""
    newest = last_version(store)
    with unguarded(store):
        StoredVersion.objects.using(store.alias).filter(pk=newest.pk).update(author="nobody")


def guard_off(store: Store) -> None:
    """Take the guards off the tables and leave them off."""
    guard.release(connections[store.alias], TABLES)


def one_language_changed(store: Store) -> None:
    """Put a version in force whose Chinese text lacks the last statement of the English one."""
    files = last_version(store).files
    name = f"{LANGS[0]}.md"
    lines = files[name].splitlines(keepends=True)
    last = max(n for n, line in enumerate(lines) if line.rstrip().endswith(b"}"))
    put_in_force(store, files | {name: b"".join(lines[:last] + lines[last + 1 :])})


def one_language_reworded(store: Store) -> None:
    """Put a version in force that takes a promise back in Chinese, and not in English."""
    files = last_version(store).files
    name = f"{LANGS[0]}.md"
    before, ending, after = files[name].rpartition(b" {#")
    reworded = before + "，但我们另有规定的除外。".encode() + ending + after
    put_in_force(store, files | {name: reworded})


def gap(store: Store) -> None:
    """Leave a number out of the history."""
    stored = record_unseen(store, last_version(store).files, skip=1)
    withdrawal = Withdrawal(
        version=stored,
        at=stored.recorded_at,
        by=SABOTAGE,
        cause=Withdrawal.Cause.CHANGED_BACK,
    )
    withdrawal.entry = _told(store, stored.recorded_at, entries.withdrawn(withdrawal))
    withdrawal.save(using=store.alias, force_insert=True)


def effect_removed(store: Store) -> None:
    """Remove from the history that a version was ever in force."""
    before = last_version(store)
    put_in_force(store, before.files)
    with unguarded(store):
        Effect.objects.using(store.alias).filter(version=before).delete()


def newest_effect_removed(store: Store) -> None:
    """Make a newest version that took effect look as if it still waited."""
    newest = put_in_force(store, last_version(store).files)
    with unguarded(store):
        Effect.objects.using(store.alias).filter(version=newest).delete()


def backdated(store: Store) -> None:
    """Make a version look as if it had been in force a year before it was recorded."""
    effect = Effect.objects.using(store.alias).latest("from_at")
    with unguarded(store):
        Effect.objects.using(store.alias).filter(pk=effect.pk).update(
            from_at=effect.from_at - timedelta(days=365)
        )


def two_in_force(store: Store) -> None:
    """Let two versions take effect at the same instant."""
    effect = Effect.objects.using(store.alias).latest("from_at")
    stored = record_unseen(store, last_version(store).files, at=effect.from_at)
    put_effect(store, stored, effect.from_at)
