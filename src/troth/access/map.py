"""The access map: who can see what, of whom, why, and until when. Read in a few queries.

`access_map(asked, now, alias) -> AccessMap`
Who is frozen, not sworn or not reviewed in time holds rights she can't use: her row says so.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final, Literal, cast

from django.db.models import Exists, OuterRef, QuerySet
from msgspec import Struct

from troth.access.kinds import CaseKind, known_kinds
from troth.access.models import CaseMember, Freeze, Grant, Member, MemberRole
from troth.access.models.grants import GLASS
from troth.access.roles import ROLES
from troth.access.standing import reviews_due
from troth.access.undertakings import untils

PAGE_ROWS: Final = 40
Breadth = Literal["all", "list", "case", "glass"]
ORDER: Final[tuple[Breadth, ...]] = ("glass", "all", "list", "case")
"""The widest first: it is what a cell shows."""
Stop = Literal["frozen", "unsworn", "overdue"]


class Asked(Struct, frozen=True, kw_only=True):
    """What of the map is looked at; "" is not asked about."""

    member: str = ""
    category: str = ""
    holding: bool = True
    """Only members who can see something now."""


class Ground(Struct, frozen=True):
    """Why a cell is there: a grant or a case, how widely it reaches, for what, and until when.

    `until` None: as long as the case is open.
    """

    grant: int | None
    case: int | None
    breadth: Breadth
    purposes: tuple[str, ...]
    until: datetime | None


class Cell(Struct, frozen=True):
    """What one member can see of one category: how widely, until when, and each ground of it."""

    breadth: Breadth
    until: datetime | None
    grounds: tuple[Ground, ...]

    @property
    def purposes(self) -> tuple[str, ...]:
        """For what, by any of the grounds."""
        return tuple(sorted({purpose for one in self.grounds for purpose in one.purposes}))


class Row(Struct, frozen=True):
    """One member: her roles, her cells by category, and why none of them opens anything now.

    `stopped` is empty for whom they open.
    """

    member: str
    roles: tuple[str, ...]
    stopped: tuple[Stop, ...]
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
        tuple(_rows(here, live, working, names, now)),
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
    now: datetime,
) -> Iterable[Row]:
    ids = [member.pk for member in members]
    grants = _grants(ids, live)
    cases = _cases(ids, working)
    roles = defaultdict(list)
    for member_id, role in (
        MemberRole.objects.using(live.db)
        .filter(member__in=ids, until=None)
        .values_list("member_id", "role")
    ):
        roles[member_id].append(role)
    stopped = _stopped(members, now, live.db)
    for member in members:
        cells = {}
        for name, uses in names.items():
            by_case = [one for one in map(_by_case(name, uses), cases[member.pk]) if one]
            cell = _cell([*grants[member.pk, name], *by_case])
            if cell is not None:
                cells[name] = cell
        held = tuple(sorted(roles[member.pk], key=ROLES.index))
        yield Row(member.handle, held, stopped[member.pk], cells)


def _grants(
    members: list[int], live: "QuerySet[Grant]"
) -> defaultdict[tuple[int, str], list[Ground]]:
    found: defaultdict[tuple[int, str], list[Ground]] = defaultdict(list)
    for one in live.filter(member__in=members).order_by("until", "pk"):
        breadth = cast("Breadth", GLASS if one.kind == GLASS else one.scope)
        ground = Ground(one.pk, one.case_id, breadth, (one.purpose,), one.until)
        found[one.member_id, one.category].append(ground)
    return found


def _cases(
    members: list[int], working: "QuerySet[CaseMember]"
) -> defaultdict[int, list[tuple[int, CaseKind]]]:
    kinds = known_kinds()
    found: defaultdict[int, list[tuple[int, CaseKind]]] = defaultdict(list)
    for one in working.filter(member__in=members).select_related("case").order_by("case_id"):
        if one.case.kind in kinds:
            found[one.member_id].append((one.case_id, kinds[one.case.kind]))
    return found


def _by_case(
    category: str, uses: frozenset[str]
) -> Callable[[tuple[int, CaseKind]], Ground | None]:
    """Return what tells whether a case shows a category, which the register lets be used so."""

    def ground(case: tuple[int, CaseKind]) -> Ground | None:
        number, kind = case
        purposes = kind.purposes & uses
        if not purposes or (kind.categories and category not in kind.categories):
            return None
        return Ground(None, number, "case", tuple(sorted(purposes)), None)

    return ground


def _stopped(
    members: list[Member], now: datetime, alias: str
) -> defaultdict[int, tuple[Stop, ...]]:
    """Return what keeps each member from seeing anything, in a few queries for all of them."""
    ids = [member.pk for member in members]
    frozen = Freeze.objects.using(alias).filter(member__in=ids, lifted_at=None)
    stopped = set(frozen.values_list("member_id", flat=True))
    sworn = untils(alias, members)
    due = reviews_due(alias, members)
    found: defaultdict[int, tuple[Stop, ...]] = defaultdict(tuple)
    for member in members:
        until = sworn.get(member.pk)
        told: dict[Stop, bool] = {
            "frozen": member.pk in stopped,
            "unsworn": until is None or until <= now,
            "overdue": due[member.pk] <= now,
        }
        found[member.pk] = tuple(stop for stop, so in told.items() if so)
    return found


def _cell(grounds: list[Ground]) -> Cell | None:
    if not grounds:
        return None
    widths = {one.breadth for one in grounds}
    ends = [one.until for one in grounds if one.until is not None]
    ours = any(one.until is None for one in grounds)
    return Cell(
        next(width for width in ORDER if width in widths),
        None if ours else max(ends),
        tuple(grounds),
    )
