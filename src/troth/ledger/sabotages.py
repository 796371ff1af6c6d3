"""Faults put behind the application's back, to show that the controls of the ledger catch them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.apps import apps
from django.db import connections

from troth.ledger.actions import integrate
from troth.ledger.entries import LedgerEntry
from troth.ledger.models import Entry, EntryField, Epoch
from troth.ledger.recording import record
from troth.ledger.tables import ENTRY_TABLE, SET_ONCE
from troth.policy.promise import Store
from troth.store import Tx
from troth.store import immutable as guard

TABLES = (ENTRY_TABLE,)


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
    tx = Tx(store.alias, datetime.now(UTC), "sabotage")
    for number in range(3):
        record(tx, LedgerEntry("sabotage.nothing", about={"number": number}))
    tx.pending.flush(store.alias)
    integrate(tx)


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


def guard_off(store: Store) -> None:
    """Take the guards off the entries and leave them off."""
    guard.release(connections[store.alias], TABLES)
