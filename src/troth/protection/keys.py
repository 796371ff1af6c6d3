"""A backup of the key store, apart from that of the data, and its way back.

`keys.db` is copied while it is in use and sealed. The generation keys, wrapped by the operator's
key, stand once beside all backups; one that the live store has destroyed is destroyed there too,
so that a copy of the keys from before opens nothing: that makes an erasure final in every copy.
"""

import hmac
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from troth import vault
from troth.policy.words import Message, mark
from troth.protection.backup import Sealed
from troth.protection.envelope import Identity, opened_file, sealed_file
from troth.protection.errors import BackupError
from troth.protection.folders import KEYS_FILE, describe, draft_in, name_in
from troth.protection.readme import KEYS
from troth.vault.durable import destroy_file, replace_file, sync_folder
from troth.vault.errors import KeyStoreError
from troth.vault.store import FILE, GENERATIONS, KeyStore

COPY: Final = "copy.db"
OLD: Final = ".old-"
OWNER: Final = "store"
"""Beside the generation keys: the id of the key store they are of."""
ATTEMPTS: Final = 5
PAGES_AT_ONCE: Final = 1_000
CHUNK_BYTES: Final = 1_000_000
NEEDED: Final = (
    "SELECT CAST(CAST(value AS TEXT) AS INTEGER) FROM meta WHERE name = 'generation'"
    " UNION SELECT generation FROM person_key UNION SELECT generation FROM index_row"
)


def demand_apart(data: Path, keys: Path) -> None:
    """Refuse to put the keys where the data are. Raises BackupError."""
    one, other = data.resolve(), keys.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise BackupError(
            Message(
                mark(
                    "The backup of the keys cannot be in %(keys)s, beside that of the data in"
                    " %(data)s: who finds both has everything. Name a folder apart."
                ),
                {"keys": keys, "data": data},
            )
        )


def demand_outside(backup: Path, live: Path) -> None:
    """Refuse a backup within what it is of, or of the keys beside it. Raises BackupError."""
    one, other = backup.resolve(), live.resolve()
    if one == other or other in one.parents:
        raise BackupError(
            Message(
                mark(
                    "%(folder)s lies within %(live)s, and would be lost with it: name a folder"
                    " outside, best on another disk."
                ),
                {"folder": backup, "live": live},
            )
        )


def back_up_keys(parent: Path, to: Sealed, at: datetime) -> Path:
    """Write a backup of the key store into a folder of its own in `parent`. Raises BackupError."""
    store = vault.open_store()
    with draft_in(parent, at) as draft:
        describe(draft, KEYS, to.identity, at)
        copy = draft / COPY
        kept = parent / GENERATIONS
        kept.mkdir(mode=0o700, exist_ok=True)
        _claim(kept, store.id, store.folder / GENERATIONS)
        try:
            alive = _copy_consistently(store, copy, kept)
            vault.mark_as_backup(copy, at)
            with (
                sealed_file(draft / KEYS_FILE, to.recipients) as sealing,
                copy.open("rb") as source,
            ):
                while content := source.read(CHUNK_BYTES):
                    sealing.write(content)
        except sqlite3.DatabaseError as error:
            raise BackupError(
                Message(
                    mark("The key store %(file)s could not be copied (%(error)s)."),
                    {"file": store.file, "error": error},
                )
            ) from error
        finally:
            destroy_file(copy)
        _destroy_gone(alive, kept)
    return name_in(parent, at)


def _claim(kept: Path, store: str, live: Path) -> None:
    """Refuse a folder with the generation keys of another server, which would be destroyed here.

    A folder without a note of whose it is, is ours if one of its keys is. Raises BackupError.
    """
    note = kept / OWNER
    if note.exists():
        ours = note.read_text(encoding="ascii").strip() == store
    else:
        there = [file for file in kept.iterdir() if file.name.isdigit()]
        ours = not there or any(_same(file, live / file.name) for file in there)
    if ours is False:
        raise BackupError(
            Message(
                mark(
                    "%(folder)s holds the keys of another key store, and nothing was written"
                    " there; name a folder of its own for the backups of these keys."
                ),
                {"folder": kept.parent},
            )
        )
    if not note.exists():
        replace_file(note, f"{store}\n".encode())


def _same(one: Path, other: Path) -> bool:
    return other.exists() and one.read_bytes() == other.read_bytes()


