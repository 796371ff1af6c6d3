"""The access map as a page: columns that somebody can see, and a cell for each."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext, gettext_noop
from msgspec import Struct

from troth.access.map import AccessMap, Asked, Row
from troth.access.roles import NAMES
from troth.site.navigation import kept
from troth.site.typeset.access import Labels

SEARCH_LENGTH_MAX: Final = 40


def map_asked(query: Mapping[str, str], known: Collection[str]) -> Asked:
    """Parse what of the map is looked at; what is not understood falls away."""
    category = query.get("category", "")
    return Asked(
        member=query.get("q", "").strip()[:SEARCH_LENGTH_MAX],
        category=category if category in known else "",
        holding=not query.get("all"),
    )


class CellShown(Struct, frozen=True):
    """One cell of the map: how widely, for what, until when; "" breadth for nothing."""

    breadth: str
    says: str
    uses: str = ""
    until: datetime | None = None
    soon: bool = False
    grants: int = 0
    cases: int = 0


class MapRow(Struct, frozen=True):
    """One member's row of the map."""

    member: str
    roles: tuple[str, ...]
    frozen: bool
    cells: tuple[tuple[str, CellShown], ...]


BREADTHS: Final = {
    "all": gettext_noop("everybody"),
    "list": gettext_noop("by name"),
    "case": gettext_noop("of a case"),
    "glass": gettext_noop("broken glass"),
}
SOON: Final = timedelta(days=1)
NOTHING: Final = CellShown("", "")


def columns(found: AccessMap, labels: Labels) -> list[tuple[str, str]]:
    """Return the map's columns: the categories of this page that somebody can see."""
    seen = {name for row in found.rows for name in row.cells}
    return [(name, labels.category(name)) for name in found.categories if name in seen]


def map_rows(found: AccessMap, labels: Labels, now: datetime) -> list[MapRow]:
    """Return the map's rows, a cell for each column."""
    names = columns(found, labels)

    def cell(row: Row, name: str) -> CellShown:
        held = row.cells.get(name)
        if held is None:
            return NOTHING
        return CellShown(
            held.breadth,
            gettext(BREADTHS[held.breadth]),
            ", ".join(labels.purpose(one) for one in held.purposes),
            held.until,
            held.until is not None and held.until - now < SOON,
            held.grants,
            held.cases,
        )

    return [
        MapRow(
            row.member,
            tuple(gettext(NAMES[role]) for role in row.roles if role in NAMES),
            row.frozen,
            tuple((label, cell(row, name)) for name, label in names),
        )
        for row in found.rows
    ]


def map_kept(asked: Asked, found: AccessMap) -> dict[str, str]:
    """Return what of the map's address is kept when the language is switched."""
    return kept(
        q=asked.member,
        category=asked.category,
        all="" if asked.holding else "1",
        page=str(found.page) if found.page > 1 else "",
    )
