"""What the ledger tells of values and records: taken in, and no longer held."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from troth import vault
from troth.access.known import CATEGORY as STAFF
from troth.access.provider import FIELD as LINK
from troth.collection.actions import RECORDED
from troth.collection.holdings import EXPIRED as RECORDS_EXPIRED
from troth.ledger.models import Entry
from troth.policy.words import Pseudonym
from troth.store import SYSTEM, Tx

REPLACING: Final = ("access.own-value-kept", "access.provider-linked")
"""What is kept by these is kept in the place of what stood there."""
KEPT: Final = ("people.enrolled", RECORDED, *REPLACING)
"""All the kinds of entries by which values are kept: a value of another is of none."""
ERASING: Final = ("access.own-value-erased", "access.provider-unlinked")
VALUES_EXPIRED: Final = ("people.expired", "access.expired")
Moment = tuple[datetime, UUID]
Whose = tuple[str, str, str]
"""A pseudonym, a category and a field of it."""
T = TypeVar("T")


class _Facts(Struct, frozen=True, tag_field="verb", tag="collect"):
    category: str
    purpose: str
    source: str
    fields: frozenset[str]


class _Decision(Struct, frozen=True):
    allowed: bool


class _About(Struct, frozen=True):
    """`key` and `site` are told of records; `fields` are in the order of the commitments.

    An entry of an older release tells no `fields`: only that these values are among its facts'.
    """

    commitments: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    key: str = ""
    site: str = ""


class Told(Struct, frozen=True):
    """What an entry tells of values that were taken in."""

    kind: str
    at: datetime
    version: str
    subject: str | None
    about: _About
    facts: _Facts
    decision: _Decision

    def commits(self, field: str, commitment: str) -> bool:
        """Tell whether it commits to this value of this field."""
        about = self.about
        if about.fields:
            return (field, commitment) in zip(about.fields, about.commitments, strict=False)
        return field in self.facts.fields and commitment in about.commitments


class _OfErasing(Struct, frozen=True):
    field: str = LINK


class _Erasing(Struct, frozen=True):
    at: datetime
    subject: str | None
    about: _OfErasing


class _OfDays(Struct, frozen=True):
    rows: dict[str, int]
    days: dict[str, int | None]


class _Days(Struct, frozen=True):
    at: datetime
    about: _OfDays


_TOLD: Final = msgspec.json.Decoder(Told)
_ERASING: Final = msgspec.json.Decoder(_Erasing)
_DAYS: Final = msgspec.json.Decoder(_Days)


def told_by(entries: Iterable[tuple[Any, bytes | memoryview]]) -> dict[Any, Told]:
    """Return what entries tell of values taken in, by their ids; of others, nothing."""
    found = {}
    for entry, body in entries:
        said = _read(_TOLD, body)
        if said is not None and said.decision.allowed:
            found[entry] = said
    return found


class Gone:
    """Why a value or record may be no longer held: erased, replaced, or its days over."""

    def __init__(self, alias: str, now: datetime) -> None:
        self._alias, self._tx = alias, Tx(alias, now, SYSTEM)
        self._known: dict[str, bool] = {}
        self._ends: dict[tuple[str, str], datetime] | None = None
        self._others: dict[Whose, list[Moment]] | None = None

    def value(self, told: Told, entry: UUID, field: str) -> bool:
        """Tell whether a value may be gone that this entry told of."""
        return (
            self._is_over(told, VALUES_EXPIRED)
            or self._is_replaced(told, entry, field)
            or self._is_erased(told.subject or "")
        )

    def record(self, told: Told) -> bool:
        """Tell whether a record may be nobody's that this entry told of."""
        return self._is_over(told, (RECORDS_EXPIRED,)) or self._is_erased(told.subject or "")

    def _is_erased(self, subject: str) -> bool:
        if subject not in self._known:
            self._known[subject] = vault.person_of(self._tx, Pseudonym(subject)) is not None
        return not self._known[subject]

    def _is_over(self, told: Told, kinds: tuple[str, ...]) -> bool:
        """Tell whether something expired that was as old as this, in its category."""
        if self._ends is None:
            self._ends = self._ended()
        ends = (self._ends.get((kind, told.facts.category)) for kind in kinds)
        return any(end is not None and told.at <= end for end in ends)

    def _ended(self) -> dict[tuple[str, str], datetime]:
        ends: dict[tuple[str, str], datetime] = {}
        for _, kind, body in self._entries(*VALUES_EXPIRED, RECORDS_EXPIRED):
            said = _read(_DAYS, body)
            for category in said.about.rows if said else ():
                days = said.about.days.get(category) if said else None
                if said is not None and days is not None:
                    end, place = said.at - timedelta(days=days), (kind, category)
                    ends[place] = max(end, ends.get(place, end))
        return ends

    def _is_replaced(self, told: Told, entry: UUID, field: str) -> bool:
        """Tell whether a later entry of the same person put another value there, or none.

        Later by its id or its moment: of two pages sent at once, who began last may be first.
        """
        if self._others is None:
            self._others = self._replaced()
        # a link was undone by entries of older releases that name nobody
        places = ((subject, told.facts.category, field) for subject in (told.subject or "", ""))
        return any(
            other > entry or at > told.at
            for place in places
            for at, other in self._others.get(place, ())
        )

    def _replaced(self) -> dict[Whose, list[Moment]]:
        others: dict[Whose, list[Moment]] = {}
        for entry, kind, body in self._entries(*REPLACING, *ERASING):
            for at, place in _places(kind, body):
                others.setdefault(place, []).append((at, entry))
        return others

    def _entries(self, *kinds: str) -> Iterable[tuple[UUID, str, bytes | memoryview]]:
        found = Entry.objects.using(self._alias).filter(kind__in=kinds)
        return found.values_list("id", "kind", "body").iterator()


def _places(kind: str, body: bytes | memoryview) -> Iterable[tuple[datetime, Whose]]:
    """Yield since when what stood in a field of somebody's is erased."""
    if kind in REPLACING:
        kept = _read(_TOLD, body)
        if kept is not None:
            for field in kept.about.fields or kept.facts.fields:
                yield kept.at, (kept.subject or "", kept.facts.category, field)
        return
    taken = _read(_ERASING, body)
    if taken is not None:
        yield taken.at, (taken.subject or "", STAFF, taken.about.field)


def _read(decoder: msgspec.json.Decoder[T], body: bytes | memoryview) -> T | None:
    """Return what a body says; None where it says nothing: the ledger's own control reports it."""
    try:
        return decoder.decode(bytes(body))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
