"""The public half as a source: what a server shows to anybody under `/ledger/`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from troth.ledger import tiles
from troth.ledger.verify import bundles
from troth.ledger.verify.findings import Finding
from troth.ledger.verify.sources import (
    UNDECODABLE,
    Chunk,
    LogEpoch,
    UnreadableLogError,
    decoded_epochs,
)
from troth.policy.words import Message, mark
from troth.wire import http

OK: Final = 200
NOT_FOUND: Final = 404
LEDGER: Final = "/ledger/"


class PublicSource:
    """A server's public ledger, at its own address or at that of `/ledger/`."""

    private = False

    def __init__(self, address: str) -> None:
        base = address.rstrip("/")
        self._base = base + "/" if base.endswith(LEDGER.rstrip("/")) else base + LEDGER

    def epochs(self) -> list[LogEpoch]:
        """Fetch the list of epochs."""
        found = self._get("epochs.json")
        try:
            return decoded_epochs(found or b"")
        except UNDECODABLE:
            none = Message(mark("%(address)s shows no ledger."), {"address": self._base})
            raise UnreadableLogError(none) from None

    def chunks(self, epoch: LogEpoch) -> Iterator[Chunk]:
        """Fetch the bundles of commitments, as far as they go."""
        home = f"{epoch.number}/"
        return bundles.chunks(epoch, lambda path, _most: self._get(home + path), private=False)

    def tile(self, epoch: LogEpoch, level: int, number: int, width: int) -> bytes | None:
        """Fetch a tile."""
        return self._get(f"{epoch.number}/{tiles.path(level, number, width)}")

    @staticmethod
    def versions() -> Mapping[str, Mapping[str, bytes]]:
        """Return nothing: the public half has no bodies that could be decided again."""
        return {}

    @staticmethod
    def others(_epochs: Sequence[LogEpoch]) -> Iterator[Finding]:
        """Tell nothing: only what is asked for is ever seen."""
        return iter(())

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
