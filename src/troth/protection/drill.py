"""Try a backup: restore it in a scratch place, and compare that with what it tells of itself.

Nothing else is touched. The scratch is a bare SQLite file in a temporary folder of this user's own,
whatever database the backup came from; it is removed afterwards.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from msgspec import Struct

from troth.ledger.verify import UnreadableLogError, verify
from troth.ledger.verify.data import DataSource
from troth.policy.words import Message, mark
from troth.protection.archive import Reader, TableHash, parts
from troth.protection.envelope import Identity, opened_file
from troth.protection.folders import DATA_FILE
from troth.protection.manifest import Manifest
from troth.store import Store
from troth.store.aside import add_index, all_or_nothing, make_bare, store_aside
from troth.store.fill import fill
from troth.store.snapshot import snapshot
from troth.versions import facts

INDEXES: Final = {
    "ledger_entry": ("epoch", "idx"),
    "ledger_tile": ("epoch", "level", "number"),
    "versions_versionfile": ("version_id",),
}
"""What a verification looks up by."""

Told = Callable[[int], None]


class DrillResult(Struct, frozen=True):
    """What came of a trial: it holds if nothing was found."""

    manifest: Manifest
    findings: tuple[Message, ...]
    entries: int
    """How many entries of the ledger were verified."""

    @property
    def holds(self) -> bool:
        """Whether everything is there, as it was."""
        return not self.findings


def drill(folder: Path, identities: Sequence[Identity], told: Told | None = None) -> DrillResult:
    """Try the backup in a folder; `told` is how many bytes of it were read.

    Raises BackupError where it cannot be opened, or is not what was written.
    """
    with (
        TemporaryDirectory(prefix="troth-drill-") as scratch,
        store_aside(Path(scratch) / "scratch.db") as store,
    ):
        manifest = _restore(folder, identities, store, told)
        findings = _compare(store, manifest)
        entries, faults = _verify_ledger(store, manifest)
        return DrillResult(manifest, (*findings, *faults), entries)


def _restore(
    folder: Path, identities: Sequence[Identity], store: Store, told: Told | None
) -> Manifest:
    file = folder / DATA_FILE
    with all_or_nothing(store), opened_file(file, identities, told) as content:
        archive = Reader(content, file)
        make_bare(store, archive.layout.tables)
        for shape, rows in archive.parts():
            fill(store.alias, shape, rows)
        for shape in archive.layout.tables:
            if shape.name in INDEXES:
                add_index(store, shape.name, INDEXES[shape.name])
    return archive.manifest


def _compare(store: Store, manifest: Manifest) -> list[Message]:
    """Read every table again, and tell which does not have the rows that were backed up."""
    wrong = []
    with snapshot(store.alias) as moment:
        for shape, told in zip(manifest.layout.tables, manifest.tables, strict=True):
            counted = TableHash(shape.name)
            for rows, encoded in parts(moment.rows(shape)):
                counted.add(len(rows), encoded)
            if counted.told() != told:
                wrong.append(
                    Message(
                        mark("The table %(table)s did not come back as it was."),
                        {"table": shape.name},
                    )
                )
    return wrong


def _verify_ledger(store: Store, manifest: Manifest) -> tuple[int, list[Message]]:
    """Verify the tree over the restored entries against the checkpoint the backup tells."""
    if manifest.ledger is None:
        return 0, []
    source = DataSource(store.alias, lambda: facts.all_files(store.alias))
    try:
        report = verify(source, saved=[manifest.ledger.checkpoint])
    except UnreadableLogError as error:
        return 0, [error.message]
    entries = sum(epoch.entries for epoch in report.epochs)
    return entries, [found.message for found in report.findings]
