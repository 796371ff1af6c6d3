"""Bring the rows of a backup into a store whose tables stand and are empty."""

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import DataError, IntegrityError, connections

from troth import vault
from troth.policy.words import Message, mark
from troth.protection.archive import Reader, signed
from troth.protection.envelope import damaged
from troth.protection.errors import BackupError
from troth.protection.manifest import Layout
from troth.store import Store
from troth.store.fill import check_references, defer_references, empty, fill, go_on_counting


def demand_our_keys(layout: Layout) -> None:
    """Refuse data that were sealed with other keys than those that are here. Raises BackupError."""
    ours = vault.store_id()
    if layout.keys and layout.keys != ours:
        raise BackupError(
            Message(
                mark(
                    "The backup belongs to the key store %(theirs)s, and this one is %(ours)s:"
                    " nothing in it would open. Name the right keys with --keys or TROTH_KEYS."
                ),
                {"theirs": layout.keys[:8], "ours": ours[:8]},
            )
        )


def load(archive: Reader, store: Store, file: Path) -> None:
    """Write all rows of an archive; at its end everything is compared. Raises BackupError.

    Call it where nothing stays if it raises.
    """
    standing = set(connections[store.alias].introspection.table_names())
    for shape in archive.layout.tables:
        if shape.name not in standing:
            raise BackupError(
                Message(
                    mark(
                        "%(file)s holds a table %(table)s that this Troth does not know; restore it"
                        " with the version that made it (%(version)s)."
                    ),
                    {"file": file, "table": shape.name, "version": archive.layout.troth},
                )
            )
        empty(store.alias, shape.name)
    defer_references(store.alias)
    try:
        for shape, rows in archive.parts():
            fill(store.alias, shape, rows)
        for shape in archive.layout.tables:
            go_on_counting(store.alias, shape)
        check_references(store.alias)
    except (IntegrityError, DataError) as error:
        raise BackupError(
            Message(
                mark("%(file)s holds rows that this database does not take (%(error)s)."),
                {"file": file, "error": _first_line(error)},
            )
        ) from None


def _first_line(error: Exception) -> str:
    """Return what the database says, without the row it says it of."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def demand_signature(archive: Reader, file: Path) -> None:
    """Refuse a backup that another than the server of these keys has made. DamagedBackupError.

    Whoever knows the public keys can seal a file; only the server can sign what is in it.
    """
    key: Ed25519PublicKey = vault.signing_key().public_key()
    try:
        key.verify(archive.signature, signed(archive.manifest_bytes))
    except InvalidSignature:
        raise damaged(file) from None
