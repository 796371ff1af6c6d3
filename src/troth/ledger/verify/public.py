"""The public half as a source: what a server shows to anybody under `/ledger/`."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from troth.ledger import tiles
from troth.ledger.tiles import WIDTH
from troth.ledger.verify.findings import Finding
from troth.ledger.verify.sources import Chunk, Epochs, LogEpoch, UnreadableLogError
from troth.policy.words import Message, mark
from troth.wire import http

OK: Final = 200
NOT_FOUND: Final = 404
LEDGER: Final = "/ledger/"
_EPOCHS: Final = msgspec.json.Decoder(Epochs)


class PublicSource:
    """A server's public ledger, at its own address or at that of `/ledger/`."""

    def __init__(self, address: str) -> None:
        base = address.rstrip("/")
        self._base = base + "/" if base.endswith(LEDGER.rstrip("/")) else base + LEDGER

    def epochs(self) -> list[LogEpoch]:
        """Fetch the list of epochs."""
        found = self._get("epochs.json")
        try:
            return _EPOCHS.decode(found or b"")
        except (msgspec.DecodeError, UnicodeDecodeError):
            none = Message(mark("%(address)s shows no ledger."), {"address": self._base})
            raise UnreadableLogError(none) from None

    def chunks(self, epoch: LogEpoch) -> Iterator[Chunk]:
        """Fetch the bundles of commitments, as far as they go."""
        for number in range(-(-epoch.size // WIDTH)):
            width = min(WIDTH, epoch.size - number * WIDTH)
            found = self._get(f"{epoch.number}/{tiles.path(tiles.ENTRIES, number, width)}")
            if found is None:
                return
            try:
                leaves = tiles.unbundle(found)
            except ValueError:
                return
            begin = number * WIDTH
            yield list(range(begin, begin + len(leaves))), leaves, None

    def tile(self, epoch: LogEpoch, level: int, number: int, width: int) -> bytes | None:
        """Fetch a tile."""
        return self._get(f"{epoch.number}/{tiles.path(level, number, width)}")

    @staticmethod
    def versions() -> Mapping[str, Mapping[str, bytes]]:
        """Return nothing: the public half has no bodies that could be decided again."""
        return {}

    def contradictions(self) -> list[Finding]:
        """Return nothing: a checkpoint is asked for once, with the list of epochs."""
        return []

    def _get(self, path: str) -> bytes | None:
        """Fetch one file; None where it is not there. Raises UnreadableLogError."""
        try:
            answer = http.get(self._base + path, allow_private=True)
        except http.FetchError as error:
            raise UnreadableLogError(error.message) from error
        if answer.status not in {OK, NOT_FOUND}:  # an outage is no damage
            told = mark("%(url)s answers %(status)s instead of the ledger; try again later.")
            raise UnreadableLogError(
                Message(told, {"url": self._base + path, "status": answer.status})
            )
        return answer.body if answer.status == OK else None
