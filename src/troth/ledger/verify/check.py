"""Verify every epoch of a log, what links them, and what an auditor saved before."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from troth.ledger.note import (
    Checkpoint,
    ForgedSignatureError,
    MissingSignatureError,
    NoteError,
    open_checkpoint,
    parse_checkpoint,
    parse_vkey,
)
from troth.ledger.verify.epochs import Opening, left_out, links, opening_of, order
from troth.ledger.verify.findings import EpochReport, Finding, Report, finding
from troth.ledger.verify.replay import Replay
from troth.ledger.verify.sources import LogEpoch, LogSource
from troth.ledger.verify.tree import TreeCheck
from troth.ledger.verify.witness import Saved, compared

Progress = Callable[[int, int], None]
"""Told how many of how many entries were verified."""

FINDINGS_MAX: Final = 100
"""More are counted under the first ones."""


def verify(
    source: LogSource,
    *,
    keys: Sequence[str] = (),
    saved: Sequence[str] = (),
    progress: Progress | None = None,
) -> Report:
    """Verify a log: signatures, trees, bodies, decisions, epochs, and checkpoints saved before.

    `keys` are verifier keys to trust; without any the log's own is believed and reported. Raises
    UnreadableLogError where there is no log to verify, NoteError for what was saved.
    """
    listed = source.epochs()
    opened = [signature(epoch, keys) for epoch in listed]
    epochs = [
        epoch if signed is None else replace(epoch, size=signed.size)
        for epoch, (signed, _) in zip(listed, opened, strict=True)
    ]
    known = [Saved(note, parse_checkpoint(note)) for note in saved]
    wanted = _wanted(source, epochs, known)
    reading = _Reading(
        source, Replay(source.versions()), progress, sum(max(0, one.size) for one in epochs)
    )
    read = [
        reading.epoch(epoch, signed, faults, sizes)
        for epoch, (signed, faults), sizes in zip(epochs, opened, wanted, strict=True)
    ]
    openings, roots = [one.opening for one in read], [one.roots for one in read]
    found = [one for each in read for one in each.findings] + order(epochs)
    notes = left_out(epochs)
    if source.private:
        linked, notes = links(epochs, openings, roots)
        found += linked
    found += compared(epochs, known, roots, openings)
    found += islice(source.others(epochs), FINDINGS_MAX)
    return Report(
        epochs=tuple(one.report for one in read),
        findings=tuple(found[:FINDINGS_MAX]),
        notes=notes,
        checkpoint=epochs[-1].checkpoint if epochs else "",
    )


class _ReadEpoch(Struct, frozen=True):
    """What came of reading one epoch."""

    report: EpochReport
    findings: list[Finding]
    opening: Opening | None
    roots: Mapping[int, bytes]


class _Reading:
    """Reads epoch after epoch, telling how far it got."""

    def __init__(
        self, source: LogSource, replay: Replay, progress: Progress | None, total: int
    ) -> None:
        self._source, self._replay = source, replay
        self._progress, self._total, self._done = progress, total, 0

    def epoch(
        self,
        epoch: LogEpoch,
        signed: Checkpoint | None,
        faults: Sequence[Finding],
        wanted: frozenset[int],
    ) -> _ReadEpoch:
        """Read one epoch to its end."""
        found = list(faults)
        tree = TreeCheck(self._source, epoch, wanted)
        bodies, opening = 0, None
        for part in tree.read():
            if part.bodies is not None:
                bodies += len(part.bodies)
                if part.begin == 0 and part.bodies:
                    opening = opening_of(part.bodies[0][1])
                found += self._replay.check(epoch.number, part.begin, part.bodies)
            if self._progress is not None:
                self._progress(self._done + tree.size, self._total)
        self._done += max(0, epoch.size)
        found += tree.findings(signed)
        report = EpochReport(
            number=epoch.number,
            origin=epoch.origin,
            vkey=epoch.vkey,
            size=epoch.size,
            entries=tree.size,
            bodies=bodies,
            replayed=self._replay.taken(),
        )
        return _ReadEpoch(report, found, opening, tree.roots_as_signed(signed))


def _wanted(
    source: LogSource, epochs: Sequence[LogEpoch], saved: Iterable[Saved]
) -> list[frozenset[int]]:
    """Return the sizes at which the root of each epoch's tree is asked for."""
    wanted: list[set[int]] = [
        {one.checkpoint.size for one in saved if one.checkpoint.origin == epoch.origin}
        for epoch in epochs
    ]
    for place, epoch in enumerate(epochs[1:]):
        first = next(iter(source.chunks(epoch)), None)
        opening = opening_of(first.bodies[0][1]) if first and first.bodies else None
        if opening is not None and opening.previous is not None:
            wanted[place] |= {opening.previous.restored_size, opening.previous.known_size}
    return [frozenset(sizes) for sizes in wanted]


def signature(epoch: LogEpoch, keys: Sequence[str]) -> tuple[Checkpoint | None, list[Finding]]:
    """Open the checkpoint of an epoch by its key, and compare that with those that are trusted."""
    faults = []
    try:
        own = parse_vkey(epoch.vkey)
        if keys and own.public not in {parse_vkey(key).public for key in keys}:
            faults.append(finding("other-key", epoch.number))
        signed = open_checkpoint(epoch.checkpoint, own)
    except ForgedSignatureError:
        faults.append(finding("forged", epoch.number))
    except MissingSignatureError:
        faults.append(finding("unsigned", epoch.number))
    except NoteError as error:
        faults.append(finding("unreadable", epoch.number, why=error.message))
    else:
        listed = (epoch.origin, epoch.size, epoch.root)
        if listed != (signed.origin, signed.size, signed.root.hex()):
            faults.append(finding("summary", epoch.number))
        return signed, faults
    return None, faults
