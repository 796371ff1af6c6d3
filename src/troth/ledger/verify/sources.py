"""Where a log is read from: what every source gives, whatever it is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Final, NamedTuple, Protocol

import msgspec
from msgspec import Meta, Struct

from troth.ledger.verify.findings import Finding
from troth.policy.words import Message

UNDECODABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding may raise: the last where something is nested too deep."""


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

_EPOCHS: Final = msgspec.json.Decoder(Epochs)


def decoded_epochs(content: bytes) -> list[LogEpoch]:
    """Read the list of epochs. Raises what UNDECODABLE names."""
    return _EPOCHS.decode(content)


class Chunk(NamedTuple):
    """Entries of one tile of level 0, in the order they stand.

    `leaves` is None where they cannot be read at all, `bodies` (salt and body of each) in the
    public half and where none can be read: but for that half, a fault always tells it. `indexes`
    are those that are stored; files have none. `faults` is what the source itself found wrong.
    """

    begin: int
    leaves: list[bytes] | None
    bodies: list[tuple[bytes, bytes]] | None = None
    indexes: list[int] | None = None
    faults: tuple[Finding, ...] = ()


class LogSource(Protocol):
    """A place a log is read from. `private` ones hold the bodies, too."""

    private: bool

    def epochs(self) -> list[LogEpoch]:
        """Return the epochs, the first first. Raises UnreadableLogError."""
        ...

    def chunks(self, epoch: LogEpoch) -> Iterator[Chunk]:
        """Yield the entries of an epoch, tile by tile; nothing where they end before its size."""
        ...

    def tile(self, epoch: LogEpoch, level: int, number: int, width: int) -> bytes | None:
        """Return a hash tile as it is stored; None where it is missing."""
        ...

    def versions(self) -> Mapping[str, Mapping[str, bytes]]:
        """Return the files of each policy version, by hash; empty in the public half."""
        ...

    def others(self, epochs: Sequence[LogEpoch]) -> Iterator[Finding]:
        """Tell what is there that belongs to none of these epochs, and what contradicts them."""
        ...
