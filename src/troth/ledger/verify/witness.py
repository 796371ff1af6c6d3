"""Compare the checkpoints an auditor saved with the trees as they are now. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from troth.ledger.note import Checkpoint, NoteError, open_checkpoint, parse_vkey
from troth.ledger.verify.epochs import Opening
from troth.ledger.verify.findings import Finding, finding
from troth.ledger.verify.sources import LogEpoch


class Saved(Struct, frozen=True):
    """A checkpoint that was saved: as a note, and what it says."""

    note: str
    checkpoint: Checkpoint


def compared(
    epochs: Sequence[LogEpoch],
    saved: Iterable[Saved],
    roots: Sequence[Mapping[int, bytes]],
    openings: Sequence[Opening | None],
) -> list[Finding]:
    """Compare each saved checkpoint with every epoch that bears its name.

    There should be one. If there are more, the one that holds must not stand in for the others.
    """
    found = []
    for one in saved:
        named = [
            (epoch, known)
            for epoch, known in zip(epochs, roots, strict=True)
            if epoch.origin == one.checkpoint.origin
        ]
        if not named:
            found.append(finding("unknown-log", origin=one.checkpoint.origin))
        for epoch, known in named:
            found += _held_to(one, epoch, known, openings)
    return found


def _held_to(
    one: Saved, epoch: LogEpoch, known: Mapping[int, bytes], openings: Iterable[Opening | None]
) -> list[Finding]:
    size = one.checkpoint.size
    try:
        open_checkpoint(one.note, parse_vkey(epoch.vkey))
    except NoteError:
        return [finding("saved-unsigned", epoch.number)]
    root = known.get(size)
    if root is None:
        code = "lost-checkpoint" if _lost(epoch.number, size, openings) else "shorter"
        return [finding(code, epoch.number, size=size, found=epoch.size)]
    return [] if root == one.checkpoint.root else [finding("forked", epoch.number, size=size)]


def _lost(epoch: int, size: int, openings: Iterable[Opening | None]) -> bool:
    """Tell whether a later epoch says that this much of an epoch was lost."""
    return any(
        opening.previous.covers(epoch, size)
        for opening in openings
        if opening is not None and opening.previous is not None
    )
