"""Values and records as examinations read them: in chunks, on from a cursor, with their registers.

A row counts as passed once it is so old that nothing before it can come in any more.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from troth.collection.models import Record
from troth.people.models import Detail
from troth.policy.diagnostic import UnreadablePolicyError
from troth.policy.promise import Cursor
from troth.policy.register import Register
from troth.versions import facts as versions
from troth.versions.facts import TamperedVersionError

CHUNK: Final = 500
SAMPLES_MAX: Final = 10
NO_CURSOR: Final[Cursor] = {}
SETTLES: Final = timedelta(minutes=10)
"""A row this old has every row before it beside it: no transaction lasts that long."""


class Walk:
    """The rows of one table in the order of their keys, some hundreds at a time.

    `examined` counts them, those before the cursor too.
    """

    def __init__(
        self, alias: str, model: type[Detail] | type[Record], now: datetime, cursor: Cursor
    ) -> None:
        self.name = model._meta.db_table  # noqa: SLF001 - Django's public way
        self._rows: Any = model._default_manager.using(alias)  # noqa: SLF001 - the same
        self._settled = now - SETTLES
        after = cursor.get(self.name, 0)
        self._after: int | UUID = int(after) if model is Detail else UUID(str(after).zfill(32))
        self.examined = self._passed = int(cursor.get(f"{self.name}.examined", 0))

    def __iter__(self) -> Iterator[list[Any]]:
        last, settled = self._after, True
        while some := list(self._rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
            last = some[-1].pk
            for row in some:
                self.examined += 1
                settled = settled and row.at <= self._settled
                if settled:
                    self._after, self._passed = row.pk, self.examined
            yield some

    def again(self, keys: list[Any]) -> list[Any]:
        """Return rows as they are now."""
        return list(self._rows.filter(pk__in=keys))

    @property
    def cursor(self) -> Cursor:
        """The last row with nothing missing before it, and how many there are up to it."""
        after = self._after.hex if isinstance(self._after, UUID) else self._after
        return {self.name: after, f"{self.name}.examined": self._passed}


def walks(alias: str, now: datetime, cursor: Cursor) -> tuple[Walk, Walk]:
    """Return the walks over values and over records."""
    return Walk(alias, Detail, now, cursor), Walk(alias, Record, now, cursor)


class UnknownVersionError(LookupError):
    """A row names a version that was never recorded."""


class Registers:
    """The register of each version, read once; `unreadable` are those whose text is not at hand.

    That a text was changed is for the controls of versions to tell.
    """

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self._known: dict[str, Register | None] = {}
        self.unreadable: set[str] = set()

    def of(self, version: str) -> Register | None:
        """Return a version's register; None where it can't be read. Raises UnknownVersionError."""
        if version not in self._known:
            self._known[version] = self._read(version)
        return self._known[version]

    def _read(self, version: str) -> Register | None:
        try:
            return versions.document(self._alias, version).register
        except (TamperedVersionError, UnreadablePolicyError):
            self.unreadable.add(version)
            return None
        except LookupError:
            raise UnknownVersionError(version) from None
