"""Secrets made on first start: one file each in `<data>/secrets/`, readable by the owner alone."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Final

FOLDER: Final = "secrets"
SECRET_KEY: Final = "secret-key"  # noqa: S105 - the name of a file
SECRET_BYTES: Final = 48


def secret_key(data: Path) -> str:
    """Return the key that signs cookies, made if there is none yet. Raises OSError."""
    return _read(data, SECRET_KEY) or _make(data, SECRET_KEY)


def peek_secret_key(data: Path) -> str:
    """Return the key, or one that lasts as long as this process where none was made yet."""
    try:
        return _read(data, SECRET_KEY) or secrets.token_urlsafe(SECRET_BYTES)
    except OSError:
        return secrets.token_urlsafe(SECRET_BYTES)


def _read(data: Path, name: str) -> str:
    try:
        return (data / FOLDER / name).read_text().strip()
    except FileNotFoundError:
        return ""


def _make(data: Path, name: str) -> str:
    """Write the secret aside and link it into place, so that nobody ever reads half of it.

    A link, unlike a rename, fails where another process was first; then that one's secret counts.
    """
    folder = data / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    handle, draft = tempfile.mkstemp(dir=folder)  # O_EXCL, 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(SECRET_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, folder / name)
    finally:
        Path(draft).unlink()
    return _read(data, name)
