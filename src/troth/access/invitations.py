"""Verbs of invitations: a link by which somebody becomes a member, once and for some days.

`invite(tx, roles, address, link) -> Opened`        raises RolesConflictError, MemberError, …
`send_again(tx, invitation, link) -> Opened`        a new link; the old one is dead
`withdraw(tx, invitation) -> None`
`take(tx, token, password) -> Member`               raises UnusableError
`clear(tx) -> None`                                 addresses of those who did not come
`usable(alias, token, at) -> Invitation | None`

Roles are looked at when an invitation is made and again when it is taken: the person may have
become something else meanwhile, and who invited her may have left.
"""

import hmac
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from msgspec import Struct

from troth.access import objects
from troth.access.acting import Acting, NoMemberError, acting, acting_as
from troth.access.facts import token_hash
from troth.access.known import (
    EMAIL_KIND,
    LOCK,
    bearer,
    demand_address,
    forget_address,
    keep_address,
    others_of,
)
from troth.access.members import MemberError, demand_known, hold
from troth.access.models import Invitation, Member
from troth.access.objects import NotAllowedError
from troth.access.roles import DUTIES, OWNER, Role, RolesConflictError, demand_apart
from troth.access.settings import INVITATION_DAYS, number
from troth.ledger import LedgerEntry, record
from troth.ledger.entries import moment
from troth.people.actions import open_account
from troth.people.mail import post
from troth.people.passwords import Chosen
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.store.locks import serialise
from troth.vault import PersonId

TOKEN_BYTES: Final = 32
PREFIX: Final = "m"
"""Of a member's handle, which tells nothing of her roles as these change."""

Link = Callable[[str], str]
"""From a token to the address that is opened by it."""


class Opened(Struct, frozen=True):
    """The token of a link (shown once, stored nowhere), whose it is, and whether it is mailed."""

    token: str
    invitation: Invitation
    mailed: bool

    def __repr__(self) -> str:
        return f"Opened(token=…, invitation={self.invitation!r}, mailed={self.mailed!r})"


class UnusableError(Exception):
    """The link was used, withdrawn, has expired or never existed; which one is not told."""


class NoRolesError(MemberError):
    """An invitation to nothing."""


class AlreadyMemberError(MemberError):
    """Whoever has this address is a member: her roles are changed instead."""


class AlreadyInvitedError(MemberError):
    """Whoever has this address is invited already."""


class SettledError(MemberError):
    """The invitation was taken or withdrawn."""


def invite(tx: Tx, roles: Iterable[Role], address: str, link: Link) -> Opened:
    """Invite somebody to hold roles; with an address the link is mailed, else handed over.

    Raises NotAllowedError, RolesConflictError, NoRolesError, OwnError (address),
    AlreadyMemberError, AlreadyInvitedError.
    """
    serialise(tx, LOCK)
    wanted = frozenset(roles)
    _demand_may_invite(acting(tx), wanted)
    if not wanted:
        raise NoRolesError(Message(mark("Choose at least one role.")))
    demand_known(wanted)
    demand_apart(wanted)
    person = _person_invited(tx, address.strip(), wanted)
    until = tx.now + timedelta(days=number(tx, INVITATION_DAYS))
    about = {"roles": sorted(wanted), "until": moment(until), "addressed": person != ""}
    entry = record(tx, LedgerEntry("access.invited", about=about))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation = Invitation.objects.using(tx.alias).create(
        token_hash=token_hash(token),
        roles=sorted(wanted),
        person=person,
        invited_by=tx.actor,
        created_at=tx.now,
        expires_at=until,
        entry=entry,
    )
    return Opened(token, invitation, _mail(tx, invitation, token, link))


def send_again(tx: Tx, invitation: Invitation, link: Link) -> Opened:
    """Make a new link for an invitation that was not taken, with the days of a new one."""
    serialise(tx, LOCK)
    invitation = _waiting(tx, invitation)
    roles = frozenset(invitation.roles)
    _demand_may_invite(acting(tx), roles)
    _demand_fits(tx, invitation)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation.token_hash = token_hash(token)
    invitation.invited_by = tx.actor
    invitation.expires_at = tx.now + timedelta(days=number(tx, INVITATION_DAYS))
    invitation.save(using=tx.alias, update_fields=["token_hash", "invited_by", "expires_at"])
    about = {"invitation": invitation.pk, "until": moment(invitation.expires_at)}
    record(tx, LedgerEntry("access.invited-again", about=about))
    return Opened(token, invitation, _mail(tx, invitation, token, link))


def withdraw(tx: Tx, invitation: Invitation) -> None:
    """Take an invitation back: its link opens nothing, and the address is forgotten."""
    serialise(tx, LOCK)
    objects.on_house(acting(tx), "member.invite")
    invitation = _waiting(tx, invitation)
    invitation.withdrawn_at = tx.now
    invitation.save(using=tx.alias, update_fields=["withdrawn_at"])
    record(tx, LedgerEntry("access.invitation-withdrawn", about={"invitation": invitation.pk}))
    _forget(tx, invitation)


