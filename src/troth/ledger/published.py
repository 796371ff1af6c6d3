"""What is shown of the ledger: to anybody its public half, to members what was entered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from troth.ledger import tiles
from troth.ledger.merkle import HASH_BYTES
from troth.ledger.models import Entry, Epoch, Tile
from troth.ledger.tiles import WIDTH
from troth.ledger.verify.data import DataSource
from troth.ledger.verify.epochs import Opening, opening_of
from troth.ledger.verify.replay import Told
from troth.ledger.verify.sources import LogEpoch
from troth.policy.words import Message


class Body(Struct, frozen=True):
    """An entry's body, to be shown."""

    kind: str
    at: str
    actor: str
    version: str
    subject: str | None
    about: Mapping[str, Any]
    facts: Mapping[str, Any] | None
    decision: Told | None


class Shown(Body, frozen=True, kw_only=True):
    """An entry with its place: `index` is None until it is integrated."""

    epoch: int | None
    index: int | None
    leaf: str


UNREADABLE: Final = "?"
"""Who did it, of an entry whose body was tampered with: shown, and found by the controls."""

_DECODER: Final = msgspec.json.Decoder(Body)


def newest(
    alias: str,
    *,
    kind: str | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    before: str | None = None,
    limit: int = 20,
) -> tuple[Shown, ...]:
    """Return the newest entries, the newest first; `before` is the id of one to go on from."""
    entries = Entry.objects.using(alias).order_by("-id")
    wanted = {"kind": kind, "subject": subject, "at__gte": since, "id__lt": before}
    found = entries.filter(**{name: value for name, value in wanted.items() if value is not None})
    return tuple(_shown(entry) for entry in found[:limit])


def _shown(entry: Entry) -> Shown:
    try:
        body = _DECODER.decode(bytes(entry.body))
    except (msgspec.DecodeError, UnicodeDecodeError):
        at = entry.at.isoformat()
        body = Body(entry.kind, at, UNREADABLE, "", entry.subject, {}, None, None)
    place = {"epoch": entry.epoch, "index": entry.index, "leaf": bytes(entry.leaf).hex()}
    return Shown(**msgspec.structs.asdict(body), **place)


def epochs(alias: str) -> list[LogEpoch]:
    """Return the epochs, the first first; none before the first start."""
    if not Epoch.objects.using(alias).exists():
        return []
    return DataSource(alias).epochs()


def tile(alias: str, epoch: int, path: str) -> bytes | None:
    """Return the file a path of tlog-tiles names; None where there is none (yet)."""
    parsed = tiles.parse_path(path)
    if parsed is None:
        return None
    level, number, width = parsed
    if level == tiles.ENTRIES:
        return _bundle(alias, epoch, number, width)
    stored = Tile.objects.using(alias).filter(epoch=epoch, level=level, number=number)
    hashes = stored.values_list("hashes", flat=True).first()
    if hashes is None or len(hashes) < width * HASH_BYTES:
        return None
    return bytes(hashes)[: width * HASH_BYTES]


def _bundle(alias: str, epoch: int, number: int, width: int) -> bytes | None:
    begin = number * WIDTH
    entries = Entry.objects.using(alias).filter(
        epoch=epoch, index__gte=begin, index__lt=begin + width
    )
    leaves = [bytes(leaf) for leaf in entries.order_by("index").values_list("leaf", flat=True)]
    return tiles.bundle(leaves) if len(leaves) == width else None


def lost(alias: str) -> tuple[Message, ...]:
    """Return what was lost when a copy was restored, as the log itself says."""
    firsts = Entry.objects.using(alias).filter(index=0).order_by("epoch")
    openings = (opening_of(bytes(body)) for body in firsts.values_list("body", flat=True))
    return tuple(_lost(openings))


def _lost(openings: Any) -> list[Message]:
    told: list[Message] = []
    for opening in openings:
        previous = opening.previous if isinstance(opening, Opening) else None
        if previous is not None and previous.lost:
            told.append(previous.told)
    return told
