"""One page of rows, and which pages are beside it."""

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct

ROWS: Final = 25


class Paged(Struct, frozen=True):
    """A page of rows; `newer` and `older` are the numbers of the pages beside it, 0 for none."""

    rows: tuple[Any, ...]
    count: int
    number: int
    newer: int
    older: int

    @property
    def turned_to(self) -> str:
        """The number as it stands in an address; "" on the first page."""
        return str(self.number) if self.number > 1 else ""


def paged(found: Any, number: int, rows: int = ROWS) -> Paged:
    """Return one page of a query; a page that isn't there is the nearest that is."""
    count = found.count()
    last = max(1, -(-count // rows))
    number = min(max(number, 1), last)
    here: Sequence[Any] = found[(number - 1) * rows : number * rows]
    return Paged(tuple(here), count, number, number - 1, number + 1 if number < last else 0)
