"""What is shown of the ledger: to anybody its public half, to members what was entered."""

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from troth.ledger import tiles
from troth.ledger.merkle import HASH_BYTES
from troth.ledger.models import Entry, Epoch, Tile
from troth.ledger.tables import stored_bytes
from troth.ledger.tiles import WIDTH
from troth.ledger.verify.data import DataSource
from troth.ledger.verify.epochs import Opening, opening_of
from troth.ledger.verify.replay import Told
from troth.ledger.verify.sources import UNDECODABLE, LogEpoch
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

    @property
    def moment(self) -> datetime:
        """When it was recorded."""
        return datetime.fromisoformat(self.at)


class Page(Struct, frozen=True):
    """Some entries, and the id to go on from ("" at the end)."""

    entries: tuple[Shown, ...]
    older: str


KINDS_AMONG: Final = 5_000
ID: Final = re.compile(r"[0-9a-f]{32}")
UNREADABLE: Final = "?"
"""Who did it, of an entry whose body was tampered with: shown, and found by the controls."""

_DECODER: Final = msgspec.json.Decoder(Body)


def newest(
    alias: str,
    *,
    kind: str | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    limit: int = 20,
) -> tuple[Shown, ...]:
    """Return the newest entries, the newest first."""
    entries = Entry.objects.using(alias).order_by("-id")
    wanted = {"kind": kind, "subject": subject, "at__gte": since}
    found = entries.filter(**{name: value for name, value in wanted.items() if value is not None})
    return tuple(_shown(entry) for entry in found[:limit])


def _shown(entry: Entry) -> Shown:
    try:
        body = _DECODER.decode(stored_bytes(entry.body))
    except UNDECODABLE:
        at = entry.at.isoformat()
        body = Body(entry.kind, at, UNREADABLE, "", entry.subject, {}, None, None)
    place: dict[str, Any] = {
        "epoch": entry.epoch,
        "index": entry.index,
        "leaf": stored_bytes(entry.leaf).hex(),
    }
    return Shown(**msgspec.structs.asdict(body), **place)


def page(alias: str, *, kind: str, before: str, limit: int, only: str = "") -> Page:
    """Return one page of entries; a `before` that is no id begins at the newest.

    `only` leaves the entry of that id; "" is all.
    """
    last = UUID(before) if ID.fullmatch(before) else None
    one = UUID(only) if only else None
    entries = Entry.objects.using(alias).order_by("-id")
    wanted = {"kind": kind or None, "id__lt": last, "id": one}
    found = entries.filter(**{name: value for name, value in wanted.items() if value is not None})
    rows = list(found[: limit + 1])
    older = rows[limit - 1].pk.hex if len(rows) > limit else ""
    return Page(tuple(_shown(entry) for entry in rows[:limit]), older)


def known_id(written: str) -> str:
    """Return an entry's id as it stands in an address; "" for what is none."""
    return written if ID.fullmatch(written) else ""


def kinds(alias: str) -> list[str]:
    """Return the kinds among the newest entries."""
    newest_kinds = Entry.objects.using(alias).order_by("-id").values_list("kind", flat=True)
    return sorted(set(newest_kinds[:KINDS_AMONG]))


def etag(content: bytes) -> str:
    """Return an entity tag."""
    return f'"{sha256(content).hexdigest()[:32]}"'


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
    told = (opening.previous for opening in _openings(alias))
    return tuple(one.told for one in told if one is not None and one.lost)


def not_known(alias: str) -> tuple[Message, ...]:
    """Return what may be missing as the keys, too, came from a backup: the log says so itself."""
    told = (opening.not_known for opening in _openings(alias))
    return tuple(one for one in told if one is not None)


def _openings(alias: str) -> list[Opening]:
    """Return how each epoch began, as far as that can be read."""
    numbers = Epoch.objects.using(alias).values_list("number", flat=True)
    firsts = Entry.objects.using(alias).filter(epoch__in=numbers, index=0).order_by("epoch")
    read = (opening_of(stored_bytes(body)) for body in firsts.values_list("body", flat=True))
    return [opening for opening in read if opening is not None]
