"""The access map as a page: columns that somebody can see, and a cell for each."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext, gettext_noop
from msgspec import Struct

from troth.access.map import AccessMap, Asked, Ground, Row
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


class GroundShown(Struct, frozen=True):
    """Why somebody can see something: the name of the grant or case, and what it carries."""

    grant: int | None
    case: int | None
    says: str
    uses: str
    until: datetime | None


class CellShown(Struct, frozen=True):
    """One cell of the map: how widely, on which grounds; "" breadth for nothing.

    `more` counts the grounds that are not named.
    """

    breadth: str
    says: str
    soon: bool = False
    grounds: tuple[GroundShown, ...] = ()
    more: int = 0


class MapRow(Struct, frozen=True):
    """One member's row of the map; `stopped` says why none of it opens now, "" where it does."""

    member: str
    roles: tuple[str, ...]
    stopped: str
    cells: tuple[tuple[str, CellShown], ...]


STOPS: Final = {
    "frozen": gettext_noop("stopped"),
    "unsworn": gettext_noop("undertaking missing"),
    "overdue": gettext_noop("review overdue"),
}
GROUNDS_SHOWN: Final = 5
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
            held.until is not None and held.until - now < SOON,
            tuple(_ground(one, labels) for one in held.grounds[:GROUNDS_SHOWN]),
            max(0, len(held.grounds) - GROUNDS_SHOWN),
        )

    return [
        MapRow(
            row.member,
            tuple(gettext(NAMES[role]) for role in row.roles if role in NAMES),
            " · ".join(gettext(STOPS[one]) for one in row.stopped),
            tuple((label, cell(row, name)) for name, label in names),
        )
        for row in found.rows
    ]


def _ground(one: Ground, labels: Labels) -> GroundShown:
    return GroundShown(
        one.grant,
        one.case,
        gettext(BREADTHS[one.breadth]),
        ", ".join(labels.purpose(purpose) for purpose in one.purposes),
        one.until,
    )


def map_kept(asked: Asked, found: AccessMap) -> dict[str, str]:
    """Return what of the map's address is kept when the language is switched."""
    return kept(
        q=asked.member,
        category=asked.category,
        all="" if asked.holding else "1",
        page=str(found.page) if found.page > 1 else "",
    )
