"""What an entry is filed under, `kind`, `at` and `subject`, held to the body it stands beside.

Examinations select entries by these columns, and no hash covers them: whoever changes one would
take an entry out of what they look at. All are compared each time, by a pass that hashes nothing.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connections
from msgspec import Struct

from troth.ledger.tables import ENTRY_TABLE, stored_bytes
from troth.ledger.verify.sources import UNDECODABLE
from troth.store.driver import run

CHUNK: Final = 2_000
FOUND_MAX: Final = 100
"""How many are named; where there are more, the first are enough."""
_READ: Final = (
    "SELECT id, epoch, idx, CAST(at AS text), kind, subject, body"  # noqa: S608 - our own table
    f" FROM {ENTRY_TABLE} WHERE id > %s ORDER BY id LIMIT {CHUNK}"
)


class Misfiled(Struct, frozen=True):
    """A column of an entry that is not what its body tells; it may wait for its index."""

    entry: UUID
    epoch: int | None
    index: int | None
    column: str

    def __str__(self) -> str:
        place = self.entry if self.index is None else f"{self.epoch}/{self.index}"
        return f"entry {place}: {self.column}"


class _Told(Struct, frozen=True):
    """What a body tells of itself."""

    at: str
    kind: str
    subject: str | None


_DECODER: Final = msgspec.json.Decoder(_Told)


def misfiled(alias: str, *, unreadable: bool = True) -> list[Misfiled]:
    """Return the columns that are not what their entries tell, up to FOUND_MAX of them.

    `unreadable`: of an entry that cannot be read any more its kind is named, as nobody finds it by
    what it told.
    """
    found: list[Misfiled] = []
    for entry, epoch, index, at, kind, subject, body in _rows(alias):
        names = _unlike(at, kind, subject, body)
        if names is None:
            names = ["kind"] if unreadable else []
        if names:
            known = entry if isinstance(entry, UUID) else UUID(entry)
            found += [Misfiled(known, epoch, index, name) for name in names]
            if len(found) >= FOUND_MAX:
                break
    return found[:FOUND_MAX]


def _rows(alias: str) -> Iterator[tuple[Any, ...]]:
    """Read all entries in the order of their ids, whatever stands in their columns."""
    none = UUID(int=0)
    last: Any = none if connections[alias].vendor == "postgresql" else none.hex
    while rows := run(alias, _READ, [last]):
        yield from rows
        last = rows[-1][0]


def _unlike(at: str, kind: str, subject: str, body: bytes) -> list[str] | None:
    """Name what is not as a body tells it; None of one that cannot be read."""
    try:
        told = _DECODER.decode(stored_bytes(body))
    except UNDECODABLE:
        return None
    wrong = [] if f"{at[:10]}T{at[11:26]}Z" == told.at or _same(at, told.at) else ["at"]
    if kind != told.kind:
        wrong.append("kind")
    if subject != (told.subject or ""):
        wrong.append("subject")
    return wrong


def _same(written: str, told: str) -> bool:
    """Tell whether a moment as a database writes it is the one that is told."""
    try:
        moments = [datetime.fromisoformat(one) for one in (written, told)]
    except ValueError:
        return False
    one, other = (at if at.tzinfo else at.replace(tzinfo=UTC) for at in moments)
    return one == other
