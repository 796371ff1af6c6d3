"""Whom a backup is encrypted to, and who opens it: age keys, in files and by passphrases."""

import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import pyrage

from troth.policy.words import Message, mark
from troth.protection.envelope import Identity, Recipient, damaged
from troth.protection.errors import BackupError, WrongIdentityError

IDENTITY_FILE: Final = "identity.age"
"""In a backup: an identity of its own, encrypted by a passphrase."""
FILE_BYTES_MAX: Final = 100_000
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
COMMENT: Final = "#"


def recipient(text: str) -> Recipient:
    """Parse a public key (`age1…`). Raises BackupError."""
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise BackupError(
            Message(
                mark("%(key)s is no public key of age; one is written age1…"),
                {"key": repr(text[:80])},
            )
        ) from None


def new_identity(file: Path) -> str:
    """Make an identity in a new file of mode 0600, as `age-keygen` does; return its public key.

    Raises BackupError where the file is there already or cannot be written.
    """
    made = pyrage.x25519.Identity.generate()
    public = str(made.to_public())
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as opened:
            opened.write(f"{COMMENT} public key: {public}\n{made}\n")
            opened.flush()
            os.fsync(opened.fileno())
    except OSError as error:
        raise BackupError(
            Message(
                mark("%(file)s cannot be made (%(error)s); name a new file."),
                {"file": file, "error": error.strerror},
            )
        ) from error
    return public


def read_identities(file: Path) -> tuple[Identity, ...]:
    """Read an identity file that is its owner's alone. Raises BackupError."""
    lines = _private_text(file).splitlines()
    try:
        found = tuple(
            pyrage.x25519.Identity.from_str(line.strip())
            for line in lines
            if line.strip() and not line.startswith(COMMENT)
        )
    except pyrage.IdentityError:
        found = ()
    if not found:
        raise BackupError(
            Message(
                mark("%(file)s holds no identity of age: a line AGE-SECRET-KEY-1…"),
                {"file": file},
            )
        )
    return found


def read_passphrase(file: Path) -> str:
    """Read the first line of a file that is its owner's alone. Raises BackupError."""
    lines = _private_text(file).splitlines()
    if not lines or not lines[0]:
        raise BackupError(
            Message(mark("%(file)s holds no passphrase in its first line."), {"file": file})
        )
    return lines[0]


def _private_text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            if os.fstat(opened.fileno()).st_mode & OTHERS:
                raise BackupError(
                    Message(
                        mark("Others may read %(file)s; take that away with `chmod 600 %(file)s`."),
                        {"file": file},
                    )
                )
            return opened.read(FILE_BYTES_MAX).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(
            Message(
                mark("%(file)s cannot be read (%(error)s)."),
                {"file": file, "error": getattr(error, "strerror", None) or "no text"},
            )
        ) from None


def for_passphrase(passphrase: str) -> tuple[Recipient, bytes]:
    """Make an identity for one backup; return its public key, and itself encrypted (seconds)."""
    made = pyrage.x25519.Identity.generate()
    return made.to_public(), pyrage.passphrase.encrypt(f"{made}\n".encode(), passphrase)


def by_passphrase(folder: Path, passphrase: str) -> tuple[Identity, ...]:
    """Open the identity of a backup by its passphrase (seconds).

    Raises WrongIdentityError; BackupError where the backup has none; DamagedBackupError.
    """
    file = folder / IDENTITY_FILE
    try:
        sealed = file.read_bytes()
    except OSError:
        raise BackupError(
            Message(
                mark(
                    "%(folder)s was made without a passphrase; name the identity file it was"
                    " encrypted to with --identity."
                ),
                {"folder": folder},
            )
        ) from None
    try:
        text = pyrage.passphrase.decrypt(sealed, passphrase).decode()
        return (pyrage.x25519.Identity.from_str(text.strip()),)
    except pyrage.DecryptError as error:
        if "Decryption failed" in str(error):
            raise WrongIdentityError(
                Message(mark("The passphrase does not open %(file)s."), {"file": file})
            ) from None
        raise damaged(file) from None
    except (pyrage.IdentityError, UnicodeDecodeError):
        raise damaged(file) from None


def public_keys(texts: Iterable[str]) -> Sequence[Recipient]:
    """Parse public keys, each once. Raises BackupError."""
    return [recipient(text) for text in dict.fromkeys(texts)]


def own_identity(secret: str) -> Identity:
    """Return the identity by which the server itself tries its backups."""
    return pyrage.x25519.Identity.from_str(secret)