def usable(alias: str, token: str, at: datetime) -> Invitation | None:
    """Return the invitation a token opens at a moment, None for any that opens nothing.

    It is found by the hash of 256 random bits, so how long that takes tells nothing.
    """
    digest = token_hash(token)
    found = Invitation.objects.using(alias).filter(token_hash=digest).first()
    if found is None or not hmac.compare_digest(found.token_hash, digest):
        return None
    over = found.used_at is not None or found.withdrawn_at is not None or at >= found.expires_at
    return None if over or not _inviter_may(alias, found) else found


def take(tx: Tx, token: str, password: Chosen) -> Member:
    """Make whoever holds the link a member with a new account and the roles it names.

    Raises UnusableError.
    """
    serialise(tx, LOCK)
    invitation = usable(tx.alias, token, tx.now)
    if invitation is None:
        raise UnusableError
    try:
        _demand_fits(tx, invitation)
    except (RolesConflictError, AlreadyMemberError) as error:
        raise UnusableError from error
    account = open_account(tx, PREFIX, password)
    account.person = invitation.person
    account.save(using=tx.alias, update_fields=["person"])
    about = {"member": account.handle, "roles": invitation.roles, "inviter": invitation.invited_by}
    entry = record(tx, LedgerEntry("access.member-made", about=about))
    member = Member.objects.using(tx.alias).create(account=account, since=tx.now, entry=entry)
    hold(tx, member, invitation.roles, entry, given_by=invitation.invited_by)
    invitation.used_at, invitation.member = tx.now, member
    invitation.save(using=tx.alias, update_fields=["used_at", "member"])
    return member


def clear(tx: Tx) -> None:
    """Forget the addresses of those who did not come in time."""
    over = Invitation.objects.using(tx.alias).exclude(person="").filter(used_at=None)
    for invitation in over.filter(Q(expires_at__lte=tx.now) | Q(withdrawn_at__isnull=False)):
        record(tx, LedgerEntry("access.invitation-lapsed", about={"invitation": invitation.pk}))
        _forget(tx, invitation)


def open_invitations(alias: str) -> list[Invitation]:
    """Return the invitations that wait or have expired and may be sent again, newest first."""
    waiting = Invitation.objects.using(alias).filter(used_at=None, withdrawn_at=None)
    return list(waiting.order_by("-pk"))


def _demand_may_invite(actor: Acting, roles: frozenset[Role]) -> None:
    """Refuse who may not invite, or not to these: nobody makes an administrator but an owner."""
    objects.on_house(actor, "member.invite")
    if any(DUTIES.get(role) == DUTIES[OWNER] for role in roles):
        objects.on_house(actor, "member.set-roles")


def _inviter_may(alias: str, invitation: Invitation) -> bool:
    """Tell whether whoever invited is still there and might still do so."""
    inviters = Member.objects.using(alias).select_related("account")
    inviter = inviters.filter(account__handle=invitation.invited_by, left_at=None).first()
    if inviter is None:
        return False
    try:
        _demand_may_invite(acting_as(inviter), frozenset(invitation.roles))
    except (NotAllowedError, NoMemberError):
        return False
    return True


def _person_invited(tx: Tx, address: str, roles: frozenset[Role]) -> str:
    """Return as whom an address is known from now on; "" where none was given."""
    if not address:
        return ""
    demand_address(address)
    known = bearer(tx, EMAIL_KIND, address)
    others = None if known is None else others_of(tx, known)
    if others is not None:
        demand_apart(roles | others.roles)
        if others.members:
            raise AlreadyMemberError(
                Message(
                    mark("%(handle)s has this address and is a member; change her roles instead."),
                    {"handle": others.members[0].handle},
                )
            )
        if others.invitations:
            raise AlreadyInvitedError(
                Message(mark("This address is invited already; send that invitation again."))
            )
    return keep_address(tx, address)


def _demand_fits(tx: Tx, invitation: Invitation) -> None:
    """Refuse roles that do not go with what the same person has become meanwhile."""
    roles = frozenset(invitation.roles)
    demand_known(roles)
    if not invitation.person:
        demand_apart(roles)
        return
    others = others_of(tx, PersonId(invitation.person))
    demand_apart(roles | others.roles)
    if others.members:
        raise AlreadyMemberError(Message(mark("Whoever was invited has become a member already.")))


def _waiting(tx: Tx, invitation: Invitation) -> Invitation:
    now = Invitation.objects.using(tx.alias).get(pk=invitation.pk)
    if now.used_at is not None or now.withdrawn_at is not None:
        raise SettledError(Message(mark("This invitation was taken or withdrawn already.")))
    return now


def _mail(tx: Tx, invitation: Invitation, token: str, link: Link) -> bool:
    if not invitation.person:
        return False
    values = {
        "inviter": tx.actor,
        "link": link(token),
        "day": f"{invitation.expires_at:%Y-%m-%d}",
    }
    key = f"access.invited.{invitation.token_hash[:16]}"
    return post(tx, PersonId(invitation.person), "access.invited", values, key)


def _forget(tx: Tx, invitation: Invitation) -> None:
    if invitation.person:
        forget_address(tx, PersonId(invitation.person))
        invitation.person = ""
        invitation.save(using=tx.alias, update_fields=["person"])
