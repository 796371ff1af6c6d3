"""One member as the console shows her: her access, what befell it, what is sealed about her."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import gettext
from msgspec import Struct
from msgspec.structs import replace

from troth.access import known, objects, undertakings
from troth.access.acting import Acting, acting
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
from troth.people.models import Detail
from troth.site.typeset.people import TELLS, RoleShown, Row, role_label, rows_of
from troth.store import Tx
from troth.vault import PersonId

HAPPENED_SHOWN: Final = 12
ABILITIES: Final[Mapping[str, Action]] = {
    "roles": "member.set-roles",
    "freeze": "member.freeze",
    "unfreeze": "member.unfreeze",
    "review": "member.review",
    "end": "member.end",
}


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
