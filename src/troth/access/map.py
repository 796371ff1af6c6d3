"""The access map: who can see what, of whom, why, and until when. Read in a few queries.

`access_map(asked, now, alias) -> AccessMap`
A frozen member's row says so: she holds rights she can't use.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Literal

from django.db.models import Count, Exists, Max, OuterRef, QuerySet
from msgspec import Struct

from troth.access.kinds import known_kinds
from troth.access.models import CaseMember, Freeze, Grant, Member, MemberRole
from troth.access.models.grants import CASE, GLASS
from troth.access.roles import ROLES

PAGE_ROWS: Final = 40
Breadth = Literal["all", "list", "case", "glass"]
ORDER: Final[tuple[Breadth, ...]] = ("glass", "all", "list", "case")
"""The widest first: it is what a cell shows."""


class Asked(Struct, frozen=True, kw_only=True):
    """What of the map is looked at; "" is not asked about."""

    member: str = ""
    category: str = ""
    holding: bool = True
    """Only members who can see something now."""


class Cell(Struct, frozen=True):
    """What one member can see of one category: how widely, for what, until when, by how much."""

    breadth: Breadth
    purposes: tuple[str, ...]
    until: datetime | None
    grants: int
    cases: int


class Row(Struct, frozen=True):
    """One member: her roles, whether a freeze stops her, and her cells by category."""

    member: str
    roles: tuple[str, ...]
    frozen: bool
    cells: dict[str, Cell]


class AccessMap(Struct, frozen=True):
    """One page of the map: its columns, its rows, and how many members there are in all."""

    categories: tuple[str, ...]
    rows: tuple[Row, ...]
    members: int
    holders: int
    grants: int
    page: int
    pages: int


def access_map(
    categories: Mapping[str, frozenset[str]],
    asked: Asked,
    now: datetime,
    page: int = 1,
    alias: str = "default",
) -> AccessMap:
    """Return a page of the map; `categories` are those of the register, with what each is used for.

    A case shows only what the register lets be used for the purposes of its kind.
    """
    live = _live(alias, now, asked.category)
    working = CaseMember.objects.using(alias).filter(until=None, case__closed_at=None)
    members = Member.objects.using(alias).filter(left_at=None)
    holding = members.filter(
        Exists(live.filter(member=OuterRef("pk"))) | Exists(working.filter(member=OuterRef("pk")))
    )
    shown = members.filter(account__handle__contains=asked.member) if asked.member else members
    if asked.holding:
        shown = shown & holding
    count = shown.count()
    pages = max(1, -(-count // PAGE_ROWS))
    page = min(max(page, 1), pages)
    here = list(
        shown.select_related("account").order_by("account__handle")[
            (page - 1) * PAGE_ROWS : page * PAGE_ROWS
        ]
    )
    names = {name: categories[name] for name in sorted(categories) if asked.category in ("", name)}
    return AccessMap(
        tuple(names),
        tuple(_rows(here, live, working, names)),
        members.count(),
        holding.count(),
        live.count(),
        page,
        pages,
    )


def _live(alias: str, now: datetime, category: str) -> "QuerySet[Grant]":
    live = Grant.objects.using(alias).filter(
        approved=True, ended_at=None, until__gt=now, member__left_at=None
    )
    return live.filter(category=category) if category else live


def _rows(
    members: list[Member],
    live: "QuerySet[Grant]",
    working: "QuerySet[CaseMember]",
    names: Mapping[str, frozenset[str]],
) -> Iterable[Row]:
    ids = [member.pk for member in members]
    held: dict[tuple[int, str], list[Any]] = defaultdict(list)
    grouped = (
        live.filter(member__in=ids)
        .values("member_id", "category", "purpose", "scope", "kind")
        .annotate(latest=Max("until"), number=Count("id"))
    )
    for one in grouped:
        held[one["member_id"], one["category"]].append(one)
    cases: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for work in (
        working.filter(member__in=ids)
        .values("member_id", "case__kind")
        .annotate(number=Count("id"))
    ):
        cases[work["member_id"]][work["case__kind"]] += work["number"]
    roles = defaultdict(list)
    for member_id, role in (
        MemberRole.objects.using(live.db)
        .filter(member__in=ids, until=None)
        .values_list("member_id", "role")
    ):
        roles[member_id].append(role)
    frozen = set(
        Freeze.objects.using(live.db)
        .filter(member__in=ids, lifted_at=None)
        .values_list("member_id", flat=True)
    )
    for member in members:
        cells = {}
        for name, uses in names.items():
            cell = _cell(held[member.pk, name], cases[member.pk], name, uses)
            if cell is not None:
                cells[name] = cell
        yield Row(
            member.handle,
            tuple(sorted(roles[member.pk], key=ROLES.index)),
            member.pk in frozen,
            cells,
        )


def _cell(
    grants: list[Any],
    cases: dict[str, int],
    category: str,
    uses: frozenset[str],
) -> Cell | None:
    kinds = known_kinds()
    by_case = {
        name: number
        for name, number in cases.items()
        if name in kinds
        and not kinds[name].purposes.isdisjoint(uses)
        and (not kinds[name].categories or category in kinds[name].categories)
    }
    if not grants and not by_case:
        return None
    widths = {str(GLASS if one["kind"] == GLASS else one["scope"]) for one in grants}
    widths |= {CASE} if by_case else set()
    purposes = {str(one["purpose"]) for one in grants}
    purposes |= {purpose for name in by_case for purpose in kinds[name].purposes & uses}
    ends = [one["latest"] for one in grants]
    return Cell(
        next(width for width in ORDER if width in widths),
        tuple(sorted(purposes)),
        max(ends, default=None),
        sum(int(str(one["number"])) for one in grants),
        sum(by_case.values()),
    )
