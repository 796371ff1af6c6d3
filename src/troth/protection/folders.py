"""A backup's folder: written aside under a lock, complete when it has its name."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from troth.policy.words import Message, mark
from troth.protection.errors import BackupError
from troth.protection.identities import IDENTITY_FILE
from troth.protection.readme import readme
from troth.vault.durable import destroy_file, replace_file, sync_folder

DRAFT: Final = ".troth-draft-"
README: Final = "README.txt"
DATA_FILE: Final = "data.age"
KEYS_FILE: Final = "keys.age"


@contextmanager
def draft_in(parent: Path, made_at: datetime) -> Iterator[Path]:
    """Give an empty folder aside; when what is inside ends well it gets its name, by its time.

    Else nothing of it stays. One at a time in a parent. Raises BackupError where the disk refuses.
    """
    try:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _held(parent):
            _sweep(parent)
            draft = parent / f"{DRAFT}{os.getpid()}"
            draft.mkdir(mode=0o700)
            try:
                yield draft
                sync_folder(draft)
                draft.rename(name_in(parent, made_at))
            except BaseException:
                shutil.rmtree(draft, ignore_errors=True)
                raise
            sync_folder(parent)
    except OSError as error:
        raise _refused(parent, error) from error


def name_in(parent: Path, made_at: datetime) -> Path:
    """Return the folder of a backup made at a time."""
    name = f"troth-{made_at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"
    return parent / name


def newest(folder: Path, file: str) -> Path:
    """Return a backup's folder; one that holds several stands for the newest of them."""
    if (folder / file).exists():
        return folder
    return max((found.parent for found in folder.glob(f"troth-*/{file}")), default=folder)


def demand_backup(folder: Path, file: str) -> None:
    """Refuse a folder in which there is no backup. Raises BackupError."""
    if not (folder / file).exists():
        raise BackupError(
            Message(
                mark(
                    "There is no backup in %(folder)s: neither it nor a folder “troth-…” in it"
                    " holds %(file)s."
                ),
                {"folder": folder, "file": file},
            )
        )


@contextmanager
def _held(parent: Path) -> Iterator[None]:
    handle = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise BackupError(
            Message(
                mark("Another backup is being written to %(folder)s; wait until it is done."),
                {"folder": parent},
            )
        ) from None
    try:
        yield
    finally:
        os.close(handle)


def _sweep(parent: Path) -> None:
    """Take away what a backup that was killed left: whoever holds the lock is alone."""
    for left in parent.glob(f"{DRAFT}*"):
        for file in left.glob("*.db*"):
            destroy_file(file)
        shutil.rmtree(left, ignore_errors=True)


def _refused(folder: Path, error: OSError) -> BackupError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        template = mark("The disk of %(folder)s is full, so no backup was made; make room on it.")
    else:
        template = mark(
            "%(folder)s cannot be written (%(error)s), so no backup was made; let this user write"
            " there, or name another folder."
        )
    reason = error.strerror or type(error).__name__
    return BackupError(Message(template, {"folder": folder, "error": reason}))


def describe(draft: Path, template: str, identity: bytes | None, at: datetime) -> None:
    """Write what tells how to open it, and the identity where a passphrase opens that."""
    if identity is not None:
        replace_file(draft / IDENTITY_FILE, identity)
    replace_file(draft / README, readme(template, at, by_passphrase=identity is not None))
