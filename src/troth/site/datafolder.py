"""The data folder: can it be written, and who starts on it first."""

import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from troth.policy.words import Message, mark
from troth.site.problem import CannotGoOnError

RESTORING: Final = "restore.unfinished"
"""A note in the data folder while a restore goes on."""
PROBE_BYTES: Final = 1_000_000
"""A fresh database with its journal takes about this much."""


def check(folder: Path) -> None:
    """Make the folder if need be, and refuse one that cannot be written or is full."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0" * PROBE_BYTES)
            probe.flush()
            os.fsync(probe.fileno())
    except (FileExistsError, NotADirectoryError) as error:
        raise _cannot(
            mark("The data folder %(folder)s is a file; name a folder."), folder
        ) from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            template = mark("The disk of the data folder %(folder)s is full; make room on it.")
        else:
            template = mark(
                "The data folder %(folder)s cannot be written (%(error)s);"
                " let this user write there, or name another with --data."
            )
        raise _cannot(template, folder, error.strerror) from error


def _cannot(template: str, folder: Path, error: str | None = None) -> CannotGoOnError:
    return CannotGoOnError(Message(template, {"folder": folder, "error": error}))


@contextmanager
def starting(folder: Path) -> Iterator[None]:
    """Hold the folder while starting, so that of two processes one makes it and one finds it.

    A start that fails takes away the lock file it made: the folder may be another program's.
    """
    file = folder / "starting.lock"
    made = not file.exists()
    with _held(file):
        try:
            yield
        except BaseException:
            if made:
                file.unlink(missing_ok=True)
            raise


@contextmanager
def restoring(folder: Path) -> Iterator[None]:
    """Leave a note while a restore goes on: killed, it stays, and every start refuses."""
    note = folder / RESTORING
    note.touch(mode=0o600)
    _sync(folder)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)
        _sync(folder)


def demand_no_cut_restore(folder: Path) -> None:
    """Refuse an empty store where a restore was cut short: it is not a new one."""
    if (folder / RESTORING).exists():
        raise CannotGoOnError(
            Message(
                mark(
                    "A restore into %(folder)s was cut short; run `troth restore` again, or remove"
                    " %(note)s to begin with an empty store."
                ),
                {"folder": folder, "note": folder / RESTORING},
            )
        )


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _held(file: Path) -> IO[str]:
    """Open and lock the file; one that was taken away while we waited is made again."""
    while True:
        lock = file.open("a")
        fcntl.flock(lock, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(lock.fileno()), file.stat()):
                return lock
        lock.close()
