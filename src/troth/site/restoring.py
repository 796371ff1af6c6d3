"""Restore a backup into a store that is empty: wholly, or not at all.

SQLite: into a file aside, which gets its name at the end. PostgreSQL: in one transaction. Until
then a note in the data folder makes every start refuse. Afterwards data and keys are brought
together: who was erased since either of them was copied is erased again, and the ledger begins a
new epoch.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from msgspec import Struct

from troth import vault
from troth.ledger import actions as ledger
from troth.ledger.models import Epoch
from troth.ledger.sequencer import begun
from troth.people import erasure
from troth.policy.words import Message, mark
from troth.protection.archive import Reader
from troth.protection.envelope import Identity, opened_file
from troth.protection.errors import BackupError
from troth.protection.folders import DATA_FILE
from troth.protection.keys import PlacedKeys, demand_keys
from troth.protection.manifest import Layout, Manifest
from troth.protection.restore import demand_our_keys, demand_signature, load
from troth.site import datafolder, schema
from troth.site.config import Config
from troth.site.migrations import DurableExecutor
from troth.site.problem import CannotGoOnError
from troth.store import SYSTEM, Store, transact_on
from troth.store.aside import all_or_nothing, store_aside
from troth.vault.durable import sync_folder

ASIDE: Final = "troth.db.restoring"
CAUSE: Final = "restored"
ENDS: Final = ("", "-journal", "-wal", "-shm")

Told = Callable[[int], None]


class Restored(Struct, frozen=True):
    """What was restored, who was erased again, and the epoch that began.

    `keys_restored_from` is when the backup was made that the keys came from: what was entered
    after it nobody here knows. None where the keys were here.
    """

    manifest: Manifest
    erased_again: int
    epoch: int
    keys_restored_from: datetime | None


class KeysGiven(Struct, frozen=True):
    """A backup of the keys, and who opens it."""

    folder: Path
    identities: tuple[Identity, ...]


def restore(
    config: Config,
    folder: Path,
    identities: Sequence[Identity],
    keys: KeysGiven | None = None,
    told: Told | None = None,
) -> Restored:
    """Restore the backup in a folder; `told` is how many bytes of it were read.

    Django must be set up with `config`. Raises CannotGoOnError; then nothing was changed.
    """
    datafolder.check(config.data)
    with _explained(config), datafolder.starting(config.data):
        demand_empty(config)
        placed = _keys(config, keys)
        try:
            with datafolder.restoring(config.data):
                if config.database:
                    return _into_postgres(folder / DATA_FILE, identities, told)
                return _into_sqlite(config, folder / DATA_FILE, identities, told)
        except BaseException:
            vault.close_store()
            if placed is not None and not _stands(config):
                placed.take_away()
            raise


def _stands(config: Config) -> bool:
    """Tell whether the data were restored, whatever failed afterwards."""
    if not config.database:
        return config.sqlite_file.exists()
    try:
        return bool(connection.introspection.table_names())
    except DatabaseError:
        return True


def demand_empty(config: Config) -> None:
    """Refuse a store that holds something. Raises CannotGoOnError."""
    if config.database:
        full = bool(connection.introspection.table_names())
        connection.close()
    else:
        full = config.sqlite_file.exists()
    if full:
        raise CannotGoOnError(
            Message(
                mark(
                    "The store %(database)s is not empty, and a restore replaces nothing; name a"
                    " new data folder with --data, or an empty database with --database."
                ),
                {"database": schema.shown(config)},
            )
        )


def _keys(config: Config, keys: KeysGiven | None) -> PlacedKeys | None:
    """Bring the keys of a backup into the key folder, or see that there are keys."""
    placed = None
    if keys is None:
        demand_keys(config.key_folder)
    else:
        placed = PlacedKeys(keys.folder, keys.identities, config.key_folder)
    try:
        vault.open_store()
    except BaseException:
        vault.close_store()
        if placed is not None:
            placed.take_away()
        raise
    return placed


@contextmanager
def _explained(config: Config) -> Iterator[None]:
    """Turn what goes wrong into one sentence."""
    try:
        with schema.explained(config):
            yield
    except (BackupError, vault.KeyStoreError) as error:
        raise CannotGoOnError(error.message) from error
    except OSError as error:
        raise CannotGoOnError(
            Message(
                mark("The data folder %(folder)s cannot be written (%(error)s)."),
                {"folder": config.data, "error": error.strerror or type(error).__name__},
            )
        ) from error


def _into_sqlite(
    config: Config, file: Path, identities: Sequence[Identity], told: Told | None
) -> Restored:
    aside = config.data / ASIDE
    _sweep(aside)
    try:
        with store_aside(aside) as store:
            manifest = _fill(store, file, identities, told)
            again, epoch = _bring_together(store)
        _to_the_disk(aside)
        aside.rename(config.sqlite_file)
        sync_folder(config.data)
    except BaseException:
        _sweep(aside)
        raise
    return _restored(manifest, again, epoch)


def _sweep(aside: Path) -> None:
    for end in ENDS:
        aside.with_name(aside.name + end).unlink(missing_ok=True)


def _to_the_disk(file: Path) -> None:
    handle = os.open(file, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _into_postgres(file: Path, identities: Sequence[Identity], told: Told | None) -> Restored:
    store = Store()
    with all_or_nothing(store):
        manifest = _fill(store, file, identities, told)
    again, epoch = _bring_together(store)
    return _restored(manifest, again, epoch)


def _restored(manifest: Manifest, again: int, epoch: Epoch) -> Restored:
    backed_up = vault.keys_restored_from()
    begun(epoch)
    return Restored(manifest, again, epoch.number, backed_up)


def _fill(store: Store, file: Path, identities: Sequence[Identity], told: Told | None) -> Manifest:
    """Make the tables as they were, fill them, and bring them forward to this code."""
    with opened_file(file, identities, told) as content:
        archive = Reader(content, file)
        demand_our_keys(archive.layout)
        schema.mark_as_ours(connections[store.alias])
        executor = DurableExecutor(connections[store.alias])
        executor.migrate(targets_of(executor, archive.layout, file))
        with all_or_nothing(store):
            load(archive, store, file)
    demand_signature(archive, file)
    executor = DurableExecutor(connections[store.alias])
    executor.migrate(executor.loader.graph.leaf_nodes())
    return archive.manifest


def targets_of(executor: MigrationExecutor, layout: Layout, file: Path) -> list[tuple[str, str]]:
    """Return the last migration of each line the backup was made under.

    Raises CannotGoOnError where this code does not know one of them.
    """
    applied = set(layout.migrations)
    newer = applied - executor.loader.disk_migrations.keys()
    if newer:
        raise CannotGoOnError(
            Message(
                mark(
                    "%(file)s was written by a newer Troth (it knows %(migration)s); restore it"
                    " with that version (%(version)s) or a later one."
                ),
                {"file": file, "migration": ".".join(min(newer)), "version": layout.troth},
            )
        )
    graph = executor.loader.graph
    return sorted(
        node
        for node in applied
        if not any(child.key in applied for child in graph.node_map[node].children)
    )


def _bring_together(store: Store) -> tuple[int, Epoch]:
    """Erase again who was erased since one of both was copied, and begin a new epoch."""
    transact_on(store, SYSTEM, None, vault.demand_ours)
    again = erasure.reapply(store)
    erasure.finish(store)
    return again, transact_on(store, SYSTEM, None, ledger.begin_epoch, CAUSE)
