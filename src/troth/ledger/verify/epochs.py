"""What links one epoch to the one before: the first entry of each says what it began from."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from troth.ledger.note import NoteError, open_checkpoint, parse_vkey
from troth.ledger.verify.findings import Finding, finding
from troth.ledger.verify.sources import UNDECODABLE, LogEpoch
from troth.policy.words import Message, mark

KIND: Final = "ledger.epoch"
FIRST: Final = 1


class Previous(Struct, frozen=True):
    """What the data ended with when an epoch began, and how far the log had been seen to go."""

    epoch: int
    restored_size: int
    restored_root: str
    known_epoch: int
    known_size: int
    known_checkpoint: str

    @property
    def lost(self) -> bool:
        """Whether entries that were once signed are gone."""
        return (self.known_epoch, self.known_size) > (self.epoch, self.restored_size)

    @property
    def told(self) -> Message:
        """What was lost, as a sentence."""
        if self.known_epoch == self.epoch:
            return Message(
                mark(
                    "Entries %(begin)s to %(end)s of epoch %(epoch)s were lost: a copy of the data"
                    " from before them was restored. The log says so itself."
                ),
                {
                    "begin": self.restored_size,
                    "end": self.known_size - 1,
                    "epoch": self.epoch,
                },
            )
        return Message(
            mark(
                "All entries after %(begin)s of epoch %(epoch)s, up to %(end)s of epoch %(known)s,"
                " were lost: a copy of the data from before them was restored. The log says so"
                " itself."
            ),
            {
                "begin": self.restored_size,
                "epoch": self.epoch,
                "end": self.known_size,
                "known": self.known_epoch,
            },
        )

    def covers(self, epoch: int, size: int) -> bool:
        """Tell whether a checkpoint of an epoch covers entries that are said to be lost."""
        begin, end = (self.epoch, self.restored_size), (self.known_epoch, self.known_size)
        return begin < (epoch, size) <= end


class About(Struct, frozen=True):
    """What the first entry of an epoch is about."""

    number: int
    cause: str
    previous: Previous | None
    keys_restored_from: datetime | None = None
    """When the backup was made that the keys came from; None where they were here."""


class Opening(Struct, frozen=True):
    """The first entry of an epoch."""

    kind: str
    at: Annotated[datetime, Meta(tz=True)]
    about: About

    @property
    def previous(self) -> Previous | None:
        """What it says of the epoch before."""
        return self.about.previous

    @property
    def not_known(self) -> Message | None:
        """What nobody here knows to be whole, as a sentence; None where the keys had seen it."""
        at = self.about.keys_restored_from
        return None if at is None else not_known(self.about.number, at)

    def began(self, said: str) -> bool:
        """Tell whether the epoch began when a list of epochs says so."""
        return said == self.at.isoformat()


_DECODER: Final = msgspec.json.Decoder(Opening)


def not_known(epoch: int, at: datetime) -> Message:
    """Say that an epoch began with keys from a backup, which knew nothing of what came after."""
    return Message(
        mark(
            "Epoch %(epoch)s began with keys from a backup: what was entered after %(at)s (UTC) and"
            " is not here is not known; compare with a checkpoint that a witness kept."
        ),
        {"epoch": epoch, "at": f"{at:%Y-%m-%d %H:%M:%S}"},
    )


def opening_of(body: bytes) -> Opening | None:
    """Read the first entry of an epoch; None where it is none."""
    try:
        opening = _DECODER.decode(body)
    except UNDECODABLE:
        return None
    return opening if opening.kind == KIND else None


def order(epochs: Sequence[LogEpoch]) -> list[Finding]:
    """Check that epochs are listed from the first on, and that each has a name of its own.

    Numbers may leave some out: an epoch that was lost whole with the data is not there any more.
    """
    found: list[Finding] = []
    if epochs and epochs[0].number != FIRST:
        found.append(finding("epoch-missing", epochs[0].number))
    names: set[str] = set()
    for place, epoch in enumerate(epochs):
        if place and epoch.number <= epochs[place - 1].number:
            before = epochs[place - 1].number
            found.append(finding("epoch-order", epoch.number, before=before))
        if epoch.origin in names or not epoch.origin.endswith(f"/{epoch.number}"):
            found.append(finding("epoch-name", epoch.number, origin=epoch.origin))
        names.add(epoch.origin)
    return found


def left_out(epochs: Sequence[LogEpoch]) -> tuple[Message, ...]:
    """Tell which epochs are not listed: whether they were lost, only the entries say."""
    told = mark(
        "Epoch %(epoch)s follows on epoch %(before)s: what lay between was lost, as the entries in"
        " an auditor's copy must say."
    )
    return tuple(
        Message(told, {"epoch": epoch.number, "before": before.number})
        for before, epoch in pairwise(epochs)
        if epoch.number > before.number + 1
    )


def links(
    epochs: Sequence[LogEpoch],
    openings: Sequence[Opening | None],
    roots: Sequence[Mapping[int, bytes]],
) -> tuple[list[Finding], tuple[Message, ...]]:
    """Check that each epoch begins with what is known of the one before; tell what was lost.

    For a source with bodies: without them nothing is known of what an epoch begins with.
    """
    found: list[Finding] = []
    notes: list[Message] = []
    for place, (epoch, opening) in enumerate(zip(epochs, openings, strict=True)):
        before = epochs[place - 1] if place else None
        if before is None and epoch.number != FIRST:
            continue  # those before it are not here: `order` has said so
        if (
            opening is None
            or opening.about.number != epoch.number
            or (before is None) != (opening.previous is None)
        ):
            found.append(finding("epoch-missing", epoch.number))
            continue
        if not opening.began(epoch.began_at):
            found.append(finding("began", epoch.number))
        previous = opening.previous
        if before is not None and previous is not None:
            follows = previous.known_epoch + 1 == epoch.number
            if not follows or not _follows(before, previous, roots[place - 1]):
                found.append(finding("epoch-link", epoch.number, before=before.number))
            if previous.lost:
                notes.append(previous.told)
        if (unknown := opening.not_known) is not None:
            notes.append(unknown)
    return found, tuple(notes)


def _follows(before: LogEpoch, previous: Previous, known_roots: Mapping[int, bytes]) -> bool:
    """Tell whether the tree before has the root that was restored, and what was known is signed."""
    root = known_roots.get(previous.restored_size)
    if previous.epoch != before.number or root is None or root.hex() != previous.restored_root:
        return False
    if previous.known_epoch != before.number:
        return True  # that epoch was lost whole, with its key's name
    try:
        known = open_checkpoint(previous.known_checkpoint, parse_vkey(before.vkey))
    except NoteError:
        return False
    same = known_roots.get(known.size, known.root)
    return known.size == previous.known_size and same == known.root
