"""Where a log is read from: what every source gives, whatever it is."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Protocol

from msgspec import Meta, Struct

from troth.ledger.verify.findings import Finding
from troth.policy.words import Message


class UnreadableLogError(Exception):
    """There is no log there, or it cannot be read; `message` says what and where."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.render(str))
        self.message = message


class LogEpoch(Struct, frozen=True):
    """One epoch as its source presents it: nothing of it is believed yet."""

    number: int
    origin: str
    vkey: str
    size: int
    checkpoint: str
    root: str = ""
    began_at: str = ""


Epochs = Annotated[list[LogEpoch], Meta(min_length=1)]
"""What `epochs.json` holds: a log has at least one."""

Chunk = tuple[list[int], list[bytes], list[tuple[bytes, bytes]] | None]
"""Indexes, leaves and (salt, body) pairs of entries that follow each other; None: public half."""


class LogSource(Protocol):
    """A place a log is read from."""

    def epochs(self) -> list[LogEpoch]:
        """Return the epochs, the first first. Raises UnreadableLogError."""
        ...

    def chunks(self, epoch: LogEpoch) -> Iterator[Chunk]:
        """Yield the entries of an epoch in the order they stand, 256 at a time."""
        ...

    def tile(self, epoch: LogEpoch, level: int, number: int, width: int) -> bytes | None:
        """Return a hash tile as it is stored; None where it is missing."""
        ...

    def versions(self) -> Mapping[str, Mapping[str, bytes]]:
        """Return the files of each policy version, by hash; empty in the public half."""
        ...

    def contradictions(self) -> list[Finding]:
        """Return where this source holds something twice and not alike."""
        ...
