"""Faults put behind the application's back, to show that the controls of the ledger catch them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from django.apps import apps
from django.db import connections, transaction

from troth import vault
from troth.ledger.actions import integrate
from troth.ledger.entries import LedgerEntry
from troth.ledger.models import Entry, EntryField, Epoch
from troth.ledger.recording import record
from troth.ledger.tables import ENTRY_TABLE, SET_ONCE
from troth.policy.promise import Store
from troth.store import Store as OurStore
from troth.store import Tx
from troth.store import immutable as guard
from troth.store.aside import all_or_nothing

TABLES: Final = (ENTRY_TABLE,)
KIND: Final = "sabotage.nothing"

_seen: list[tuple[int, int, str] | None] = []


@contextmanager
def unguarded(store: Store) -> Iterator[None]:
    """Take the guards off the entries, and put them on again so that nothing shows."""
    connection = connections[store.alias]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # a table with checks still to run cannot have its triggers changed
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    guard.release(connection, TABLES)
    yield
    guard.protect(connection, TABLES, SET_ONCE)


def some_entries(store: Store) -> None:
    """Record and integrate a few entries that no row names."""
    integrate(recorded(store))


def recorded(store: Store) -> Tx:
    """Record a few entries that no row names."""
    tx = Tx(store.alias, datetime.now(UTC), "sabotage")
    for number in range(3):
        record(tx, LedgerEntry(KIND, about={"number": number}))
    tx.pending.flush(store.alias)
    return tx


def entry_deleted(store: Store) -> None:
    """Delete an entry from the middle of the newest tree."""
    some_entries(store)
    entry = Entry.objects.using(store.alias).filter(index__isnull=False).order_by("-index")[1]
    with unguarded(store):
        Entry.objects.using(store.alias).filter(pk=entry.pk).delete()


def entry_edited(store: Store) -> None:
    """Change what an entry says."""
    some_entries(store)
    entry = Entry.objects.using(store.alias).filter(index__isnull=False).latest("index")
    with unguarded(store):
        Entry.objects.using(store.alias).filter(pk=entry.pk).update(
            body=bytes(entry.body).replace(b'"number":2', b'"number":7')
        )


def entries_exchanged(store: Store) -> None:
    """Let two entries change places, each with its own hash."""
    some_entries(store)
    first, second = Entry.objects.using(store.alias).filter(index__gt=0).order_by("-index")[:2]
    with unguarded(store):
        rows = Entry.objects.using(store.alias)
        rows.filter(pk=first.pk).update(index=-1)
        rows.filter(pk=second.pk).update(index=first.index)
        rows.filter(pk=first.pk).update(index=second.index)


def row_without_entry(store: Store) -> None:
    """Delete an entry that waits for its index, so that its row tells of nothing provable."""
    for model in apps.get_models():
        fields = [f for f in model._meta.get_fields() if isinstance(f, EntryField)]  # noqa: SLF001 - Django's public way
        row = model._default_manager.using(store.alias).first() if fields else None  # noqa: SLF001 - the same
        if row is not None:
            with unguarded(store):
                Entry.objects.using(store.alias).filter(pk=getattr(row, fields[0].name)).delete()
            return
    raise LookupError("no row names an entry")


def tail_cut(store: Store) -> None:
    """Cut the end off the newest tree."""
    some_entries(store)
    newest = Epoch.objects.using(store.alias).latest("number")
    with unguarded(store):
        Entry.objects.using(store.alias).filter(
            epoch=newest.number, index__gte=newest.size - 2
        ).delete()


def kind_changed(store: Store) -> None:
    """File an entry under another kind: who looks for those of its own does not find it."""
    some_entries(store)
    _refile(store, Entry.objects.using(store.alias).filter(index__isnull=False).latest("index"))


def waiting_kind_changed(store: Store) -> None:
    """File an entry that waits for its index under another kind."""
    recorded(store)
    _refile(store, Entry.objects.using(store.alias).filter(kind=KIND, index=None).latest("id"))


def _refile(store: Store, entry: Entry) -> None:
    with unguarded(store):
        Entry.objects.using(store.alias).filter(pk=entry.pk).update(kind="sabotage.other")


def rolled_back(store: Store) -> None:
    """Cut the end off with its checkpoint and tiles, as an older copy of the data would.

    The data agree with themselves: only the key store has seen that the ledger went further.
    """
    _seen.append(vault.last_checkpoint())
    with all_or_nothing(OurStore(store.alias)):
        some_entries(store)
        newest = Epoch.objects.using(store.alias).latest("number")
        vault.remember_checkpoint(newest.number, newest.size, newest.checkpoint)
        transaction.set_rollback(True, using=store.alias)


def forget_seen(_store: Store) -> None:
    """Have the key store know what it had seen before."""
    while _seen:
        with vault.open_store().transaction() as run:
            run("DELETE FROM witness")
        if (before := _seen.pop()) is not None:
            vault.remember_checkpoint(*before)


def guard_off(store: Store) -> None:
    """Take the guards off the entries and leave them off."""
    guard.release(connections[store.alias], TABLES)
