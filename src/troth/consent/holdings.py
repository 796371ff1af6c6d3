"""What is held of somebody's choices, and of what she has seen and accepted.

Once she is erased it stays provable that they were made, and not whose they were.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from heapq import merge
from operator import attrgetter
from typing import Any, Final

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from msgspec import json
from msgspec.structs import replace

from troth.consent import accepting
from troth.consent.history import ACCEPTANCES, CATEGORY, FIELD, PLACE
from troth.consent.models import Acceptance, Choice, Joined, Standing
from troth.consent.revoked import note_committed
from troth.consent.saying import UNDER
from troth.people.held import Held, Opening, Place, over
from troth.people.holdings import enter_expired
from troth.store import Tx
from troth.vault import PersonId, Plain, Sealed
from troth.versions.models import Effect

CHUNK: Final = 500
COVERS: Final = frozenset(
    {"consent.Acceptance", "consent.Choice", "consent.Joined", "consent.Standing"}
)
LASTING: Final = frozenset({CATEGORY, ACCEPTANCES})
"""A choice's days begin when another takes its place, an acceptance's when its version is
replaced."""
EXPIRED: Final = "consent.expired"


def erase(tx: Tx, person: PersonId) -> int:
    """Take her and the circumstances out of her choices; return how many rows that were."""
    note_committed(tx, person)
    Standing.objects.using(tx.alias).filter(subject=person).delete()
    Joined.objects.using(tx.alias).filter(Q(subject=person) | Q(visitor=person)).delete()
    choices = Choice.objects.using(tx.alias).filter(subject=person)
    accepted = Acceptance.objects.using(tx.alias).filter(subject=person)
    return choices.update(subject="", box=None) + accepted.update(subject="", box=None)


def export(tx: Tx, person: PersonId, purpose: str) -> Iterator[Held]:
    """Yield each choice and acceptance of hers as JSON: what it was about, and how it came."""
    opening = Opening(tx, person, purpose)
    return merge(_choices(opening), _acceptances(opening), key=attrgetter("at"))


def _choices(opening: Opening) -> Iterator[Held]:
    rows = Choice.objects.using(opening.tx.alias).filter(subject=opening.person)
    for row in rows.order_by("at", "sequence").iterator(CHUNK):
        said = {
            "about": row.about,
            "kind": row.kind,
            "given": row.given,
            "text": row.text,
            "origin": row.origin,
        }
        box = row.box and Sealed(opening.person, CATEGORY, FIELD, row.version, bytes(row.box))
        if not box:
            text = json.encode(said).decode()
            yield from opening.plain(CATEGORY, FIELD, text, row.at, UNDER.purpose, UNDER.source)
            continue
        for held in opening.sealed(box, row.at, UNDER.purpose, UNDER.source):
            yield _with(held, said)


def _acceptances(opening: Opening) -> Iterator[Held]:
    under = accepting.UNDER
    rows = Acceptance.objects.using(opening.tx.alias).filter(subject=opening.person)
    for row in rows.exclude(box=None).order_by("at", "id").iterator(CHUNK):
        said = {
            "kind": row.kind,
            "version": row.version,
            "seen_at": row.seen_at,
            "used_at": row.used_at,
        }
        box = bytes(row.box or b"")
        one = Sealed(opening.person, ACCEPTANCES, PLACE, row.kept_under, box)
        for held in opening.sealed(one, row.at, under.purpose, under.source):
            yield _with(held, said)


def _with(held: Held, said: Mapping[str, Any]) -> Held:
    """Return what was said with its circumstances, as one value."""
    whole = {**said, "circumstances": json.decode(held.value.reveal())}
    return replace(held, value=Plain(json.encode(whole).decode()))


def expire(tx: Tx, days: Mapping[str, int | None], limit: int) -> int:
    """Take who it was and the circumstances out of what was followed by others long ago.

    What stands stays, however old it is, and so does what is about the version in force.
    """
    ends = over(days, tx.now)
    counts = {CATEGORY: 0, ACCEPTANCES: 0}
    if CATEGORY in ends:
        counts[CATEGORY] = _empty(_followed(tx, ends[CATEGORY]), limit)
    if ACCEPTANCES in ends:
        late = _replaced(tx, ends[ACCEPTANCES])
        counts[ACCEPTANCES] = _empty(late, limit - counts[CATEGORY])
    return enter_expired(tx, EXPIRED, counts, days)


def _followed(tx: Tx, end: datetime) -> "QuerySet[Choice]":
    """Return the choices that others about the same followed by a moment."""
    rows = Choice.objects.using(tx.alias).exclude(subject="")
    after = rows.filter(
        subject=OuterRef("subject"), about=OuterRef("about"), sequence__gt=OuterRef("sequence")
    )
    followed = Subquery(after.order_by("sequence").values("at")[:1])
    late = rows.filter(at__lte=end, standing=None).annotate(followed_at=followed)
    return late.filter(followed_at__lte=end)


def _replaced(tx: Tx, end: datetime) -> "QuerySet[Acceptance]":
    """Return the acceptances of versions that had been replaced by a moment."""
    effects = Effect.objects.using(tx.alias).filter(from_at__lte=end).order_by("from_at", "version")
    in_turn = list(effects.values_list("version__hash", flat=True))
    rows = Acceptance.objects.using(tx.alias).exclude(subject="")
    return rows.filter(at__lte=end, version__in=set(in_turn[:-1]) - set(in_turn[-1:]))


def _empty(rows: "QuerySet[Any]", limit: int) -> int:
    """Take person and box out of the oldest of these; return how many those were."""
    numbers = list(rows.order_by("at", "id").values_list("id", flat=True)[:limit])
    count = 0
    for begin in range(0, len(numbers), CHUNK):
        some = rows.model._default_manager.using(rows.db)  # noqa: SLF001 - Django's own name for it
        some = some.filter(pk__in=numbers[begin : begin + CHUNK]).exclude(subject="")
        count += some.update(subject="", box=None)
    return count


def stored(alias: str) -> Iterator[Place]:
    """Yield the choices and acceptances that are somebody's."""
    for model, category, field, version in (
        (Choice, CATEGORY, FIELD, "version"),
        (Acceptance, ACCEPTANCES, PLACE, "kept_under"),
    ):
        rows = model._default_manager.using(alias).exclude(subject="").order_by(version)  # noqa: SLF001 - the same
        for under, count in rows.values_list(version).annotate(rows=Count("id")):
            yield Place(category, field, under, count, f"consent.{model.__name__}")
