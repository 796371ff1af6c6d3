"""The key store: its own SQLite file and folder, apart from the data, one in a process.

`keys.db` holds persons' keys and index rows, wrapped by a generation key; the list of erased
persons; the ledger's signing key and other secrets, wrapped by the operator's key. The generation
keys are files beside it: a copy of `keys.db` opens nothing once its generation is destroyed.
"""

import fcntl
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from troth.policy.words import Message, mark
from troth.vault.boxes import new_key, open_box, place, seal_box
from troth.vault.cache import Cache
from troth.vault.durable import destroy_file, replace_file
from troth.vault.errors import DamagedError, KeyStoreError
from troth.vault.schema import bring_up_to_date, demand_key_store
from troth.vault.source import FINGERPRINT_BYTES, OperatorKey, Source
from troth.vault.sqlite import BUSY_SECONDS, connect, weak

FILE: Final = "keys.db"
LOCK_FILE: Final = "rotating.lock"
GENERATIONS: Final = "generations"
RETRY_SECONDS: Final = 0.01
"""After another connection was found bringing in the log."""
ID_BYTES: Final = 16
SECRETS: Final = ("signing", "index", "drill")
"""What the operator's key wraps beside the generations."""


class KeyStore:
    """An open key store; each thread has a connection of its own."""

    def __init__(self, folder: Path, source: Source) -> None:
        self.folder, self.source = folder, source
        self.file = folder / FILE
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._truncating = threading.Lock()
        self._operator: dict[bytes, OperatorKey] = {}
        self._generations: dict[int, bytes] = {}
        self._index_key: bytes | None = None
        self.cache = Cache()
        self._make()
        self.id = bytes(self.meta("id")).decode()

    def _make(self) -> None:
        try:
            for folder in (self.folder, self.folder / GENERATIONS):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                folder.chmod(0o700)
            demand_key_store(self.file)
            with self.transaction() as run:
                bring_up_to_date(run, self.file)
                fresh = run("SELECT count(*) FROM meta").fetchone()[0] == 0
                if fresh:
                    self._fill(run)
        except OSError as error:
            raise KeyStoreError(
                Message(
                    mark("The key folder %(folder)s cannot be written (%(error)s)."),
                    {"folder": self.folder, "error": error.strerror},
                )
            ) from error
        except sqlite3.DatabaseError as error:
            raise KeyStoreError(
                Message(
                    mark(
                        "The key store %(file)s is damaged or no key store (%(error)s);"
                        " restore it from a backup of the keys."
                    ),
                    {"file": self.file, "error": error},
                )
            ) from error

    def _fill(self, run: Any) -> None:
        operator = self._first_operator_key()
        self.generation_from_file(1, operator)
        signing = Ed25519PrivateKey.generate().private_bytes_raw()
        drill = str(pyrage.x25519.Identity.generate()).encode()
        made = {"id": secrets.token_hex(ID_BYTES).encode(), "generation": b"1"}
        made["generation_at"] = datetime.now(UTC).isoformat().encode()
        for name, secret in (("signing", signing), ("index", new_key()), ("drill", drill)):
            made[name] = wrap(operator, name, secret)
        for name, value in made.items():
            run("INSERT INTO meta (name, value) VALUES (?, ?)", (name, value))

    # --- rows

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            self._make_file()
            found = self._local.connection = connect(self.file)
            self._connections.append(found)
        return found

    def _make_file(self) -> None:
        """Make the file for its owner alone, once.

        To open and close one that SQLite has open would drop SQLite's locks on it.
        """
        with suppress(FileExistsError):
            os.close(os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))

    def read(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query; no read is left open."""
        return self.connection.execute(query, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """Give what runs statements in one transaction, durable when it ends."""
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection.execute
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def truncate_log(self) -> None:
        """Leave nothing of what was overwritten in the write-ahead log."""
        deadline = time.monotonic() + BUSY_SECONDS
        with self._truncating:
            while self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if time.monotonic() >= deadline:
                    raise KeyStoreError(
                        Message(
                            mark("The key store's log could not be emptied; end what reads it.")
                        )
                    )
                time.sleep(RETRY_SECONDS)  # SQLite waits for readers, not for a checkpoint

    def meta(self, name: str) -> bytes:
        """Return a value of the key store's own."""
        return bytes(self.read("SELECT value FROM meta WHERE name = ?", (name,))[0][0])

    def close(self) -> None:
        """Close every thread's connection."""
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._local = threading.local()

    # --- keys

    def operator_key(self, fingerprint: bytes) -> OperatorKey:
        """Return the operator's key of a fingerprint. Raises KeyStoreError."""
        if fingerprint not in self._operator:
            known = self.source.candidates()
            if not known:
                raise self._without_operator()
            self._operator |= {key.fingerprint: key for key in known}
        if fingerprint not in self._operator:
            raise KeyStoreError(
                Message(
                    mark(
                        "The keys in %(folder)s are wrapped by another operator's key than the one"
                        " given; give that one (its fingerprint is %(fingerprint)s)."
                    ),
                    {"folder": self.folder, "fingerprint": fingerprint.hex()},
                )
            )
        return self._operator[fingerprint]

    def operator_key_in_use(self) -> OperatorKey:
        """Return the operator's key that wraps the secrets now. Raises KeyStoreError."""
        return self.operator_key(self.meta("signing")[:FINGERPRINT_BYTES])

    def _first_operator_key(self) -> OperatorKey:
        """Return the operator's key, made in its file where there is none yet."""
        keys = self.source.candidates()
        if not keys and self.source.is_file:
            keys = [self.source.make()]
        if not keys:
            raise self._without_operator()
        return keys[-1]

    def _without_operator(self) -> KeyStoreError:
        return KeyStoreError(
            Message(
                mark(
                    "The operator's key is missing (%(file)s); put it back, or name where it"
                    " is with operator_key_file or operator_key_command."
                ),
                {"file": self.source.file},
            )
        )

    def demand_whole(self) -> None:
        """Demand that the secrets and the current generation can be opened. KeyStoreError."""
        for name in SECRETS:
            self.secret(name)
        self.generation_key(self.generation)

    def secret(self, name: str) -> bytes:
        """Return a secret the operator's key wraps. Raises KeyStoreError."""
        return self.unwrap(self.meta(name), name)

    def unwrap(self, wrapped: bytes, name: str) -> bytes:
        """Open what `wrap` made. Raises KeyStoreError."""
        operator = self.operator_key(wrapped[:FINGERPRINT_BYTES])
        try:
            return open_box(operator.cipher, place(name), wrapped[FINGERPRINT_BYTES:])
        except DamagedError:
            raise KeyStoreError(
                Message(
                    mark("The key “%(name)s” in %(folder)s is damaged; restore the keys."),
                    {"name": name, "folder": self.folder},
                )
            ) from None

    @property
    def index_key(self) -> bytes:
        """The key of the blind index."""
        if self._index_key is None:
            self._index_key = self.secret("index")
        return self._index_key

    @property
    def generation(self) -> int:
        """The number of the generation new keys are wrapped by."""
        return int(self.meta("generation"))

    def generation_file(self, number: int) -> Path:
        """Return where a generation key is."""
        return self.folder / GENERATIONS / str(number)

    def generation_key(self, number: int) -> bytes:
        """Return a generation key. Raises KeyStoreError where it was destroyed."""
        if number not in self._generations:
            file = self.generation_file(number)
            try:
                wrapped = file.read_bytes()
            except OSError:
                raise KeyStoreError(
                    Message(
                        mark(
                            "The generation key %(number)s was destroyed or is missing (%(file)s):"
                            " what it wraps cannot be opened any more."
                        ),
                        {"number": number, "file": file},
                    )
                ) from None
            self._generations[number] = self.unwrap(wrapped, f"generation {number}")
        return self._generations[number]

    def learn(self, operator: OperatorKey) -> None:
        """Know an operator's key beside those of the source: a rotation to it is under way."""
        self._operator[operator.fingerprint] = operator

    def generation_from_file(self, number: int, operator: OperatorKey) -> bytes:
        """Return a generation key, made and durable if there is none of that number yet.

        One that stands is never replaced: something may be wrapped by it.
        """
        self.learn(operator)
        wrapped = wrap(operator, f"generation {number}", new_key())
        replace_file(self.generation_file(number), wrapped, only_if_new=True)
        self.forget_generation(number)
        return self.generation_key(number)

    def generations(self) -> list[int]:
        """Return the numbers of the generations that stand, the newest first."""
        files = (self.folder / GENERATIONS).iterdir()
        return sorted((int(file.name) for file in files if file.name.isdigit()), reverse=True)

    def sweep_drafts(self) -> None:
        """Destroy what a write that was cut short left beside the generations."""
        for file in (self.folder / GENERATIONS).iterdir():
            if file.name.isdigit():
                continue
            if file.stat().st_nlink > 1:
                file.unlink()  # a second name of a generation that stands: the same bytes
            else:
                destroy_file(file)

    @contextmanager
    def rotating(self) -> Iterator[None]:
        """Hold the lock of rotations: one at a time, in all processes."""
        handle = os.open(self.folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            self.sweep_drafts()
            yield
        finally:
            os.close(handle)

    def forget_generation(self, number: int) -> None:
        """Drop a generation key from memory."""
        self._generations.pop(number, None)


def wrap(operator: OperatorKey, name: str, secret: bytes) -> bytes:
    """Return a secret wrapped by an operator's key, after that key's fingerprint."""
    return operator.fingerprint + seal_box(operator.cipher, place(name), secret)


_opened: KeyStore | None = None
_opening = threading.Lock()


def open_store(*, make: bool = False) -> KeyStore:
    """Return the process's key store as the settings name it, opened once.

    Where there is none, one is made if `make`: else data that were sealed by another would be given
    keys that open nothing of them. Raises KeyStoreError.
    """
    global _opened  # noqa: PLW0603 - one key store a process
    if _opened is None:
        with _opening:
            if _opened is None:
                if not make:
                    _demand_there(settings.TROTH_KEYS)
                source = Source(
                    settings.TROTH_OPERATOR_KEY_FILE, tuple(settings.TROTH_OPERATOR_KEY_COMMAND)
                )
                _opened = KeyStore(settings.TROTH_KEYS, source)
    return _opened


def _demand_there(folder: Path) -> None:
    if not (folder / FILE).exists():
        raise KeyStoreError(
            Message(
                mark(
                    "There is no key store in %(folder)s. Name the folder of the one these data"
                    " were sealed with (TROTH_KEYS), or put back a copy of it; where both are lost,"
                    " restore data and keys from backups (`troth restore … --keys …`)."
                ),
                {"folder": folder},
            )
        )


def close_store() -> None:
    """Close the process's key store and forget every key; the next use opens it again."""
    global _opened  # noqa: PLW0603 - one key store a process
    if _opened is not None:
        _opened.close()
    _opened = None
    _signing.cache_clear()


def forget_keys() -> None:
    """Drop the keys of persons this process knows: for who goes through many of them once."""
    open_store().cache.forget_all()


def store_id() -> str:
    """Return the key store's own id, 32 hexadecimal digits."""
    return open_store().id


def weak_writes() -> list[str]:
    """Return what lets the key store lose or keep what it should not, as `name=value`; none."""
    return weak(open_store().connection)


def signing_key() -> Ed25519PrivateKey:
    """Return the key that signs the ledger's checkpoints."""
    return _signing(open_store())


@lru_cache(maxsize=1)
def _signing(store: KeyStore) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(store.secret("signing"))


def drill_identity() -> str:
    """Return the age identity by which the server itself can restore its backups, to try them."""
    return open_store().secret("drill").decode()
