"""Verbs of members: the roles they hold, their freezes and reviews, and how they leave.

`set_roles(tx, member, roles) -> None`    raises RolesConflictError, LastOwnerError, LeftError,
                                         MeanwhileError
`freeze(tx, member, because) -> Freeze`   raises LastOwnerError, LeftError, NoteError
`unfreeze(tx, member, because) -> None`   raises NotFrozenError
`review(tx, member, note) -> Review`
`end(tx, member) -> Left`                 ends everything of hers at once; raises LastOwnerError

Each holds one lock, so that two owners can't take the role from each other at once.
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from msgspec import Struct

from troth.access import acting as who
from troth.access import alerts, objects, standing, turns
from troth.access.acting import acting
from troth.access.facts import roles_of
from troth.access.grants import end_all_of
from troth.access.kinds import known_kinds
from troth.access.known import LOCK, others_of
from troth.access.models import (
    CaseMember,
    Freeze,
    Invitation,
    Member,
    MemberRole,
    Review,
)
from troth.access.notes import person_of_member, seal_note
from troth.access.roles import OWNER, ROLES, WORKS_WITH_DATA, Role, demand_apart
from troth.access.telling import tell
from troth.ledger import EntryId, LedgerEntry, record
from troth.ledger.entries import moment
from troth.people.sessions import end_all
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.store.locks import serialise
from troth.vault import PersonId


class MemberError(Exception):
    """It can't be done with this member; `message` says why."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.render(str))


class LastOwnerError(MemberError):
    """Nobody else could act as owner then."""


class LeftError(MemberError):
    """She has left."""


class NotFrozenError(MemberError):
    """There is nothing to lift."""


class MeanwhileError(MemberError):
    """Somebody else has set her roles since they were looked at."""


class UnknownRoleError(MemberError):
    """There is no such role."""


class Left(Struct, frozen=True):
    """What ended with a member's leaving, counted."""

    roles: int
    grants: int
    cases: int
    invitations: int
    sessions: int


def set_roles(
    tx: Tx, member: Member, roles: Iterable[Role], seen: Iterable[str] | None = None
) -> None:
    """Have another member hold these roles and no others, from this commit on.

    `seen` are those she held when they were chosen; None: nobody looked.
    """
    turns.change(tx)
    serialise(tx, LOCK)
    member = _here(tx, member)
    objects.on_member(acting(tx), "member.set-roles", member)
    wanted, held = frozenset(roles), roles_of(member)
    demand_known(wanted)
    demand_apart(wanted | _roles_elsewhere(tx, member))
    if wanted == held:
        return
    if seen is not None and frozenset(seen) != held:
        raise MeanwhileError(
            Message(mark("Somebody else has set her roles meanwhile; look at them, then decide."))
        )
    if OWNER in held - wanted:
        demand_other_owner(tx, member)
    about = {
        "member": member.handle,
        "given": sorted(wanted - held),
        "taken": sorted(held - wanted),
    }
    entry = record(tx, LedgerEntry("access.roles-set", about=about))
    rows = MemberRole.objects.using(tx.alias)
    rows.filter(member=member, until=None, role__in=held - wanted).update(until=tx.now)
    hold(tx, member, wanted - held, entry)
    _end_work(tx, member, wanted)
    who.forget(tx)
    key = f"role-changed.{member.pk}.{moment(tx.now)}"
    tell(tx, [member], "access.role-changed", {"member": member.handle}, key)


def hold(
    tx: Tx, member: Member, roles: Iterable[Role], entry: EntryId, *, given_by: str = ""
) -> None:
    """Write down roles a member holds from now on, told by an entry; for the verbs of access."""
    by = given_by or tx.actor
    MemberRole.objects.using(tx.alias).bulk_create(
        MemberRole(member=member, role=role, since=tx.now, given_by=by, entry=entry)
        for role in sorted(roles)
    )


def demand_known(roles: Iterable[Role]) -> None:
    """Refuse roles there are none of. Raises UnknownRoleError."""
    if not set(roles) <= set(ROLES):
        raise UnknownRoleError(Message(mark("There is no such role.")))


def freeze(tx: Tx, member: Member, because: str) -> Freeze:
    """Stop all a member's grants until it is lifted; she is told, and why is sealed."""
    turns.change(tx)
    serialise(tx, LOCK)
    member = _here(tx, member)
    objects.on_member(acting(tx), "member.freeze", member)
    frozen = Freeze.objects.using(tx.alias)
    already = frozen.filter(member=member, lifted_at=None).first()
    if already is not None:
        return already
    if OWNER in roles_of(member):
        demand_other_owner(tx, member)
    reason = seal_note(tx, person_of_member(tx, member), because, required=True)
    about = {"member": member.handle, "by": tx.actor}
    entry = record(tx, LedgerEntry("access.member-frozen", about=about))
    standing.forget(tx)
    who.forget(tx)
    tell(tx, [member], "access.frozen", {}, f"frozen.{member.pk}.{moment(tx.now)}")
    return frozen.create(member=member, since=tx.now, by=tx.actor, reason=reason, entry=entry)


