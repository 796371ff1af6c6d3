"""The auditor's copy: the public half as it is served, and beside it what is private.

Every leaf with its salt and body, and every policy version, so that whoever holds the copy checks
it without the product (`docs/verify.md`). It is written aside and takes its place when complete.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from troth.ledger import tiles
from troth.ledger.merkle import HASH_BYTES, leaf_hash
from troth.ledger.tiles import WIDTH
from troth.ledger.verify.sources import UNDECODABLE, LogEpoch, LogSource, decoded_epochs
from troth.policy.words import Message, mark

EPOCHS: Final = "epochs.json"
BODIES: Final = "bodies"
VERSIONS: Final = "versions"
CHECKPOINT: Final = "checkpoint"
README: Final = "README.txt"
SALT_BYTES: Final = 16
LENGTH_BYTES: Final = 4
TOLD: Final = """An auditor's copy of a Troth ledger.

epochs.json              the epochs: number, origin, verifier key, size, root, signed checkpoint
epoch-N/checkpoint       the signed checkpoint (C2SP signed-note, tlog-checkpoint)
epoch-N/tile/...         hash tiles and commitments (C2SP tlog-tiles), as served in public
epoch-N/bodies/...       for 256 entries each: 16 bytes of salt, 4 bytes of length, the entry's JSON
versions/HASH/...        the policy versions under which decisions were made

The commitment of an entry is SHA-256(salt || JSON); its leaf hash is SHA-256(0x00 || commitment).
Entries hold pseudonyms, no names and no values. Keep this folder to yourself all the same.

With Troth:     troth ledger verify FOLDER
Without it:     see docs/verify.md, or run examples/verify_ledger.py FOLDER
"""

Progress = Callable[[int, int], None]


class CopyRefusedError(Exception):
    """The folder is not one a copy may be written to; `message` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.render(str))
        self.message = message


def epoch_folder(number: int | str) -> str:
    """Return the folder of an epoch."""
    return f"epoch-{number}"


def pack(bodies: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return salts and bodies as one file holds them."""
    return b"".join(salt + len(body).to_bytes(LENGTH_BYTES) + body for salt, body in bodies)


def unpack(content: bytes) -> list[tuple[bytes, bytes]]:
    """Return the (salt, body) pairs of a file. Raises ValueError where it is cut short."""
    found, rest = unpack_part(content)
    if rest:
        raise ValueError("the file is cut short")
    return found


def unpack_part(content: bytes) -> tuple[list[tuple[bytes, bytes]], int]:
    """Return the (salt, body) pairs that can be read, and how many bytes behind them cannot."""
    found, at, end = [], 0, len(content)
    while at < end:
        begin = at + SALT_BYTES + LENGTH_BYTES
        after = begin + int.from_bytes(content[at + SALT_BYTES : begin])
        if after > end:
            break
        found.append((content[at : at + SALT_BYTES], content[begin:after]))
        at = after
    return found, end - at


def write_copy(source: LogSource, folder: Path, progress: Progress | None = None) -> int:
    """Write a copy; an older copy of the same log is replaced. Returns how many entries it has.

    Raises CopyRefusedError, or OSError.
    """
    admit_copy(source, folder)
    epochs = source.epochs()
    draft = _draft(folder)
    try:
        total, done = sum(epoch.size for epoch in epochs), 0
        for epoch in epochs:
            done = _write_epoch(
                source, epoch, draft, lambda n: (progress or _quiet)(n, total), done
            )
        _write_versions(draft / VERSIONS, source.versions())
        (draft / README).write_text(TOLD)
        (draft / EPOCHS).write_bytes(msgspec.json.format(msgspec.json.encode(epochs)))
        _take_place(draft, folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return total


def _quiet(_done: int, _total: int) -> None:
    """Tell nobody."""


def _draft(folder: Path) -> Path:
    """Make an empty folder beside the one that is to be written."""
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    return draft


def admit_copy(source: LogSource, folder: Path) -> None:
    """Refuse a folder that cannot be written, or holds anything but an older copy of the same log.

    An older copy is evidence: one that this log does not go on from is never replaced. Raises
    CopyRefusedError, or OSError.
    """
    _demand_older_copy(source, folder)
    _draft(folder).rmdir()


def _demand_older_copy(source: LogSource, folder: Path) -> None:
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    try:
        older = decoded_epochs((folder / EPOCHS).read_bytes())
    except (OSError, *UNDECODABLE):
        raise _refused(
            mark("%(folder)s holds something else than a copy of a ledger; name a new folder."),
            folder,
        ) from None
    by_origin = {epoch.origin: epoch for epoch in source.epochs()}
    for one in older:
        now = by_origin.get(one.origin)
        if now is None or now.size < one.size or _root_at(source, now, one.size) != one.root:
            raise _refused(
                mark(
                    "The ledger does not go on from the copy in %(folder)s: keep that copy, verify"
                    " with its checkpoint, and name a new folder for this one."
                ),
                folder,
            )


def _refused(template: str, folder: Path) -> CopyRefusedError:
    return CopyRefusedError(Message(template, {"folder": folder}))


def _root_at(source: LogSource, epoch: LogEpoch, size: int) -> str:
    """Return the root of an epoch's tree when it had this many entries."""
    done, edge, root = 0, dict[int, bytes](), tiles.EMPTY_ROOT
    for chunk in source.chunks(epoch):
        hashes = [leaf_hash(leaf) for leaf in (chunk.leaves or [])[: size - done]]
        if hashes:
            changed, root = tiles.extend(done, edge, hashes)
            done += len(hashes)
            edge = tiles.edge_of(done, changed, edge)
    return root.hex()


def _write_epoch(
    source: LogSource, epoch: LogEpoch, draft: Path, progress: Callable[[int], None], done: int
) -> int:
    home = draft / epoch_folder(epoch.number)
    home.mkdir()
    size, edge = 0, dict[int, bytes]()
    for chunk in source.chunks(epoch):
        leaves, number = chunk.leaves or [], chunk.begin // WIDTH
        width = tiles.width_of(epoch.size, 0, number)
        _write(home / tiles.path(tiles.ENTRIES, number, width), tiles.bundle(leaves))
        _write(home / BODIES / tiles.number_path(number), pack(chunk.bodies or ()))
        changed, _ = tiles.extend(size, edge, [leaf_hash(leaf) for leaf in leaves])
        size += len(leaves)
        edge = tiles.edge_of(size, changed, edge)
        for (level, tile), hashes in changed.items():
            if len(hashes) == tiles.width_of(epoch.size, level, tile) * HASH_BYTES:
                width = len(hashes) // HASH_BYTES
                _write(home / tiles.path(level, tile, width), hashes)
        progress(done + size)
    (home / CHECKPOINT).write_text(epoch.checkpoint)
    return done + size


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _write_versions(home: Path, versions: Mapping[str, Mapping[str, bytes]]) -> None:
    home.mkdir()
    for version, files in versions.items():
        for name, content in files.items():
            _write(home / version / name, content)


def _take_place(draft: Path, folder: Path) -> None:
    """Put the finished copy into its place, durable; an older one goes when the new one stands."""
    for file in draft.rglob("*"):
        handle = os.open(file, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    older = folder.with_name(f".{folder.name}.older")
    shutil.rmtree(older, ignore_errors=True)
    if folder.exists():
        folder.replace(older)
    draft.replace(folder)
    shutil.rmtree(older, ignore_errors=True)
