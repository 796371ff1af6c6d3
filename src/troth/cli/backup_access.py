"""Whom a backup is made for, and who opens it: identity files, public keys and passphrases."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from getpass import getpass
from pathlib import Path
from typing import Final

from troth.policy.words import Message, Translate, mark
from troth.protection.backup import Sealed, demand_someone
from troth.protection.envelope import Identity
from troth.protection.errors import BackupError
from troth.protection.identities import (
    IDENTITY_FILE,
    by_passphrase,
    for_passphrase,
    public_keys,
    read_identities,
    read_passphrase,
)
from troth.site.problem import CannotGoOnError

VARIABLE: Final = "TROTH_BACKUP_PASSPHRASE"


@contextmanager
def plainly() -> Iterator[None]:
    """Turn what is wrong with a backup or its keys into one sentence and exit 2."""
    from troth.vault.errors import KeyStoreError  # noqa: PLC0415 - slow to import

    try:
        yield
    except (BackupError, KeyStoreError) as error:
        raise CannotGoOnError(error.message) from error


def sealed_to(keys: Sequence[str], passphrase_file: Path | None, translate: Translate) -> Sealed:
    """Return whom a backup is sealed to; a passphrase is asked for only where nobody is named.

    Raises BackupError.
    """
    recipients = tuple(public_keys(keys))
    passphrase = _given(passphrase_file)
    if passphrase is None and not recipients and sys.stdin.isatty():
        passphrase = _asked_twice(translate)
    demand_someone(recipients, passphrase)
    if passphrase is None:
        return Sealed(recipients)
    own, identity = for_passphrase(passphrase)
    return Sealed((*recipients, own), identity)


class Opener:
    """Who opens a backup: identities of a file, or a passphrase that is asked for once."""

    def __init__(
        self, identity: Path | None, passphrase_file: Path | None, translate: Translate
    ) -> None:
        self._identities = () if identity is None else read_identities(identity)
        self._passphrase = None if self._identities else _given(passphrase_file)
        self._translate = translate
        self._opened: dict[bytes, tuple[Identity, ...]] = {}

    def identities(
        self, folder: Path, own: Callable[[], Identity] | None = None
    ) -> tuple[Identity, ...]:
        """Return who opens the backup in a folder; `own` is the server's, where that will do.

        Raises BackupError.
        """
        if self._identities:
            return self._identities
        if self._passphrase is None and own is not None:
            return (own(),)
        file = folder / IDENTITY_FILE
        if self._passphrase is None and sys.stdin.isatty() and file.exists():
            self._passphrase = getpass(self._translate(mark("Passphrase: ")))
        if self._passphrase is None:
            raise BackupError(
                Message(
                    mark(
                        "Say what opens the backup: an identity file with --identity, or the"
                        " passphrase with --passphrase-file or TROTH_BACKUP_PASSPHRASE."
                    )
                )
            )
        sealed = file.read_bytes() if file.exists() else b""
        if sealed not in self._opened:  # it takes seconds
            self._opened[sealed] = by_passphrase(folder, self._passphrase)
        return self._opened[sealed]


def _given(file: Path | None) -> str | None:
    if file is not None:
        return read_passphrase(file)
    return os.environ.get(VARIABLE) or None


def _asked_twice(translate: Translate) -> str | None:
    first = getpass(translate(mark("Passphrase for the backup (nothing for none): ")))
    if first and getpass(translate(mark("Once more: "))) != first:
        raise BackupError(Message(mark("The two passphrases differ; nothing was backed up.")))
    return first or None
