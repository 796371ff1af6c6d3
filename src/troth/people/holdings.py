"""What is held of a person, package by package: each `troth.*.holdings` module offers its own.

`erase_all(tx, person)`             rows by package; `people.actions.bury` enters it
`export_all(tx, person, purpose)`   every value that is held of her, the newest last
`expire_all(tx, days, limit)`       rows by package whose time is over; each enters its own
`stored_all(alias)`                 every field that is stored, and in how many rows
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from heapq import merge
from importlib import import_module
from importlib.util import find_spec
from operator import attrgetter
from pkgutil import iter_modules
from typing import Final, Protocol

from django.db.models import Count, Q

import troth
from troth.ledger import LedgerEntry, record
from troth.people import sessions
from troth.people.held import Held, Opening, Place, over
from troth.people.models import Account, Detail, Person
from troth.store import Tx
from troth.vault import PersonId, Sealed

__all__ = ["Held", "Holdings", "Place"]

CHUNK: Final = 500
EXPIRED: Final = "people.expired"
COVERS: Final = frozenset(
    {
        "people.Account",
        "people.Person",
        "people.Detail",
        "people.SecondFactor",
        "people.RecoveryCode",
        "people.SignedIn",
    }
)
LASTING: Final = frozenset({"account"})
"""An account's days begin when it is closed, which erases her: no day before that counts."""


class Holdings(Protocol):
    """What a `holdings` module offers.

    `COVERS` are the models (`people.Detail`) whose rows it answers for; `LASTING` the categories
    whose days do not begin with a value's own moment: nobody but this package lets those expire.
    """

    COVERS: frozenset[str]
    LASTING: frozenset[str]

    def erase(self, tx: Tx, person: PersonId) -> int:
        """Erase what is held of a person; return how many rows that were."""
        ...

    def export(self, tx: Tx, person: PersonId, purpose: str) -> Iterator[Held]:
        """Yield what is held of a person, opened for a purpose of the register, the newest last.

        Its rows are read one after the other, within the transaction. Raises as `held.Opening`,
        when it is called.
        """
        ...

    def expire(self, tx: Tx, days: Mapping[str, int | None], limit: int) -> int:
        """Erase what was kept for all of its category's days, at most `limit` rows; count them.

        None is no end by days. It enters what it did, by category.
        """
        ...

    def stored(self, alias: str) -> Iterator[Place]:
        """Yield which fields it stores, found in its tables."""
        ...


@cache
def discover() -> tuple[tuple[str, Holdings], ...]:
    """Return every package's holdings by its name; no package is imported by name."""
    found: list[tuple[str, Holdings]] = []
    for package in iter_modules(troth.__path__, "troth."):
        name = f"{package.name}.holdings"
        if package.ispkg and find_spec(name) is not None:
            found.append((package.name.removeprefix("troth."), import_module(name)))
    return tuple(found)


def erase_all(tx: Tx, person: PersonId) -> Iterator[tuple[str, int]]:
    """Erase what every package holds of a person; yield how many rows each did."""
    for name, module in discover():
        yield name, module.erase(tx, person)


def export_all(tx: Tx, person: PersonId, purpose: str) -> Iterator[Held]:
    """Yield all that is held of a person, the newest last. Raises as `held.Opening`."""
    streams = [module.export(tx, person, purpose) for _, module in discover()]
    return merge(*streams, key=attrgetter("at"))


def expire_all(
    tx: Tx, days: Mapping[str, int | None], limit: int
) -> Iterator[tuple[str, int]]:  # fmt: skip
    """Erase what every package has kept for its days, at most `limit` rows; yield how many."""
    left = limit
    for name, module in discover():
        done = module.expire(tx, days, left) if left > 0 else 0
        left -= done
        yield name, done


def stored_all(alias: str) -> Iterator[Place]:
    """Yield every field that is stored anywhere."""
    for _, module in discover():
        yield from module.stored(alias)


def from_the_value(days: Mapping[str, int | None]) -> dict[str, int | None]:
    """Return the days that begin with a value's own moment: those of no lasting category."""
    lasting = frozenset().union(*(module.LASTING for _, module in discover()))
    return {name: number for name, number in days.items() if name not in lasting}


def erase(tx: Tx, person: PersonId) -> int:
    """Take the boxes and the person out of the rows; what the ledger committed to stays.

    Of an account of hers the second factors, recovery codes and sessions go too.
    """
    for account in Account.objects.using(tx.alias).filter(person=person):
        sessions.end_all(tx, account)
        account.factors.using(tx.alias).all().delete()
        account.recovery_codes.using(tx.alias).all().delete()
    details = Detail.objects.using(tx.alias).filter(person=person)
    count = details.update(person="", box=None)
    Person.objects.using(tx.alias).filter(pk=person).delete()
    return count


def export(tx: Tx, person: PersonId, purpose: str) -> Iterator[Held]:
    """Yield her details. How members sign in is told by `access`, which knows what that is."""
    opening = Opening(tx, person, purpose)
    rows = Detail.objects.using(tx.alias).filter(person=person).exclude(box=None)
    return _opened(opening, rows.order_by("at", "id").iterator(CHUNK))


def _opened(opening: Opening, rows: Iterator[Detail]) -> Iterator[Held]:
    for row in rows:
        box = bytes(row.box or b"")
        one = Sealed(opening.person, row.category, row.field, row.version, box)
        yield from opening.sealed(one, row.at, row.purpose, row.source)


def expire(tx: Tx, days: Mapping[str, int | None], limit: int) -> int:
    """Erase the details whose days are over, counted from when each was taken in."""
    ends = over(from_the_value(days), tx.now)
    late = Q(pk=None)
    for category, end in ends.items():
        late |= Q(category=category, at__lte=end)
    tx.pending.flush(tx.alias)
    return enter_expired(tx, EXPIRED, erase_details(tx, late, limit), days)


def erase_details(tx: Tx, late: Q, limit: int) -> Counter[str]:
    """Erase the details that are late, the oldest first; return how many by category.

    For who knows when the days of a category began, and enters it (`enter_expired`).
    """
    rows = Detail.objects.using(tx.alias).filter(box__isnull=False)  # as the index says it
    found = list(rows.filter(late).order_by("at", "id").values_list("id", "category")[:limit])
    counts: Counter[str] = Counter()
    for category in sorted({name for _, name in found}):
        numbers = [number for number, name in found if name == category]
        for begin in range(0, len(numbers), CHUNK):
            some = rows.filter(pk__in=numbers[begin : begin + CHUNK])
            counts[category] += some.update(person="", box=None)
    return counts


def enter_expired(
    tx: Tx, kind: str, counts: Mapping[str, int], days: Mapping[str, int | None]
) -> int:  # fmt: skip
    """Enter how many rows of each category were kept for all of their days; return the sum.

    Where there are none nothing is entered.
    """
    rows = {category: count for category, count in counts.items() if count}
    if rows:
        held = {category: days[category] for category in rows}
        record(tx, LedgerEntry(kind, about={"rows": rows, "days": held}))
    return sum(rows.values())


def stored(alias: str) -> Iterator[Place]:
    """Yield the fields of the details."""
    rows = Detail.objects.using(alias).exclude(box=None)
    found = rows.values_list("category", "field", "version").annotate(rows=Count("id"))
    for category, field, version, count in found.order_by("category", "field", "version"):
        yield Place(category, field, version, count, "people.Detail")