def _copy_consistently(store: KeyStore, copy: Path, kept: Path) -> set[str]:
    """Copy the key store and every generation key its rows need, though a rotation goes on.

    Returns the generations that were alive then. Raises BackupError.
    """
    live, address = store.folder / GENERATIONS, store.file.absolute().as_uri()
    gone: set[int] = set()
    for _ in range(ATTEMPTS):
        copy.unlink(missing_ok=True)
        copy.touch(mode=0o600)
        _keep_generations(store, kept)
        with (
            closing(sqlite3.connect(f"{address}?mode=rw", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target, pages=PAGES_AT_ONCE)
            target.execute("PRAGMA journal_mode = DELETE")  # a file that stands alone
        _keep_generations(store, kept)
        alive = {place.name for place in live.iterdir()}
        lacking = {number for number in needed(copy) if str(number) not in alive}
        if not lacking:
            return alive
        if gone & lacking:
            raise _missing(store, min(gone & lacking))
        gone = lacking
    raise BackupError(
        Message(
            mark(
                "The keys are being wrapped anew just now, so no backup of them was made;"
                " try again."
            ),
        )
    )


def _missing(store: KeyStore, number: int) -> BackupError:
    """Say which generation key is not there.

    A rotation destroys one when nothing needs it any more: what a later copy needs was not
    destroyed by one.
    """
    return BackupError(
        Message(
            mark(
                "The generation key %(file)s is missing, and what it wraps opens nothing without"
                " it: put it back, from the folder “generations” beside the backups of these keys."
                " No backup of the keys was made."
            ),
            {"file": store.generation_file(number)},
        )
    )


def needed(file: Path) -> list[int]:
    """Return the generations that wrap what is in a copy of the key store."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as copy:
        return [row[0] for row in copy.execute(NEEDED)]


def _keep_generations(store: KeyStore, kept: Path) -> None:
    """Put each wrapped generation key there once; one that the operator wrapped anew replaces.

    Raises BackupError where another key of that number is there.
    """
    for file in sorted((store.folder / GENERATIONS).iterdir()):
        if not file.name.isdigit():
            continue
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            continue  # destroyed this moment
        place = kept / file.name
        if place.exists() and place.read_bytes() != content:
            _demand_same_key(store, place, content)
            old = kept / f"{OLD}{file.name}"
            place.rename(old)
            replace_file(place, content)
            destroy_file(old)
        elif not place.exists():
            replace_file(place, content)


def _demand_same_key(store: KeyStore, place: Path, content: bytes) -> None:
    """Refuse to replace the key of a younger backup, as whoever restored an older one would.

    What no operator's key opens any more is of no use to anybody.
    """
    name = f"generation {place.name}"
    try:
        there = store.unwrap(place.read_bytes(), name)
    except KeyStoreError:
        return
    if not hmac.compare_digest(there, store.unwrap(content, name)):
        raise BackupError(
            Message(
                mark(
                    "%(folder)s holds keys younger than those restored here, and nothing was"
                    " written there; name another folder for the backups of these keys."
                ),
                {"folder": place.parent.parent},
            )
        )


def _destroy_gone(alive: set[str], kept: Path) -> None:
    """Destroy what the live store has destroyed; a younger generation is of a younger backup."""
    newest = max(int(name) for name in alive if name.isdigit())
    for file in kept.iterdir():
        gone = file.name.isdigit() and file.name not in alive and int(file.name) < newest
        if gone or file.name.startswith(OLD):
            destroy_file(file)


class PlacedKeys:
    """The keys of a backup in the key folder; `take_away` undoes that where the rest fails."""

    def __init__(self, backup: Path, identities: Sequence[Identity], folder: Path) -> None:
        self._placed: list[Path] = []
        self._made: list[Path] = []
        self._folder = folder
        try:
            self._place(backup, identities)
        except BaseException:
            self.take_away()
            raise

    def take_away(self) -> None:
        """Remove what was placed, and the folders that were made for it."""
        for file in self._placed:
            for name in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
                destroy_file(name)
        for made in reversed(self._made):
            with suppress(OSError):
                made.rmdir()  # where somebody put something meanwhile, it stays

    def _place(self, backup: Path, identities: Sequence[Identity]) -> None:
        demand_no_keys(self._folder)
        for folder in (self._folder, self._folder / GENERATIONS):
            if not folder.exists():
                folder.mkdir(mode=0o700, parents=True)
                self._made.append(folder)
        draft = self._folder / f".{FILE}.restoring"
        self._placed.append(draft)
        destroy_file(draft)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with (
            os.fdopen(handle, "wb") as copy,
            opened_file(backup / KEYS_FILE, identities) as content,
        ):
            shutil.copyfileobj(content, copy, CHUNK_BYTES)
            copy.flush()
            os.fsync(copy.fileno())
        try:
            generations = needed(draft)
            vault.mark_as_backup(draft, None)  # one from before backups were marked
        except sqlite3.DatabaseError as error:
            raise BackupError(
                Message(
                    mark("%(folder)s holds no backup of a key store (%(error)s)."),
                    {"folder": backup, "error": error},
                )
            ) from error
        for number in generations:
            self._place_generation(backup, number)
        self._placed.append(self._folder / FILE)
        draft.rename(self._folder / FILE)
        sync_folder(self._folder)

    def _place_generation(self, backup: Path, number: int) -> None:
        place = self._folder / GENERATIONS / str(number)
        if place.exists():
            return
        try:
            content = (backup.parent / GENERATIONS / str(number)).read_bytes()
        except OSError:
            raise BackupError(
                Message(
                    mark(
                        "The keys in %(folder)s open nothing any more: the generation key"
                        " %(number)s that wraps them was destroyed. Use a younger backup of them."
                    ),
                    {"folder": backup, "number": number},
                )
            ) from None
        self._placed.append(place)
        replace_file(place, content)


def demand_no_keys(folder: Path) -> None:
    """Refuse to put keys where there are some. Raises BackupError."""
    if (folder / FILE).exists():
        raise BackupError(
            Message(
                mark(
                    "%(folder)s holds a key store already. If it is the one of these data it is"
                    " younger than any backup of it: leave out --keys to use it. Else name another"
                    " key folder (TROTH_KEYS)."
                ),
                {"folder": folder},
            )
        )


def demand_keys(folder: Path) -> None:
    """Refuse to restore data that nothing would open. Raises BackupError."""
    if not (folder / FILE).exists():
        raise BackupError(
            Message(
                mark(
                    "There is no key store in %(folder)s, without which nothing in the backup"
                    " opens: name a backup of the keys with --keys, or the key folder with"
                    " TROTH_KEYS."
                ),
                {"folder": folder},
            )
        )
