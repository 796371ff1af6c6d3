"""What a test run makes once, however many workers it has: a migrated store, a whole proof."""

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

VARIABLE: Final = "TROTH_TEST_SHARED"
"""Where the folder is: the process that makes it exports this to its workers."""


def begin() -> None:
    """Make the run's folder, which ends with the process that makes it and not with its workers."""
    folder, owner = tempfile.mkdtemp(prefix="troth-shared-"), os.getpid()
    os.environ[VARIABLE] = folder

    def end() -> None:
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)


def once(name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder of this name that one worker has made and filled; the others wait for it."""
    if VARIABLE not in os.environ:
        begin()
    folder = Path(os.environ[VARIABLE])
    made = folder / name
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            with tempfile.TemporaryDirectory(dir=folder) as begun:
                make(Path(begun))
                shutil.copytree(begun, made)
    return made
