"""Search files for words, in a process of its own.

Whoever opens a SQLite file beside SQLite and closes it again drops, by POSIX, every lock that the
process holds on it ("How To Corrupt An SQLite Database File", 2.2). So a serving process never
opens its own databases: it asks another, which holds no lock that could be lost.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from troth.protection import search_files

LIMIT_SECONDS: Final = 3_600


class Asked(Struct, frozen=True):
    """Which folders to search, whole, and for what."""

    folders: tuple[str, ...]
    words: tuple[bytes, ...]


class Found(Struct, frozen=True):
    """How many files were read, and the names of those that hold one of the words."""

    files: int
    names: tuple[str, ...]


_FOUND: Final = msgspec.json.Decoder(Found)


def search_apart(folders: Sequence[Path], words: Sequence[bytes]) -> Found:
    """Search folders in a process of its own. Raises subprocess.SubprocessError."""
    asked = Asked(tuple(map(str, folders)), tuple(words))
    done = subprocess.run(
        [sys.executable, "-I", "-S", search_files.__file__],
        input=msgspec.json.encode(asked),
        capture_output=True,
        check=True,
        timeout=LIMIT_SECONDS,
    )
    return _FOUND.decode(done.stdout)