def unfreeze(tx: Tx, member: Member, because: str) -> None:
    """Lift what stopped another member, with the reason."""
    serialise(tx, LOCK)
    objects.on_member(acting(tx), "member.unfreeze", member)
    frozen = Freeze.objects.using(tx.alias).filter(member=member, lifted_at=None).first()
    if frozen is None:
        raise NotFrozenError(Message(mark("This member is not frozen.")))
    why = seal_note(tx, person_of_member(tx, member), because, required=True)
    about = {"member": member.handle, "since": moment(frozen.since)}
    record(tx, LedgerEntry("access.member-unfrozen", about=about))
    frozen.lifted_at, frozen.lifted_by, frozen.lifted_because = tx.now, tx.actor, why
    frozen.save(using=tx.alias, update_fields=["lifted_at", "lifted_by", "lifted_because"])
    alerts.looked_at(tx, member)
    standing.forget(tx)
    who.forget(tx)


def review(tx: Tx, member: Member, note: str = "") -> Review:
    """Note that somebody looked at whether another member still needs what she may do."""
    serialise(tx, LOCK)
    member = _here(tx, member)
    objects.on_member(acting(tx), "member.review", member)
    sealed = seal_note(tx, person_of_member(tx, member), note)
    about = {"member": member.handle, "roles": sorted(roles_of(member))}
    entry = record(tx, LedgerEntry("access.member-reviewed", about=about))
    standing.forget(tx)
    rows = Review.objects.using(tx.alias)
    return rows.create(member=member, at=tx.now, by=tx.actor, note=sealed, entry=entry)


def end(tx: Tx, member: Member) -> Left:
    """End everything of a member at once: she leaves; her duty of confidentiality does not end."""
    turns.change(tx)
    serialise(tx, LOCK)
    member = _here(tx, member)
    objects.on_member(acting(tx), "member.end", member)
    if OWNER in roles_of(member):
        demand_other_owner(tx, member)
    tell(tx, [member], "access.left", {}, f"left.{member.pk}")
    return leave(tx, member)


def leave(tx: Tx, member: Member) -> Left:
    """End everything of a member who is there, by whoever's right; for the verbs of access."""
    member.account.is_active = False  # first: from here on no session can be noted
    member.account.save(using=tx.alias, update_fields=["is_active"])
    roles = MemberRole.objects.using(tx.alias).filter(member=member, until=None)
    left = Left(
        roles=roles.update(until=tx.now),
        grants=end_all_of(tx, member),
        cases=_open_cases(tx, member).update(until=tx.now),
        invitations=_withdraw_invitations(tx, member),
        sessions=end_all(tx, member.account),
    )
    member.left_at = tx.now
    member.save(using=tx.alias, update_fields=["left_at"])
    counts = {name: getattr(left, name) for name in left.__struct_fields__}
    about = {"member": member.handle, "by": tx.actor, **counts}
    record(tx, LedgerEntry("access.member-left", about=about))
    who.forget(tx)
    standing.forget(tx)
    return left


def _here(tx: Tx, member: Member) -> Member:
    """Return a member as she is now, under the lock. Raises LeftError."""
    now = Member.objects.using(tx.alias).select_related("account").get(pk=member.pk)
    if now.left_at is not None:
        raise LeftError(Message(mark("This member has left.")))
    return now


def _roles_elsewhere(tx: Tx, member: Member) -> frozenset[Role]:
    """Return the roles of the same person by another account or an open invitation."""
    person = member.account.person
    return others_of(tx, PersonId(person), but=[member]).roles if person else frozenset()


def demand_other_owner(tx: Tx, member: Member) -> None:
    """Refuse what would leave nobody who can act as owner: present, active, not frozen."""
    owners = MemberRole.objects.using(tx.alias).filter(role=OWNER, until=None)
    owners = owners.filter(member__left_at=None, member__account__is_active=True)
    frozen = Freeze.objects.using(tx.alias).filter(lifted_at=None).values("member")
    if not owners.exclude(member=member).exclude(member__in=frozen).exists():
        raise LastOwnerError(
            Message(mark("This is the last owner; make another member an owner first."))
        )


def _end_work(tx: Tx, member: Member, roles: frozenset[Role]) -> None:
    """End what her roles do not carry any more: grants, and cases of kinds that need another."""
    if roles.isdisjoint(WORKS_WITH_DATA):
        end_all_of(tx, member)
    for works in _open_cases(tx, member).select_related("case"):
        kind = known_kinds().get(works.case.kind)
        if kind is None or roles.isdisjoint(kind.roles):
            works.until = tx.now
            works.save(using=tx.alias, update_fields=["until"])
            about = {"case": works.case.name, "member": member.handle}
            record(tx, LedgerEntry("access.case-left", about=about))


def _open_cases(tx: Tx, member: Member) -> QuerySet[CaseMember]:
    return CaseMember.objects.using(tx.alias).filter(member=member, until=None)


def _withdraw_invitations(tx: Tx, member: Member) -> int:
    """Withdraw what she invited to, and what would bring her back."""
    waiting = Invitation.objects.using(tx.alias).filter(used_at=None, withdrawn_at=None)
    hers = Q(invited_by=member.handle)
    if member.account.person:
        hers |= Q(person=member.account.person)
    return waiting.filter(hers).update(withdrawn_at=tx.now)
