"""What the records hold of a person: whose they are. Their values are `people`'s, told there."""

from collections.abc import Iterator, Mapping
from typing import Final

from django.db.models import Q

from troth.collection.models import Record
from troth.people.held import Held, Place, over
from troth.people.holdings import enter_expired, from_the_value
from troth.store import Tx
from troth.vault import PersonId

CHUNK: Final = 500
COVERS: Final = frozenset({"collection.Record"})
LASTING: Final[frozenset[str]] = frozenset()
EXPIRED: Final = "collection.expired"


def erase(tx: Tx, person: PersonId) -> int:
    """Take her out of her records; return how many that were."""
    tx.pending.flush(tx.alias)
    return Record.objects.using(tx.alias).filter(person=person).update(person="")


def export(tx: Tx, person: PersonId, purpose: str) -> Iterator[Held]:
    """Yield nothing: each value of a record is told with its origin by `people`."""
    del tx, person, purpose
    return iter(())


def expire(tx: Tx, days: Mapping[str, int | None], limit: int) -> int:
    """Take the persons out of the records whose days are over, counted as their values' are."""
    late = Q(pk=None)
    for category, end in over(from_the_value(days), tx.now).items():
        late |= Q(category=category, at__lte=end)
    tx.pending.flush(tx.alias)
    rows = Record.objects.using(tx.alias).exclude(person="")
    found = list(rows.filter(late).order_by("at", "pk").values_list("pk", "category")[:limit])
    counts = {}
    for category in sorted({name for _, name in found}):
        keys = [key for key, name in found if name == category]
        for begin in range(0, len(keys), CHUNK):
            rows.filter(pk__in=keys[begin : begin + CHUNK]).update(person="")
        counts[category] = len(keys)
    return enter_expired(tx, EXPIRED, counts, days)


def stored(alias: str) -> Iterator[Place]:
    """Yield nothing: a record has the names of its fields, and no value."""
    del alias
    return iter(())
