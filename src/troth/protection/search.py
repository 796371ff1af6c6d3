"""Search files for words, in a process of its own: `python -m troth.protection.search`.

Whoever opens a SQLite file beside SQLite and closes it again drops, by POSIX, every lock that the
process holds on it ("How To Corrupt An SQLite Database File", 2.2). So a serving process never
opens its own databases: it asks this one, which holds no lock that could be lost.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

import msgspec
from msgspec import Struct

READ_BYTES: Final = 1 << 20
LIMIT_SECONDS: Final = 3_600


class Asked(Struct, frozen=True):
    """Which folders to search, whole, and for what."""

    folders: tuple[str, ...]
    words: tuple[bytes, ...]


class Found(Struct, frozen=True):
    """How many files were read, and the names of those that hold one of the words."""

    files: int
    names: tuple[str, ...]


_ASKED: Final = msgspec.json.Decoder(Asked)
_FOUND: Final = msgspec.json.Decoder(Found)


def search_apart(folders: Sequence[Path], words: Sequence[bytes]) -> Found:
    """Search folders in a process of its own. Raises subprocess.SubprocessError."""
    asked = Asked(tuple(map(str, folders)), tuple(words))
    done = subprocess.run(
        [sys.executable, "-m", "troth.protection.search"],
        input=msgspec.json.encode(asked),
        capture_output=True,
        check=True,
        timeout=LIMIT_SECONDS,
    )
    return _FOUND.decode(done.stdout)


def search(asked: Asked) -> Found:
    """Read every file of the folders; one that goes meanwhile is passed over."""
    files = {file for folder in asked.folders for file in Path(folder).rglob("*")}
    count, names = 0, []
    for file in sorted(file for file in files if file.is_file() and not file.is_symlink()):
        try:
            with file.open("rb") as opened:
                count += 1
                if holds(opened, asked.words):
                    names.append(file.name)
        except OSError:
            continue
    return Found(count, tuple(names))


def holds(opened: IO[bytes], words: Sequence[bytes]) -> bool:
    """Read in pieces that overlap, so that no word falls between two."""
    overlap = max(map(len, words)) - 1
    rest = b""
    while piece := opened.read(READ_BYTES):
        content = rest + piece
        if any(word in content for word in words):
            return True
        rest = content[-overlap:]
    return False


if __name__ == "__main__":
    answer = search(_ASKED.decode(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(msgspec.json.encode(answer))
