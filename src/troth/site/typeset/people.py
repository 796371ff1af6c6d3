"""Members as the console shows them: who they are, what they may do, what is due."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext, gettext_noop
from msgspec import Struct
from msgspec.structs import replace

from troth.access import known, objects, undertakings
from troth.access.acting import acting
from troth.access.invitations import open_invitations
from troth.access.models import (
    Freeze,
    Member,
    MemberRole,
)
from troth.access.roles import NAMES, ROLES, Role
from troth.access.standing import reviews_due
from troth.access.undertakings import NAMED_MAX
from troth.people.models import SecondFactor
from troth.store import Tx

Rows = TypeVar("Rows", bound=Model)

PAGE_ROWS: Final = 25
INVITATIONS_SHOWN: Final = 100
SEARCH_LENGTH_MAX: Final = 40
SOON: Final = timedelta(days=30)
DUE_SOON: Final = timedelta(days=14)
TELLS: Final[Mapping[Role, str]] = {
    "owner": gettext_noop(
        "Makes members, gives roles and decides on requests; sees nobody's data."
    ),
    "security": gettext_noop(
        "Invites, stops and ends members and looks after alerts; sees nobody's data."
    ),
    "privacy-officer": gettext_noop(
        "Keeps policy, procedures and texts, decides on requests, works on what people ask for."
    ),
    "support": gettext_noop("Works on what people ask for; sees data by a case or a grant."),
    "engineer": gettext_noop(
        "Mends what is broken and makes keys of sites; sees data by a case or a grant."
    ),
    "auditor": gettext_noop("Examines the record of access; sees nobody's data."),
}


class RoleShown(Struct, frozen=True):
    """A role in the reader's language, with what it may do."""

    name: str
    label: str
    tells: str
    since: datetime | None = None
    until: datetime | None = None
    given_by: str = ""


class Row(Struct, frozen=True):
    """A member in the list. `sworn` and `reviewed` are `fine`, `soon`, `over` or `never`."""

    handle: str
    name: str
    roles: tuple[str, ...]
    since: datetime
    left_at: datetime | None
    undertaking_until: datetime | None
    sworn: str
    review_due: datetime
    reviewed: str
    frozen: bool
    second_factor: bool

    @property
    def is_due(self) -> bool:
        """Whether something of hers waits to be done."""
        late = self.frozen or self.sworn in {"never", "over"} or self.reviewed == "over"
        return self.left_at is None and late


class Asked(Struct, frozen=True):
    """What of the list was asked for."""

    search: str = ""
    role: str = ""
    state: str = ""
    page: int = 1

    @property
    def turned_to(self) -> str:
        """The number of the page as it stands in an address, "" for the first."""
        return str(self.page) if self.page > 1 else ""


class Listed(Struct, frozen=True):
    """A page of the list."""

    rows: tuple[Row, ...]
    found: int
    total: int
    due: int
    number: int
    newer: int = 0
    older: int = 0
    named: bool = False


STATES: Final[Mapping[str, str]] = {
    "": gettext_noop("Members"),
    "due": gettext_noop("Something is due"),
    "frozen": gettext_noop("Stopped"),
    "left": gettext_noop("Have left"),
}


def states_shown() -> list[tuple[str, str]]:
    """Return what the list can be narrowed to."""
    return [(name, gettext(label)) for name, label in STATES.items()]


def role_label(name: str) -> str:
    """Return a role's name in the reader's language; a name that is none as it stands."""
    return gettext(NAMES[name]) if name in NAMES else name


def roles_shown(names: Iterable[Role] = ROLES) -> tuple[RoleShown, ...]:
    """Return roles in their order."""
    wanted = set(names)
    return tuple(
        RoleShown(role, role_label(role), gettext(TELLS[role])) for role in ROLES if role in wanted
    )


def asked_of(query: Mapping[str, str], page: int) -> Asked:
    """Parse what of the list is asked for; what is not understood falls away."""
    role, state = query.get("role", ""), query.get("state", "")
    return Asked(
        search=query.get("q", "").strip()[:SEARCH_LENGTH_MAX],
        role=role if role in ROLES else "",
        state=state if state in STATES else "",
        page=page,
    )


