"""Was each record, use and choice made by a key that might, from where it might, while it lived?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from troth.collection.actions import RECORDED, USED
from troth.collection.walking import NO_CURSOR, SAMPLES_MAX
from troth.consent.saying import CHOSEN, JOINED
from troth.ledger.models import Entry
from troth.ledger.walk import Walk
from troth.policy.promise import Cursor, Evidence
from troth.policy.words import Message, mark
from troth.sites.actions import ENDING, MADE, REVOKED
from troth.sites.models import Key
from troth.sites.secrets import hash_of, written_of

CONTROL: Final = "collection.keys-in-scope"
NEEDS: Final = {RECORDED: "records", USED: "uses", CHOSEN: "consents", JOINED: "consents"}
UNDER_WAY: Final = timedelta(minutes=1)
"""A call that had begun when its key ended may come to its end."""
PUBLISHABLE: Final = "publishable"


class _Made(Struct, frozen=True):
    """What the entry of a key says it may do, and how it lived."""

    key: str
    site: str
    kind: str
    scopes: tuple[str, ...]
    origins: tuple[str, ...]
    test: bool
    until: str = ""
    replaces: str = ""
    per_minute: int | None = None
    """None in an entry of an older release, which did not tell it."""


class _OfKey(Struct, frozen=True):
    at: datetime
    actor: str
    about: _Made


class _Ended(Struct, frozen=True):
    key: str
    until: str = ""


class _OfEnd(Struct, frozen=True):
    at: datetime
    about: _Ended


class _By(Struct, frozen=True):
    """By which key something was done; choices tell no site, records no origin."""

    key: str = ""
    site: str = ""
    origin: str = ""


class _Done(Struct, frozen=True):
    at: datetime
    about: _By


class _Life(Struct):
    """A key as its entries tell of it; `entry` is the one of its making, `by` who made it."""

    made: _Made
    entry: UUID
    since: datetime
    by: str
    until: datetime | None
    revoked: datetime | None = None


_MADE: Final = msgspec.json.Decoder(_OfKey)
_ENDED: Final = msgspec.json.Decoder(_OfEnd)
_DONE: Final = msgspec.json.Decoder(_Done)


def examine(alias: str, now: datetime, cursor: Cursor = NO_CURSOR) -> Evidence:
    """Hold what was done by keys to what their entries say they might, on from a cursor."""
    lives = _lives(alias)
    wrong = list(_changed(alias, lives))
    done = Walk(alias, tuple(NEEDS), cursor)
    wrong += [one for batch in done for entry in batch for one in _outside(entry, lives)]
    return Evidence(
        control=CONTROL,
        verdict="broken" if wrong else "kept",
        examined=done.examined or len(wrong),
        at=now,
        why=Message(mark("Something was done by a key that might not do it, or not from there."))
        if wrong
        else Message(
            mark("Whatever was done by a key was within its scopes, origins and life (%(count)s)."),
            {"count": done.examined},
        ),
        figures={mark("Keys"): len(lives), mark("Done by keys or the house"): done.examined},
        samples=tuple(wrong[:SAMPLES_MAX]),
        cursor=done.cursor,
    )


def _lives(alias: str) -> dict[str, _Life]:
    """Return every key as the ledger tells of it."""
    entries = Entry.objects.using(alias).filter(kind__in=[MADE, REVOKED, ENDING])
    lives: dict[str, _Life] = {}
    for number, kind, body in entries.order_by("at", "id").values_list("id", "kind", "body"):
        if kind == MADE:
            told = _MADE.decode(bytes(body))
            end = _moment(told.about.until)
            lives[told.about.key] = _Life(told.about, number, told.at, told.actor, end)
            continue
        ended = _ENDED.decode(bytes(body))
        life = lives.get(ended.about.key)
        if life is not None and kind == REVOKED:
            life.revoked = ended.at
        elif life is not None:
            life.until = _moment(ended.about.until)
    return lives


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _changed(alias: str, lives: dict[str, _Life]) -> Iterator[str]:
    """Name the keys that are not what was entered: wider, living longer, others, added, or gone."""
    rows = {row.id: row for row in Key.objects.using(alias).all()}
    yield from (f"key {one}: no row" for one in sorted(lives.keys() - rows.keys()))
    for number, row in sorted(rows.items()):
        life = lives.get(number)
        if life is None:
            yield f"key {number}: no entry"
            continue
        made = life.made
        stored = (row.site, row.kind, tuple(row.scopes), tuple(row.origins), row.test)
        if stored != (made.site, made.kind, made.scopes, made.origins, made.test):
            yield f"key {number}: may do what was not entered"
        if row.per_minute != (row.per_minute if made.per_minute is None else made.per_minute):
            yield f"key {number}: may call as often as was not entered"
        if row.expires_at != life.until or row.revoked_at != life.revoked:
            yield f"key {number}: lives as was not entered"
        origin = (row.entry, row.made_at, row.made_by, row.replaces_id or "")
        if origin != (life.entry, life.since, life.by, made.replaces):
            yield f"key {number}: made as was not entered"
        if row.hash != hash_of(written_of(row)):
            yield f"key {number}: obeyed by another secret than the one it was made with"


def _outside(entry: Entry, lives: dict[str, _Life]) -> Iterator[str]:
    """Tell what is wrong with one deed of a key; nothing of what the house itself did."""
    try:
        done = _DONE.decode(bytes(entry.body))
    except msgspec.DecodeError:
        yield f"entry {entry.id}: unreadable"
        return
    by = done.about
    if not by.key:
        return
    life = lives.get(by.key)
    fault = "unknown" if life is None else _fault(life, done, NEEDS[entry.kind])
    if fault:
        yield f"entry {entry.id}: key {by.key} {fault}"


def _fault(life: _Life, done: _Done, scope: str) -> str:
    made, by = life.made, done.about
    ends = [end for end in (life.until, life.revoked) if end is not None]
    if made.test:
        return "is one for trying"
    if scope not in made.scopes:
        return f"has no scope {scope}"
    if by.site not in {"", made.site}:
        return "is of another site"
    if done.at < life.since or any(done.at > end + UNDER_WAY for end in ends):
        return "did not live then"
    fits = by.origin in made.origins if made.origins else not by.origin
    if made.kind == PUBLISHABLE and not fits:
        return "was used from another origin"
    return ""
