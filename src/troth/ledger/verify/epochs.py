"""What links one epoch to the one before: the first entry of each says what it began from."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from troth.ledger.note import NoteError, open_checkpoint, parse_vkey
from troth.ledger.verify.findings import Finding, finding
from troth.ledger.verify.sources import LogEpoch
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
        return self.lost and (self.epoch, self.restored_size) < (epoch, size)


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
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return opening if opening.kind == KIND else None


def links(
    epochs: Sequence[LogEpoch],
    openings: Mapping[int, Opening | None],
    roots: Mapping[int, Mapping[int, bytes]],
    *,
    private: bool,
) -> tuple[list[Finding], tuple[Message, ...]]:
    """Check that each epoch begins when it is said to, and with what is known of the one before.

    Tell what was lost.

    Without bodies (`private` is False) nothing is known of what an epoch begins with. A log that
    does not begin with its first epoch had others before, and they are not here.
    """
    found: list[Finding] = []
    if epochs and epochs[0].number != FIRST:
        found.append(finding("epoch-missing", epochs[0].number))
    notes: list[Message] = []
    for place, epoch in enumerate(epochs if private else ()):
        opening = openings[epoch.number]
        before = epochs[place - 1] if place else None
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
            if not _follows(before, previous, roots):
                found.append(finding("epoch-link", epoch.number, before=before.number))
            if previous.lost:
                notes.append(previous.told)
        if (unknown := opening.not_known) is not None:
            notes.append(unknown)
    return found, tuple(notes)


def _follows(
    before: LogEpoch, previous: Previous, roots: Mapping[int, Mapping[int, bytes]]
) -> bool:
    """Tell whether the tree before has the root that was restored, and what was known is signed."""
    known_roots = roots[before.number]
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