def listed(alias: str, asked: Asked, now: datetime) -> Listed:
    """Return a page of the members that fit, those who came first first."""
    everybody = list(Member.objects.using(alias).select_related("account").order_by("since", "pk"))
    rows = rows_of(alias, everybody, now)
    here = [row for row in rows if row.left_at is None]
    found = [row for row in rows if _fits(row, asked)]
    pages = max(1, -(-len(found) // PAGE_ROWS))
    page = min(asked.page, pages)
    return Listed(
        tuple(found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]),
        found=len(found),
        total=len(here),
        due=sum(row.is_due for row in here),
        number=page,
        newer=page - 1,
        older=page + 1 if page < pages else 0,
    )


def with_names(tx: Tx, page: Listed) -> Listed:
    """Return the page with the names of those who gave one; each is opened and entered."""
    objects.on_house(acting(tx), "member.see")
    members = Member.objects.using(tx.alias).select_related("account")
    found = {
        member.handle: known.name_of(tx, member)
        for member in members.filter(account__handle__in=[row.handle for row in page.rows])
    }
    rows = tuple(replace(row, name=found.get(row.handle, "")) for row in page.rows)
    return replace(page, rows=rows, named=True)


def rows_of(alias: str, members: Sequence[Member], now: datetime) -> list[Row]:
    """Return members as rows, in a handful of queries however many they are."""
    sworn = undertakings.untils(alias, members)
    roles: dict[int, list[str]] = {}
    held = _only(MemberRole.objects.using(alias).filter(until=None), members)
    for held_by, role in held.values_list("member", "role"):
        roles.setdefault(held_by, []).append(role)
    reviews = reviews_due(alias, members)
    frozen = set(
        Freeze.objects.using(alias).filter(lifted_at=None).values_list("member", flat=True)
    )
    proven = SecondFactor.objects.using(alias).filter(confirmed_at__isnull=False)
    factors = set(proven.values_list("account", flat=True))
    found = []
    for member in members:
        until, due = sworn.get(member.pk), reviews[member.pk]
        found.append(
            Row(
                handle=member.handle,
                name="",
                roles=tuple(role_label(role) for role in ROLES if role in roles.get(member.pk, [])),
                since=member.since,
                left_at=member.left_at,
                undertaking_until=until,
                sworn="never" if until is None else _how(until, now, SOON),
                review_due=due,
                reviewed=_how(due, now, DUE_SOON),
                frozen=member.pk in frozen,
                second_factor=member.account_id in factors,
            )
        )
    return found


def _only(rows: QuerySet[Rows], members: Sequence[Member]) -> QuerySet[Rows]:
    """Narrow rows to a few members; of many all are read."""
    return rows.filter(member__in=members) if len(members) <= NAMED_MAX else rows


def _how(at: datetime, now: datetime, soon: timedelta) -> str:
    if at <= now:
        return "over"
    return "soon" if at <= now + soon else "fine"


def _fits(row: Row, asked: Asked) -> bool:
    state = {
        "": row.left_at is None,
        "due": row.is_due,
        "frozen": row.frozen and row.left_at is None,
        "left": row.left_at is not None,
    }
    return (
        state[asked.state]
        and (not asked.role or role_label(asked.role) in row.roles)
        and asked.search.lower() in row.handle
    )


class Waiting(Struct, frozen=True):
    """An invitation that was not taken."""

    id: int
    roles: tuple[str, ...]
    invited_by: str
    created_at: datetime
    expires_at: datetime
    addressed: bool
    expired: bool


def invitations_shown(alias: str, now: datetime) -> tuple[Waiting, ...]:
    """Return the invitations that wait, and those that lapsed and may be sent again."""
    return tuple(
        Waiting(
            id=row.pk,
            roles=tuple(role_label(role) for role in ROLES if role in row.roles),
            invited_by=row.invited_by,
            created_at=row.created_at,
            expires_at=row.expires_at,
            addressed=bool(row.person),
            expired=row.expires_at <= now,
        )
        for row in open_invitations(alias)[:INVITATIONS_SHOWN]
    )
