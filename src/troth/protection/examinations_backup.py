"""Does the newest backup restore, and is what is answered really on disk?"""

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from troth import vault
from troth.policy.promise import Evidence, Verdict
from troth.policy.words import Message, mark
from troth.protection.drill import drill
from troth.protection.errors import BackupError
from troth.protection.folders import DATA_FILE
from troth.protection.identities import own_identity
from troth.protection.models import Backup

CONTROL: Final = "protection.backup-restores"
AGE_MAX: Final = timedelta(days=7)
SAMPLES_MAX: Final = 10
DURABLE_SQLITE: Final[Mapping[str, Container[object]]] = {
    "synchronous": {2, 3},
    "journal_mode": {"wal"},
}
"""FULL or EXTRA (SQLite, PRAGMA synchronous)."""
DURABLE_POSTGRES: Final = ("fsync", "full_page_writes", "synchronous_commit")
LOST: Final = "off"

NONE_YET: Final = mark("No backup was made yet; make one with `troth backup`.")
OUT_OF_REACH: Final = mark("The newest backup cannot be reached from here, so it was not tried.")
KEPT: Final = mark("The newest backup was restored and equals what was stored (rows: %(rows)s).")
BROKEN: Final = mark("The newest backup is too old or does not restore, or writes may be lost.")


def examine(alias: str, now: datetime) -> Evidence:
    """Restore the newest backup aside, compare it, and look how the database writes."""
    wrong = [*_not_durable(alias), *(f"keys: {one}" for one in vault.weak_writes())]
    newest = Backup.objects.using(alias).order_by("-at", "-id").first()
    examined, why = 0, Message(NONE_YET)
    figures: dict[str, str | int] = {}
    if newest is not None:
        figures = {
            mark("Hours since the newest backup"): int((now - newest.at).total_seconds() // 3600),
            mark("Rows in it"): newest.rows,
            mark("Bytes of it"): newest.bytes,
        }
        if now - newest.at > AGE_MAX:
            wrong.append("the newest backup is older than seven days")
        reached, faults = _tried(newest)
        wrong += faults
        examined = newest.rows if reached else 0
        why = Message(KEPT, {"rows": newest.rows}) if reached else Message(OUT_OF_REACH)
    verdict: Verdict = "kept" if examined else "unproven"
    return Evidence(
        control=CONTROL,
        verdict="broken" if wrong else verdict,
        examined=examined or len(wrong),
        at=now,
        why=Message(BROKEN) if wrong else why,
        figures=figures,
        samples=tuple(wrong[:SAMPLES_MAX]),
    )


def _tried(backup: Backup) -> tuple[bool, list[str]]:
    """Restore a backup; tell whether it could be reached, and what is wrong with it."""
    folder = Path(backup.folder)
    try:
        with (folder / DATA_FILE).open("rb") as file:
            found = file_digest(file, "sha256").hexdigest()
    except OSError:
        return False, []
    if found != backup.sha256:
        return True, ["the file is not the one that was written"]
    try:
        result = drill(folder, [own_identity(vault.drill_identity())])
    except BackupError as error:
        return True, [f"it does not restore: {type(error).__name__}"]
    wrong = [finding.render(str) for finding in result.findings]
    if (result.manifest.rows, result.manifest.tables_hash) != (backup.rows, backup.tables_hash):
        wrong.append("it holds other rows than were recorded")
    return True, wrong


def _not_durable(alias: str) -> list[str]:
    """Ask a fresh connection, made as the store's own are, what of its writes a crash may lose."""
    with _fresh(alias) as fresh, fresh.cursor() as cursor:
        if fresh.vendor == "postgresql":
            found = {}
            for name in DURABLE_POSTGRES:
                cursor.execute(f"SHOW {name}")
                found[name] = cursor.fetchone()[0]
            return [f"{name}={value}" for name, value in found.items() if value == LOST]
        wrong = []
        for name, good in DURABLE_SQLITE.items():
            cursor.execute(f"PRAGMA {name}")
            value = cursor.fetchone()[0]
            if value not in good:
                wrong.append(f"{name}={value}")
        return wrong


@contextmanager
def _fresh(alias: str) -> Iterator[BaseDatabaseWrapper]:
    """Open a connection as the store's own are opened; of a store in memory, to a file."""
    fresh = connections[alias].copy()
    with TemporaryDirectory(prefix="troth-fresh-") as scratch:
        if fresh.vendor == "sqlite" and not Path(str(fresh.settings_dict["NAME"])).is_absolute():
            fresh.settings_dict["NAME"] = str(Path(scratch) / "fresh.db")
        fresh.connect()
        try:
            yield fresh
        finally:
            fresh.connection.close()
