"""What notices holds of a person: the mails to her that wait, or could not be delivered.

A mail that was sent or dropped is empty. Other kinds of row in the outbox are of those who put
them there.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

import msgspec
from django.db.models import QuerySet

from troth.people.held import Held, Opening, Place, over
from troth.people.holdings import enter_expired
from troth.people.mail import KIND, VALUES, Letter, letter_of
from troth.store import Tx
from troth.store.models import OutboxRow
from troth.store.outbox_held import empty, holding, unended
from troth.vault import PersonId

CHUNK: Final = 500
COVERS: Final = frozenset({"store.OutboxRow"})
LASTING: Final[frozenset[str]] = frozenset()
EXPIRED: Final = "notices.expired"


def erase(tx: Tx, person: PersonId) -> int:
    """Empty the mails to her that were not sent; return how many those were."""
    found = _letters(holding(tx.alias, KIND, person.encode()))
    return empty(tx, KIND, [row.pk for row, letter in found if letter.person == person])


def export(tx: Tx, person: PersonId, purpose: str) -> Iterator[Held]:
    """Yield which mails to her wait, by name.

    What fills them stays sealed: it is held where it comes from, and a link in it would let whoever
    reads the file act as her.
    """
    opening = Opening(tx, person, purpose)
    rows = holding(tx.alias, KIND, person.encode()).order_by("created_at", "id")
    return _named(opening, rows)


def _named(opening: Opening, rows: "QuerySet[OutboxRow]") -> Iterator[Held]:
    for row, letter in _letters(rows):
        if letter.person == opening.person:
            yield from opening.plain(
                letter.category, VALUES, letter.template, row.created_at, letter.purpose, ""
            )


def expire(tx: Tx, days: Mapping[str, int | None], limit: int) -> int:
    """Empty the mails that have waited for all of their category's days.

    They count from when it was posted, in a lasting category too: a mail is but a copy.
    """
    ends = over(days, tx.now)
    if not ends or limit <= 0:
        return 0
    old = unended(tx.alias, KIND).filter(created_at__lte=max(ends.values()))
    late = (
        (row.pk, letter.category)
        for row, letter in _letters(old.order_by("created_at", "id"))
        if letter.category in ends and row.created_at <= ends[letter.category]
    )
    counts: Counter[str] = Counter()
    found = dict(islice(late, limit))
    for category in sorted(set(found.values())):
        numbers = [number for number, name in found.items() if name == category]
        for begin in range(0, len(numbers), CHUNK):
            counts[category] += empty(tx, KIND, numbers[begin : begin + CHUNK])
    return enter_expired(tx, EXPIRED, counts, days)


def stored(alias: str) -> Iterator[Place]:
    """Yield what mails that were not sent hold; no form asked for it."""
    counts: Counter[tuple[str, str]] = Counter()
    for _, letter in _letters(unended(alias, KIND)):
        counts[letter.category, letter.version] += 1
    for (category, version), count in sorted(counts.items()):
        yield Place(category, VALUES, version, count, "store.OutboxRow", made=True)


def _letters(rows: "QuerySet[OutboxRow]") -> Iterator[tuple[OutboxRow, Letter]]:
    """Yield rows with their letters; what is damaged is nobody's, and found by who sends it."""
    for row in rows.iterator(CHUNK):
        try:
            yield row, letter_of(bytes(row.body))
        except msgspec.MsgspecError:
            continue
