"""Make a backup of the data: one moment, as portable rows, sealed, complete or not there."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

import troth
from troth import vault
from troth.policy.words import Message, mark
from troth.protection.archive import Writer, manifest_bytes, signed
from troth.protection.envelope import Recipient, sealed_file
from troth.protection.errors import BackupError
from troth.protection.folders import DATA_FILE, describe, draft_in, name_in
from troth.protection.identities import own_identity
from troth.protection.manifest import FORMAT, Layout, Manifest, Seen, TableTold
from troth.protection.readme import DATA
from troth.store import Store
from troth.store.shape import Shape, UnfitValueError, UnknownKindError
from troth.store.snapshot import Snapshot, snapshot

SESSIONS: Final = "django_session"
MIGRATIONS: Final = "django_migrations"
MARKER: Final = "troth_database"
KEYS: Final = "vault_keystore"
SIGNED_IN: Final = "people_signedin"
LEFT_OUT: Final = (MIGRATIONS, SESSIONS, SIGNED_IN, MARKER)
"""Sessions, and what names them: a restore signs nobody in, and no cookie is in any copy.
Migrations are told in the layout. The marker is made."""

Progress = Callable[[int, int], None]
"""Told how many of how many are done."""


class Sealed(Struct, frozen=True):
    """Whom a backup is sealed to: `identity` is the one a passphrase opens, encrypted by it."""

    recipients: tuple[Recipient, ...]
    identity: bytes | None = None


class Made(Struct, frozen=True):
    """A backup that stands complete."""

    folder: Path
    sha256: str
    length: int
    manifest: Manifest


def back_up(
    store: Store, parent: Path, to: Sealed, at: datetime, progress: Progress | None = None
) -> Made:
    """Write a backup of a store into a folder of its own in `parent`; others write on meanwhile.

    The server's own drill identity can open it too. Raises BackupError; then nothing of it stays.
    """
    drill = own_identity(vault.drill_identity()).to_public()
    try:
        with draft_in(parent, at) as draft:
            describe(draft, DATA, to.identity, at)
            with (
                snapshot(store.alias) as moment,
                sealed_file(draft / DATA_FILE, (*to.recipients, drill)) as sealing,
            ):
                layout = layout_of(moment, at)
                writer = Writer(sealing, layout)
                manifest = _write(moment, writer, layout, progress or _quiet)
                signature = vault.signing_key().sign(signed(manifest_bytes(manifest)))
                writer.close(manifest, signature)
    except UnfitValueError as error:
        raise BackupError(
            Message(
                mark(
                    "The table %(table)s holds a value in %(column)s that does not belong there:"
                    " somebody changed the database by hand. No backup was made; mend that row."
                ),
                {"table": error.table, "column": error.column},
            )
        ) from None
    except UnknownKindError as error:
        raise BackupError(
            Message(
                mark("No backup was made: %(column)s is of a type that backups do not know."),
                {"column": error},
            )
        ) from None
    return Made(name_in(parent, at), sealing.sha256, sealing.length, manifest)


def _quiet(_done: int, _total: int) -> None:
    """Tell nobody."""


def layout_of(moment: Snapshot, at: datetime) -> Layout:
    """Return what the rows of a moment are."""
    shapes = moment.shapes()
    by_name = {shape.name: shape for shape in shapes}
    return Layout(
        format=FORMAT,
        troth=troth.__version__,
        made_at=at.astimezone(UTC),
        database=moment.vendor,
        keys="".join(_values(moment, by_name[KEYS], "store")) if KEYS in by_name else "",
        migrations=tuple(
            sorted(
                zip(
                    _values(moment, by_name[MIGRATIONS], "app"),
                    _values(moment, by_name[MIGRATIONS], "name"),
                    strict=True,
                )
            )
        ),
        tables=tuple(shape for shape in shapes if shape.name not in LEFT_OUT),
        left_out=tuple(name for name in LEFT_OUT if name in by_name),
    )


def _values(moment: Snapshot, shape: Shape, column: str) -> list[str]:
    place = shape.names.index(column)
    return [row[place] for row in moment.rows(shape)]


def _write(moment: Snapshot, writer: Writer, layout: Layout, progress: Progress) -> Manifest:
    total = sum(map(moment.count, layout.tables))
    seen, done = Seen(layout.made_at), 0
    told: list[TableTold] = []
    progress(0, total)
    for shape in layout.tables:
        for rows in writer.table(shape, moment.rows(shape)):
            seen.see(shape, rows)
            done += len(rows)
            progress(done, total)
        told.append(writer.last_told)
    return seen.told(layout, told)


def demand_someone(recipients: Sequence[Recipient], passphrase: str | None) -> None:
    """Refuse a backup nobody but the server could open. Raises BackupError."""
    if not recipients and not passphrase:
        raise BackupError(
            Message(
                mark(
                    "Say who may open the backup: `troth backup --new-identity FILE` makes a key"
                    " pair, --to (or backup_to in troth.toml) takes its public key; or give a"
                    " passphrase with --passphrase-file or TROTH_BACKUP_PASSPHRASE."
                )
            )
        )
