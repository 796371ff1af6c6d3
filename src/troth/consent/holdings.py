"""What is held of somebody's choices.

Once she is erased it stays provable that they were made, and not whose they were.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from django.db.models import Count, OuterRef, Subquery
from msgspec import json
from msgspec.structs import replace

from troth.consent.actions import UNDER
from troth.consent.history import CATEGORY, FIELD
from troth.consent.models import Choice, Standing
from troth.people.held import Held, Opening, Place, over
from troth.people.holdings import enter_expired
from troth.store import Tx
from troth.vault import PersonId, Plain, Sealed

CHUNK: Final = 500
COVERS: Final = frozenset({"consent.Choice", "consent.Standing"})
LASTING: Final = frozenset({CATEGORY})
"""A choice's days begin when another takes its place."""
EXPIRED: Final = "consent.expired"


def erase(tx: Tx, person: PersonId) -> int:
    """Take her and the circumstances out of her choices; return how many rows that were."""
    Standing.objects.using(tx.alias).filter(subject=person).delete()
    rows = Choice.objects.using(tx.alias).filter(subject=person)
    return rows.update(subject="", box=None)


def export(tx: Tx, person: PersonId, purpose: str) -> Iterator[Held]:
    """Yield each choice of hers as JSON: about what, yes or no, the words, the circumstances."""
    opening = Opening(tx, person, purpose)
    rows = Choice.objects.using(tx.alias).filter(subject=person).order_by("at", "sequence")
    return _opened(opening, rows.iterator(CHUNK))


def _opened(opening: Opening, rows: Iterator[Choice]) -> Iterator[Held]:
    purpose, source = UNDER.purpose, UNDER.source
    for row in rows:
        said = {"about": row.about, "kind": row.kind, "given": row.given, "text": row.text}
        if row.box is None:
            text = json.encode(said).decode()
            yield from opening.plain(CATEGORY, FIELD, text, row.at, purpose, source)
            continue
        one = Sealed(opening.person, CATEGORY, FIELD, row.version, bytes(row.box))
        for held in opening.sealed(one, row.at, purpose, source):
            said["circumstances"] = json.decode(held.value.reveal())
            yield replace(held, value=Plain(json.encode(said).decode()))


def expire(tx: Tx, days: Mapping[str, int | None], limit: int) -> int:
    """Take who it was and the circumstances out of choices that were followed by others long ago.

    What stands stays, however old it is.
    """
    end = over(days, tx.now).get(CATEGORY)
    if end is None:
        return 0
    rows = Choice.objects.using(tx.alias).exclude(subject="")
    after = rows.filter(
        subject=OuterRef("subject"), about=OuterRef("about"), sequence__gt=OuterRef("sequence")
    )
    followed = Subquery(after.order_by("sequence").values("at")[:1])
    late = rows.filter(at__lte=end, standing=None).annotate(followed_at=followed)
    late = late.filter(followed_at__lte=end).order_by("at", "id")
    numbers = list(late.values_list("id", flat=True)[:limit])
    count = 0
    for begin in range(0, len(numbers), CHUNK):
        some = rows.filter(pk__in=numbers[begin : begin + CHUNK])
        count += some.update(subject="", box=None)
    return enter_expired(tx, EXPIRED, {CATEGORY: count}, days)


def stored(alias: str) -> Iterator[Place]:
    """Yield the choices that are somebody's."""
    rows = Choice.objects.using(alias).exclude(subject="")
    for version, count in (
        rows.values_list("version").annotate(rows=Count("id")).order_by("version")
    ):
        yield Place(CATEGORY, FIELD, version, count, "consent.Choice")
