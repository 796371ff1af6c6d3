"""Verbs of protection.

`note_backup(tx, …) -> EntryId`     a backup of the data was made
"""

from troth.ledger import EntryId, LedgerEntry, record
from troth.protection.manifest import Manifest
from troth.protection.models import Backup
from troth.store import Tx


def note_backup(tx: Tx, folder: str, file_sha256: str, file_bytes: int, told: Manifest) -> EntryId:
    """Note a backup that stands complete at `folder`; `told` is what it tells of itself."""
    epoch, size = (0, 0) if told.ledger is None else (told.ledger.epoch, told.ledger.size)
    entry = record(
        tx,
        LedgerEntry(
            "protection.backed-up",
            told.policy,
            about={
                "file": file_sha256,
                "bytes": file_bytes,
                "rows": told.rows,
                "tables": told.tables_hash,
                "epoch": epoch,
                "size": size,
            },
        ),
    )
    Backup.objects.using(tx.alias).create(
        at=told.layout.made_at,
        folder=folder,
        sha256=file_sha256,
        bytes=file_bytes,
        rows=told.rows,
        tables_hash=told.tables_hash,
        ledger_epoch=epoch,
        ledger_size=size,
        entry=entry,
    )
    return entry
