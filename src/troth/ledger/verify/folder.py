"""An auditor's copy as a source: a folder of files, read as they stand."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from troth.ledger import tiles
from troth.ledger.copy import BODIES, CHECKPOINT, EPOCHS, VERSIONS, epoch_folder, unpack
from troth.ledger.tiles import WIDTH
from troth.ledger.verify.findings import Finding, finding
from troth.ledger.verify.sources import Chunk, Epochs, LogEpoch, UnreadableLogError
from troth.policy.words import Message, mark

_EPOCHS: Final = msgspec.json.Decoder(Epochs)


def is_copy(folder: Path) -> bool:
    """Tell whether a folder is an auditor's copy."""
    return (folder / EPOCHS).is_file()


class FolderSource:
    """An auditor's copy."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def epochs(self) -> list[LogEpoch]:
        """Return the epochs of `epochs.json`, each with the checkpoint of its own folder."""
        return [msgspec.structs.replace(one, checkpoint=self._note(one)) for one in self._listed()]

    def _listed(self) -> list[LogEpoch]:
        """Return the epochs as `epochs.json` lists them."""
        file = self._folder / EPOCHS
        try:
            return _EPOCHS.decode(file.read_bytes())
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnreadableLogError(
                Message(
                    mark(
                        "%(file)s cannot be read as the list of epochs (%(error)s);"
                        " is this an auditor's copy?"
                    ),
                    {"file": file, "error": type(error).__name__},
                )
            ) from error

    def _note(self, epoch: LogEpoch) -> str:
        """Return the signed checkpoint of an epoch; nothing where it is missing or no text."""
        try:
            return (self._folder / epoch_folder(epoch.number) / CHECKPOINT).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def chunks(self, epoch: LogEpoch) -> Iterator[Chunk]:
        """Yield the bundles that are there, up to the size or as far as they go."""
        home = self._folder / epoch_folder(epoch.number)
        for number in range(-(-epoch.size // WIDTH)):
            width = min(WIDTH, epoch.size - number * WIDTH)
            try:
                leaves = tiles.unbundle(
                    (home / tiles.path(tiles.ENTRIES, number, width)).read_bytes()
                )
            except (OSError, ValueError):
                return
            bodies = self._bodies(home / BODIES / tiles.number_path(number))
            begin = number * WIDTH
            yield list(range(begin, begin + len(leaves))), leaves, bodies

    @staticmethod
    def _bodies(file: Path) -> list[tuple[bytes, bytes]]:
        """Return the salts and bodies of a file; none where it is missing or cut short."""
        try:
            return unpack(file.read_bytes())
        except (OSError, ValueError):
            return []

    def tile(self, epoch: LogEpoch, level: int, number: int, width: int) -> bytes | None:
        """Return a tile's file."""
        file = self._folder / epoch_folder(epoch.number) / tiles.path(level, number, width)
        try:
            return file.read_bytes()
        except OSError:
            return None

    def versions(self) -> Mapping[str, Mapping[str, bytes]]:
        """Return the policy versions of the copy."""
        home = self._folder / VERSIONS
        folders = sorted(home.iterdir()) if home.is_dir() else []
        return {
            folder.name: {
                file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()
            }
            for folder in folders
            if folder.is_dir()
        }

    def contradictions(self) -> list[Finding]:
        """Name the epochs whose checkpoint `epochs.json` holds otherwise than their folder."""
        listed = self._listed()
        return [finding("summary", o.number) for o in listed if o.checkpoint != self._note(o)]
