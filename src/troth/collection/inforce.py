"""Which version was in force about a moment, by the rows of effects and by the ledger.

The two are compared by others. Where somebody has changed one of them, what was taken in under a
version that really was in force is not at fault.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec import Struct, field

from troth.ledger.models import Entry
from troth.versions.models import Effect

IN_FORCE: Final = "versions.in-force"
BESIDE: Final = timedelta(minutes=1)
"""Two transactions beside each other see one another only once committed: for so long the version
before may have been the one in force."""
Timeline = list[tuple[datetime, int, str]]
"""From when on, the number and the hash of a version."""


class _About(Struct, frozen=True):
    number: int
    from_at: datetime = field(name="from")


class _Body(Struct, frozen=True):
    version: str
    about: _About


_DECODER: Final = msgspec.json.Decoder(_Body)


class InForce:
    """The versions in force over time."""

    def __init__(self, alias: str) -> None:
        rows = Effect.objects.using(alias).values_list("from_at", "version_id", "version__hash")
        told = Entry.objects.using(alias).filter(kind=IN_FORCE).values_list("body", flat=True)
        self._timelines = (sorted(rows), sorted(_effects(told)))

    def about(self, at: datetime) -> frozenset[str]:
        """Return the hashes that were in force at a moment, or until shortly before."""
        found = set()
        for timeline in self._timelines:
            last = bisect_right(timeline, at, key=_from)
            first = max(bisect_right(timeline, at - BESIDE, key=_from) - 1, 0)
            found |= {version for _, _, version in timeline[first:last]}
        return frozenset(found)


def _from(effect: tuple[datetime, int, str]) -> datetime:
    return effect[0]


def _effects(bodies: Iterable[bytes | memoryview]) -> Timeline:
    effects = []
    for body in bodies:
        try:
            told = _DECODER.decode(bytes(body))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue  # then it tells of nothing; the ledger's own control reports it
        effects.append((told.about.from_at, told.about.number, told.version))
    return effects
