"""Verify every epoch of a log, what links them, and what an auditor saved before."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from troth.ledger.note import (
    Checkpoint,
    ForgedSignatureError,
    MissingSignatureError,
    NoteError,
    open_checkpoint,
    parse_checkpoint,
    parse_vkey,
)
from troth.ledger.verify.epochs import Opening, links, opening_of
from troth.ledger.verify.findings import EpochReport, Finding, Report, finding
from troth.ledger.verify.replay import Replay
from troth.ledger.verify.sources import LogEpoch, LogSource
from troth.ledger.verify.tree import TreeCheck

Progress = Callable[[int, int], None]
"""Told how many of how many entries were verified."""

FINDINGS_MAX: Final = 100
"""More are counted under the first ones."""


class _Saved(Struct, frozen=True):
    note: str
    checkpoint: Checkpoint


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
    epochs = source.epochs()
    total = sum(epoch.size for epoch in epochs)
    known = [_Saved(note, parse_checkpoint(note)) for note in saved]
    replay = Replay(source.versions())
    reports: list[EpochReport] = []
    found: list[Finding] = []
    openings: dict[int, Opening | None] = {}
    roots: dict[int, Mapping[int, bytes]] = {}
    wanted = _wanted(source, epochs, known)
    done = 0
    for epoch in epochs:
        signed, faults = signature(epoch, keys)
        tree = TreeCheck(source, epoch, wanted.get(epoch.number, frozenset()))
        bodies, opening = 0, None
        for chunk in tree.read():
            if chunk.bodies is not None:
                bodies += len(chunk.bodies)
                if chunk.begin == 0 and chunk.bodies:
                    opening = opening_of(chunk.bodies[0][1])
                faults += replay.check(epoch.number, chunk.begin, chunk.bodies)
            if progress is not None:
                progress(done + tree.size, total)
        done += epoch.size
        faults += tree.findings(signed)
        openings[epoch.number], roots[epoch.number] = opening, tree.roots
        found += faults
        reports.append(
            EpochReport(
                number=epoch.number,
                origin=epoch.origin,
                vkey=epoch.vkey,
                size=epoch.size if signed is None else signed.size,
                entries=tree.size,
                bodies=bodies,
                replayed=replay.taken(),
            )
        )
    private = any(report.bodies for report in reports)
    linked, notes = links(epochs, openings, roots, private=private)
    found += [*linked, *_compared(epochs, known, roots, openings)]
    found += [one for one in source.contradictions() if one not in found]
    return Report(
        epochs=tuple(reports),
        findings=tuple(found[:FINDINGS_MAX]),
        notes=notes,
        checkpoint=epochs[-1].checkpoint if epochs else "",
    )


def _wanted(
    source: LogSource, epochs: Iterable[LogEpoch], saved: Iterable[_Saved]
) -> dict[int, frozenset[int]]:
    """Return the sizes at which the root of each epoch's tree is asked for."""
    wanted: dict[int, set[int]] = {}
    by_origin = {epoch.origin: epoch.number for epoch in epochs}
    for one in saved:
        if (number := by_origin.get(one.checkpoint.origin)) is not None:
            wanted.setdefault(number, set()).add(one.checkpoint.size)
    for epoch in epochs:
        first = next(iter(source.chunks(epoch)), None)
        opening = opening_of(first[2][0][1]) if first and first[2] else None
        if opening is not None and opening.previous is not None:
            sizes = wanted.setdefault(opening.previous.epoch, set())
            sizes |= {opening.previous.restored_size, opening.previous.known_size}
    return {number: frozenset(sizes) for number, sizes in wanted.items()}


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


def _compared(
    epochs: Sequence[LogEpoch],
    saved: Iterable[_Saved],
    roots: Mapping[int, Mapping[int, bytes]],
    openings: Mapping[int, Opening | None],
) -> list[Finding]:
    """Compare the checkpoints an auditor saved with the trees as they are now."""
    by_origin = {epoch.origin: epoch for epoch in epochs}
    found = []
    for one in saved:
        origin, size = one.checkpoint.origin, one.checkpoint.size
        epoch = by_origin.get(origin)
        if epoch is None:
            found.append(finding("unknown-log", origin=origin))
            continue
        try:
            open_checkpoint(one.note, parse_vkey(epoch.vkey))
        except NoteError:
            found.append(finding("saved-unsigned", epoch.number))
            continue
        root = roots[epoch.number].get(size)
        if root is None:
            code = "lost-checkpoint" if _lost(epoch.number, size, openings) else "shorter"
            found.append(finding(code, epoch.number, size=size, found=epoch.size))
        elif root != one.checkpoint.root:
            found.append(finding("forked", epoch.number, size=size))
    return found


def _lost(epoch: int, size: int, openings: Mapping[int, Opening | None]) -> bool:
    """Tell whether a later epoch says that this much of an epoch was lost."""
    return any(
        opening.previous.covers(epoch, size)
        for opening in openings.values()
        if opening is not None and opening.previous is not None
    )
