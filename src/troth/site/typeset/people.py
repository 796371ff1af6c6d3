"""Members as the console shows them: who they are, what they may do, what is due."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Max
from django.utils.translation import gettext, gettext_noop
from msgspec import Struct
from msgspec.structs import replace

from troth.access import known, objects, settings, undertakings
from troth.access.acting import Acting, acting
from troth.access.invitations import open_invitations
from troth.access.models import (
    CaseMember,
    Freeze,
    Grant,
    Member,
    MemberRole,
    Review,
    Signature,
)
from troth.access.notes import read_notes
from troth.access.objects import Action
from troth.access.roles import NAMES, ROLES, Role
from troth.people.models import Detail
from troth.store import Tx
from troth.vault import PersonId

PAGE_ROWS: Final = 25
HAPPENED_SHOWN: Final = 12
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
    "engineer": gettext_noop("Mends what is broken; sees data by a case or a grant."),
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


class Happened(Struct, frozen=True):
    """A freeze, its end or a review; `note` is "" until it is opened."""

    at: datetime
    what: str
    by: str
    note: str = ""


class Shown(Struct, frozen=True):
    """A member's page, without what is sealed."""

    row: Row
    held: tuple[RoleShown, ...]
    holds: frozenset[str]
    signature: Signature | None
    intact: bool
    freezes: int
    happened: tuple[Happened, ...]
    has_name: bool
    has_address: bool
    live_grants: int
    open_cases: int


class More(Struct, frozen=True):
    """What of a member's page is sealed, opened for whoever asked."""

    name: str
    email: str
    happened: tuple[Happened, ...]


ABILITIES: Final[Mapping[str, Action]] = {
    "roles": "member.set-roles",
    "freeze": "member.freeze",
    "unfreeze": "member.unfreeze",
    "review": "member.review",
    "end": "member.end",
}
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


def rows_of(alias: str, members: list[Member], now: datetime) -> list[Row]:
    """Return members as rows, in a handful of queries however many they are."""
    sworn = undertakings.untils(alias, members)
    roles: dict[int, list[str]] = {}
    held = MemberRole.objects.using(alias).filter(until=None).values_list("member", "role")
    for held_by, role in held:
        roles.setdefault(held_by, []).append(role)
    reviews = Review.objects.using(alias).values("member").annotate(last=Max("at"))
    last = dict(reviews.values_list("member", "last"))
    frozen = set(
        Freeze.objects.using(alias).filter(lifted_at=None).values_list("member", flat=True)
    )
    factors: set[int] = set()
    days = timedelta(days=settings.number(alias, settings.REVIEW_DAYS))
    found = []
    for member in members:
        until, due = sworn.get(member.pk), (last.get(member.pk) or member.since) + days
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


def person_shown(member: Member, now: datetime) -> Shown:
    """Return one member with what concerns her access."""
    alias = DEFAULT_DB_ALIAS
    row = rows_of(alias, [member], now)[0]
    signed = undertakings.newest_signature(alias, member)
    held = held_roles(member)
    return Shown(
        row=row,
        held=held,
        holds=frozenset(one.name for one in held if one.until is None),
        signature=signed,
        intact=signed is None or undertakings.verify_seal(signed),
        freezes=Freeze.objects.filter(member=member).count(),
        happened=happened(alias, member)[0],
        has_name=has_value(member, "name"),
        has_address=has_value(member, "email"),
        live_grants=Grant.objects.filter(
            member=member, approved=True, ended_at=None, until__gt=now
        ).count(),
        open_cases=CaseMember.objects.filter(member=member, until=None).count(),
    )


def opened(tx: Tx, member: Member) -> More:
    """Open what is sealed about a member, as far as whoever asks may see it.

    Her name every member may, her address she alone, why she was stopped those who may stop her.
    """
    actor = acting(tx)
    objects.on_member(actor, "member.see", member)
    own = actor.member.pk == member.pk
    person = PersonId(member.account.person)
    what, sealed = happened(tx.alias, member)
    if member.account.person and objects.may_member(actor, "member.freeze", member):
        notes = read_notes(tx, [(person, note) for note in sealed])
        what = tuple(replace(one, note=note) for one, note in zip(what, notes, strict=True))
    return More(
        name=known.name_of(tx, member),
        email=known.address_of(tx, person) if own and member.account.person else "",
        happened=what,
    )


def happened(alias: str, member: Member) -> tuple[tuple[Happened, ...], list[bytes]]:
    """Return what befell a member's access, the newest first, and the notes as they are sealed."""
    found: list[tuple[Happened, bytes]] = []
    freezes = Freeze.objects.using(alias).filter(member=member).order_by("-pk")
    for frozen in freezes[:HAPPENED_SHOWN]:
        found.append((Happened(frozen.since, "frozen", frozen.by), bytes(frozen.reason)))
        if frozen.lifted_at is not None:
            lifted = Happened(frozen.lifted_at, "lifted", frozen.lifted_by)
            found.append((lifted, bytes(frozen.lifted_because)))
    reviews = Review.objects.using(alias).filter(member=member).order_by("-pk")
    found += [
        (Happened(row.at, "reviewed", row.by), bytes(row.note)) for row in reviews[:HAPPENED_SHOWN]
    ]
    found.sort(key=lambda one: one[0].at, reverse=True)
    return tuple(what for what, _ in found), [note for _, note in found]


def has_value(member: Member, field: str) -> bool:
    """Tell whether a member has given something of herself, without opening it."""
    held = Detail.objects.filter(person=member.account.person, category=known.CATEGORY)
    return bool(member.account.person) and held.filter(field=field).exists()


def abilities(actor: Acting, other: Member | None = None) -> dict[str, bool]:
    """Return what may be shown as possible to whoever looks at a list or at a member."""
    if other is None:
        return {"invite": objects.may_house(actor, "member.invite")}
    own = {"own": other.pk == actor.member.pk}
    if other.left_at is not None:
        return {"own": False}
    return own | {
        name: objects.may_member(actor, action, other) for name, action in ABILITIES.items()
    }


def held_roles(member: Member) -> tuple[RoleShown, ...]:
    """Return every role a member has or had, those she has first."""
    rows = MemberRole.objects.filter(member=member).order_by("-since", "-pk")
    found = [
        RoleShown(
            row.role,
            role_label(row.role),
            gettext(TELLS[row.role]),  # type: ignore[index]  # the table holds no other
            row.since,
            row.until,
            row.given_by,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: one.until is not None))


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
