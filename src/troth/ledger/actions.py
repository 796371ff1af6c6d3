"""Verbs of the ledger.

`open_log(tx) -> Epoch | None`         begin an epoch if one is due: on every start
`begin_epoch(tx, cause) -> Epoch`      a new tree: at first, and after a restore
`integrate(tx) -> Epoch | None`        give entries that wait their index; None where none did
`note_copy(tx)`                        an auditor's copy was made
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from django.db import connections
from django.db.models import Max

from troth import vault
from troth.ledger import tiles
from troth.ledger.entries import LedgerEntry, moment
from troth.ledger.merkle import leaf_hash
from troth.ledger.models import Entry, Epoch, Tile
from troth.ledger.note import Checkpoint, sign, vkey_of
from troth.ledger.recording import record
from troth.ledger.tables import ENTRY_TABLE
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.store.locks import serialise

Cause = Literal["opened", "restored", "rolled-back", "key-changed"]

LOCK: Final = "ledger.sequencer"
EPOCH_KIND: Final = "ledger.epoch"
ENTRIES_MAX: Final = 5_000
"""How many entries get their index in one transaction: others write in between."""


def open_log(tx: Tx) -> Epoch | None:
    """Begin the first epoch, or a new one where these data are not those the keys have seen last.

    That is so where the data are older (a copy came back), or the signing key is another; and
    where the keys themselves came from a backup, as they then know nothing of what came after it.
    Called on every start, before anything is integrated. Returns None where the log goes on.
    """
    serialise(tx, LOCK)
    last = Epoch.objects.using(tx.alias).order_by("-number").first()
    if last is None:
        return begin_epoch(tx, "opened")
    seen = vault.last_checkpoint()
    if seen is not None and seen[:2] > (last.number, last.size):
        return begin_epoch(tx, "rolled-back")
    if last.vkey != vkey_of(last.origin, vault.signing_key()):
        return begin_epoch(tx, "key-changed")
    return None if vault.keys_restored_from() is None else begin_epoch(tx, "restored")


def begin_epoch(tx: Tx, cause: Cause) -> Epoch:
    """Begin a new tree. Its first entry commits to what is known of the one before.

    That is the size and root restored, and the last checkpoint the key store has seen: what lies
    between is lost, and this entry says so for ever. Keys that came from a backup have seen nothing
    of what came after it: then the entry says when that was made.
    """
    serialise(tx, LOCK)
    last = Epoch.objects.using(tx.alias).order_by("-number").first()
    known = vault.last_checkpoint()
    number = 1 + max(0 if last is None else last.number, 0 if known is None else known[0])
    key = vault.signing_key()
    origin = f"troth/{vault.store_id()[:16]}/{number}"
    epoch = Epoch(number=number, origin=origin, vkey=vkey_of(origin, key), began_at=tx.now)
    epoch.root = tiles.EMPTY_ROOT
    previous = _previous(last, known)
    about: dict[str, Any] = {"number": number, "cause": cause, "previous": previous}
    if (backed_up := vault.keys_restored_from()) is not None:
        about["keys_restored_from"] = moment(backed_up)
    first = record(tx, LedgerEntry(EPOCH_KIND, about=about))
    tx.pending.flush(tx.alias)
    epoch.save(using=tx.alias, force_insert=True)
    rows = Entry.objects.using(tx.alias).filter(pk=first).values_list("id", "leaf")
    return _append(tx, epoch, list(rows))


def _previous(last: Epoch | None, known: tuple[int, int, str] | None) -> Mapping[str, Any] | None:
    """Tell what these data end with, and how far the keys have seen the log go."""
    if last is None:
        return None
    mine = (last.number, last.size, last.checkpoint)
    epoch, size, note = mine if known is None else max(mine, known)
    return {
        "epoch": last.number,
        "restored_size": last.size,
        "restored_root": bytes(last.root).hex(),
        "known_epoch": epoch,
        "known_size": size,
        "known_checkpoint": note,
    }


def integrate(tx: Tx) -> Epoch | None:
    """Give waiting entries their index, extend the tree and sign its checkpoint.

    One process at a time; all of it in one transaction, so a crash leaves nothing half done.
    Returns the epoch as it then is, None where no entry waited or no epoch has begun.
    """
    serialise(tx, LOCK)
    epoch = Epoch.objects.using(tx.alias).order_by("-number").first()
    if epoch is None:
        return None
    waiting = Entry.objects.using(tx.alias).filter(index=None).order_by("id")
    rows = list(waiting.values_list("id", "leaf")[:ENTRIES_MAX])
    return _append(tx, epoch, rows) if rows else None


def _append(tx: Tx, epoch: Epoch, rows: Sequence[tuple[Any, Any]]) -> Epoch:
    key = vault.signing_key()
    if epoch.vkey != vkey_of(epoch.origin, key):
        raise vault.KeyStoreError(
            Message(
                mark(
                    "The ledger is not signed by the key store in use; name the folder of its own"
                    " with TROTH_KEYS. Nothing was signed."
                )
            )
        )
    edge = _edge(tx, epoch)
    changed, root = tiles.extend(epoch.size, edge, [leaf_hash(bytes(leaf)) for _, leaf in rows])
    _set_index(tx, epoch, [entry_id for entry_id, _ in rows])
    _write_tiles(tx, epoch.number, changed)
    epoch.size += len(rows)
    epoch.root = root
    epoch.checkpoint = sign(Checkpoint(epoch.origin, epoch.size, root), key)
    epoch.save(using=tx.alias)
    return epoch


def _edge(tx: Tx, epoch: Epoch) -> dict[int, bytes]:
    """Return the last tile of each level, as far as it is not full."""
    stored = Tile.objects.using(tx.alias).filter(epoch=epoch.number)
    last = stored.values("level").annotate(number=Max("number")).values_list("level", "number")
    edge = {}
    for level, number in last:
        hashes = bytes(stored.get(level=level, number=number).hashes)
        if len(hashes) < tiles.TILE_BYTES:
            edge[level] = hashes
    return edge


def _set_index(tx: Tx, epoch: Epoch, ids: Sequence[Any]) -> None:
    connection = connections[tx.alias]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"UPDATE {ENTRY_TABLE} SET epoch = %s, idx = given.idx"  # noqa: S608 - our own table
                " FROM unnest(%s::uuid[], %s::bigint[]) AS given(id, idx)"
                f" WHERE {ENTRY_TABLE}.id = given.id",
                [epoch.number, list(ids), list(range(epoch.size, epoch.size + len(ids)))],
            )
        else:
            cursor.executemany(
                f"UPDATE {ENTRY_TABLE} SET epoch = %s, idx = %s WHERE id = %s",  # noqa: S608 - our own table
                [(epoch.number, epoch.size + n, entry.hex) for n, entry in enumerate(ids)],
            )


def _write_tiles(tx: Tx, epoch: int, changed: Mapping[tuple[int, int], bytes]) -> None:
    Tile.objects.using(tx.alias).bulk_create(
        [
            Tile(epoch=epoch, level=level, number=number, hashes=hashes)
            for (level, number), hashes in changed.items()
        ],
        update_conflicts=True,
        unique_fields=["epoch", "level", "number"],
        update_fields=["hashes"],
    )


def note_copy(tx: Tx) -> None:
    """Enter that an auditor's copy is made: whoever holds it sees all that was done."""
    last = Epoch.objects.using(tx.alias).order_by("-number").first()
    about = {"epoch": 0 if last is None else last.number, "size": 0 if last is None else last.size}
    record(tx, LedgerEntry("ledger.copied", about=about))
