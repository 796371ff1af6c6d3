"""An auditor's copy as a source: a folder of files, read as they stand.

Only regular files are read, and no more of one than could be right: a pipe would never end.
"""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from troth.ledger import tiles
from troth.ledger.copy import BODIES, CHECKPOINT, EPOCHS, VERSIONS, epoch_folder
from troth.ledger.merkle import HASH_BYTES
from troth.ledger.note import NOTE_BYTES_MAX
from troth.ledger.verify import bundles
from troth.ledger.verify.findings import Finding, finding
from troth.ledger.verify.sources import (
    UNDECODABLE,
    Chunk,
    LogEpoch,
    UnreadableLogError,
    decoded_epochs,
)
from troth.policy.words import Message, mark

EPOCHS_BYTES_MAX: Final = 10_000_000
VERSION_BYTES_MAX: Final = 5_000_000
HIDDEN: Final = "."
"""How names begin that a system puts into folders by itself: no part of the format."""


def is_copy(folder: Path) -> bool:
    """Tell whether a folder is an auditor's copy."""
    return (folder / EPOCHS).is_file()


class FolderSource:
    """An auditor's copy."""

    private = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._listed: list[LogEpoch] = []

    def epochs(self) -> list[LogEpoch]:
        """Return the epochs of `epochs.json`, each with the checkpoint of its own folder."""
        file = self._folder / EPOCHS
        try:
            self._listed = decoded_epochs(_content(file, EPOCHS_BYTES_MAX) or b"")
        except UNDECODABLE as error:
            raise UnreadableLogError(
                Message(
                    mark(
                        "%(file)s cannot be read as the list of epochs (%(error)s);"
                        " is this an auditor's copy?"
                    ),
                    {"file": file, "error": type(error).__name__},
                )
            ) from error
        return [msgspec.structs.replace(one, checkpoint=self._note(one)) for one in self._listed]

    def _home(self, epoch: LogEpoch) -> Path:
        return self._folder / epoch_folder(epoch.number)

    def _note(self, epoch: LogEpoch) -> str:
        """Return the signed checkpoint of an epoch; nothing where it is missing or no text."""
        content = _content(self._home(epoch) / CHECKPOINT, NOTE_BYTES_MAX) or b""
        try:
            return content.decode()
        except UnicodeDecodeError:
            return ""

    def chunks(self, epoch: LogEpoch) -> Iterator[Chunk]:
        """Yield the bundles that are there, up to the size or as far as they go."""
        home = self._home(epoch)
        return bundles.chunks(epoch, lambda path, most: _content(home / path, most), private=True)

    def tile(self, epoch: LogEpoch, level: int, number: int, width: int) -> bytes | None:
        """Return a tile's file."""
        path = tiles.path(level, number, width)
        return _content(self._home(epoch) / path, width * HASH_BYTES)

    def versions(self) -> Mapping[str, Mapping[str, bytes]]:
        """Return the policy versions of the copy."""
        home = self._folder / VERSIONS
        folders = sorted(home.iterdir()) if home.is_dir() else []
        return {
            folder.name: {
                file.name: content
                for file in sorted(folder.iterdir())
                if (content := _content(file, VERSION_BYTES_MAX)) is not None
            }
            for folder in folders
            if folder.is_dir()
        }

    def others(self, epochs: Sequence[LogEpoch]) -> Iterator[Finding]:
        """Name the files that follow from no signed size, and lists that tell another checkpoint.

        What is beside the epochs in the folder is not the log's, and whoever holds it may add to
        it; so are files whose names begin with a dot.
        """
        for listed, epoch in zip(self._listed, epochs, strict=True):
            if epoch.checkpoint and listed.checkpoint != epoch.checkpoint:
                yield finding("summary", epoch.number)
        sizes = {epoch_folder(epoch.number): epoch.size for epoch in epochs}
        for home in sorted(self._folder.glob(epoch_folder("*"))):
            if home.name not in sizes:
                yield finding("stray", path=_name(home.name))
                continue
            for path in _files(home):
                if not _belongs(path, sizes[home.name]):
                    yield finding("stray", path=f"{home.name}/{_name(path)}")


def _content(file: Path, most: int) -> bytes | None:
    """Return what a regular file holds, of a longer one a byte more than may be; None for no file.

    It is asked what it is once it is open, and opened so that a pipe does not wait for its writer.
    """
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
        with open(handle, "rb") as opened:  # noqa: PTH123 - by its handle
            return opened.read(most + 1) if stat.S_ISREG(os.fstat(handle).st_mode) else None
    except (OSError, ValueError):
        return None


def _files(home: Path) -> Iterator[str]:
    """Yield the paths of all files below a folder, in order, but hidden ones."""
    for folder, below, names in os.walk(home):
        below[:] = sorted(name for name in below if not name.startswith(HIDDEN))
        for name in sorted(names):
            if not name.startswith(HIDDEN):
                yield Path(folder, name).relative_to(home).as_posix()


def _belongs(path: str, size: int) -> bool:
    """Tell whether an epoch of this size has a file of this path."""
    if path == CHECKPOINT:
        return True
    packed = path.startswith(f"{BODIES}/")
    tile = path.removeprefix(f"{BODIES}/")
    parsed = tiles.parse_path(f"tile/{tiles.ENTRIES}/{tile}" if packed else path)
    if parsed is None:
        return False
    level, number, width = parsed
    demanded = tiles.width_of(size, level if isinstance(level, int) else 0, number)
    return demanded > 0 and width == (tiles.WIDTH if packed else demanded)


def _name(path: str) -> str:
    """Return a path as text: names in a folder are bytes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
