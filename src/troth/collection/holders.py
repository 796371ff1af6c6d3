"""Whose records there are.

`having(tx, persons, categories) -> frozenset[(PersonId, category)]`
"""

from collections.abc import Collection, Iterable
from itertools import islice
from typing import Final

from troth.collection.models import Record
from troth.store import Tx
from troth.vault import PersonId

CHUNK: Final = 500


def having(
    tx: Tx, persons: Iterable[PersonId], categories: Collection[str]
) -> frozenset[tuple[PersonId, str]]:
    """Return which of these persons have a record of which of these categories."""
    tx.pending.flush(tx.alias)
    wanted, found = iter(dict.fromkeys(persons)), set[tuple[PersonId, str]]()
    while some := list(islice(wanted, CHUNK)):
        rows = Record.objects.using(tx.alias).filter(person__in=some, category__in=categories)
        pairs = rows.order_by().values_list("person", "category").distinct()
        found.update((PersonId(person), category) for person, category in pairs)
    return frozenset(found)
