"""Faults put behind the application's back, to show that the controls of protection catch them."""

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connections
from msgspec import structs

from troth import vault
from troth.gate import Decision
from troth.gate.decide import decide
from troth.gate.facts import UseFacts
from troth.ledger import LedgerEntry, record
from troth.people.actions import CATEGORY, PURPOSE, enrol
from troth.people.facts import EMAIL
from troth.people.models import Detail
from troth.policy.promise import Store
from troth.protection import canary
from troth.protection.actions import note_backup
from troth.protection.backup import Made, Sealed, back_up
from troth.protection.examinations_backup import AGE_MAX
from troth.protection.folders import DATA_FILE
from troth.store import Tx
from troth.store.aside import store_aside
from troth.versions import facts

SABOTAGE: Final = "sabotage"
TABLES: Final = (
    "CREATE TABLE django_migrations (id integer PRIMARY KEY, app text, name text)",
    "CREATE TABLE sample (id integer PRIMARY KEY, word varchar(20))",
    "INSERT INTO sample (id, word) VALUES (1, 'one'), (2, 'two')",
)
FILE: Final = "forgotten.tmp"

_folders: list[Path] = []
_options: dict[str, dict[str, Any]] = {}


def small_backup(folder: Path, at: datetime) -> Made:
    """Make a true backup of a small store, in a folder."""
    with (
        tempfile.TemporaryDirectory(prefix="troth-small-") as scratch,
        store_aside(Path(scratch) / "small.db") as small,
    ):
        with connections[small.alias].cursor() as cursor:
            for statement in TABLES:
                cursor.execute(statement)
        return back_up(small, folder, Sealed(()), at)


def note(store: Store, made: Made, file_sha256: str) -> None:
    """Record a backup as `troth backup` does."""
    tx = _tx(store)
    note_backup(tx, str(made.folder), file_sha256, made.length, made.manifest)
    tx.pending.flush(store.alias)


def _backup(store: Store, *, at: datetime | None = None) -> Made:
    del store
    folder = Path(tempfile.mkdtemp(prefix="troth-sabotage-"))
    _folders.append(folder)
    return small_backup(folder, at or datetime.now(UTC))


def _flip(made: Made) -> str:
    """Flip a byte in the middle of a backup; return the hash of what it is then."""
    file = made.folder / DATA_FILE
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    return sha256(content).hexdigest()


def backup_tampered(store: Store) -> None:
    """Change a backup after it was recorded."""
    made = _backup(store)
    note(store, made, made.sha256)
    _flip(made)


def backup_unreadable(store: Store) -> None:
    """Record a backup that was damaged before: its hash is right, and it does not restore."""
    made = _backup(store)
    note(store, made, _flip(made))


def backup_overdue(store: Store) -> None:
    """Let the newest backup be older than it may be."""
    made = _backup(store, at=datetime.now(UTC) - AGE_MAX - timedelta(days=60))
    with connections[store.alias].cursor() as cursor:
        cursor.execute("DELETE FROM protection_backup")
    note(store, made, made.sha256)


def forget_backups(_store: Store) -> None:
    """Remove the folders of such backups."""
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)


def synchronous_off(store: Store) -> None:
    """Let the database answer before what it was given is on disk."""
    connection = connections[store.alias]
    options = connection.settings_dict["OPTIONS"]
    _options[store.alias] = dict(options)
    if connection.vendor == "postgresql":
        options["options"] = f"{options.get('options', '')} -c synchronous_commit=off".strip()
    else:
        options["init_command"] += "PRAGMA synchronous=OFF;"


def synchronous_on(store: Store) -> None:
    """Open connections as before."""
    if (before := _options.pop(store.alias, None)) is not None:
        options = connections[store.alias].settings_dict["OPTIONS"]
        options.clear()
        options.update(before)


def keys_synchronous_off(_store: Store) -> None:
    """Let the key store answer before a key is on disk."""
    vault.open_store().connection.execute("PRAGMA synchronous=OFF")


def keys_left_behind(_store: Store) -> None:
    """Let the key store leave what it deletes in its file."""
    vault.open_store().connection.execute("PRAGMA secure_delete=OFF")


def keys_kept(_store: Store) -> None:
    """Open the key store as before."""
    vault.close_store()


def byte_flipped(store: Store) -> None:
    """Flip a byte of a sealed value."""
    row = _enrolled(store)
    box = bytearray(row.box or b"")
    box[-1] ^= 1
    Detail.objects.using(store.alias).filter(pk=row.pk).update(box=bytes(box))


def plaintext_in_row(store: Store) -> None:
    """Put a value into a row as it is."""
    row = _enrolled(store)
    words = f"kept for {canary.words()[0]}"
    Detail.objects.using(store.alias).filter(pk=row.pk).update(purpose=words)


def plaintext_in_file(_store: Store) -> None:
    """Leave a value in a file of the data folder."""
    file = Path(settings.CONFIG.data) / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"…{canary.words()[1]}…", encoding="utf-8")


def forget_file(_store: Store) -> None:
    """Remove that file."""
    (Path(settings.CONFIG.data) / FILE).unlink(missing_ok=True)


def _enrolled(store: Store) -> Detail:
    """Enrol somebody, and return one value that is held of her."""
    tx = _tx(store)
    person = vault.new_person()
    given = {EMAIL: f"{person}@example.invalid", canary.NAME: "Made-up Somebody"}
    enrol(tx, person, given, of_age=True)
    tx.pending.flush(store.alias)
    return Detail.objects.using(store.alias).filter(person=person).latest("id")


def use_without_purpose(store: Store) -> None:
    """Enter a use that does not say what for."""
    tx = _tx(store)
    decision = structs.replace(_decided(tx, PURPOSE), allowed=True)
    _enter(tx, LedgerEntry("sabotage.used", decision.version, decision=decision))


def decision_turned(store: Store) -> None:
    """Enter a yes where the policy says no, with a hash as it should be."""
    tx = _tx(store)
    question = UseFacts(category=CATEGORY, purpose="never-declared")
    turned = structs.replace(_decided(tx, question.purpose), allowed=True)
    _enter(tx, LedgerEntry("sabotage.used", turned.version, facts=question, decision=turned))


def _decided(tx: Tx, purpose: str) -> Decision:
    rules = facts.current_rulebook(tx)
    if rules is None:
        raise LookupError("no policy is in force")
    return decide(rules, UseFacts(category=CATEGORY, purpose=purpose), tx.now)


def _enter(tx: Tx, entry: LedgerEntry) -> None:
    record(tx, entry)
    tx.pending.flush(tx.alias)


def _tx(store: Store) -> Tx:
    return Tx(store.alias, datetime.now(UTC), SABOTAGE)
