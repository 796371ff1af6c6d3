"""Verbs of members.

`open_owner_link(tx) -> OpenedLink(token, expires_at)`         raises OwnerExistsError
`open_new_owner_link(tx) -> OpenedLink(token, expires_at)`     though there is an owner
`claim_ownership(tx, token, password) -> Member`               raises LinkUnusableError
`end_expired_sessions(tx) -> None`                              as the policy's retention says
Signing in and out needs the request: see `access.sign_in`.
"""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.contrib.sessions.models import Session
from msgspec import Struct

from troth.access import facts
from troth.access.known import LOCK
from troth.access.models import OWNER, Member, MemberRole, OwnerLink
from troth.access.roles import SECURITY
from troth.access.telling import holders, tell
from troth.ledger import LedgerEntry, record
from troth.ledger.entries import moment
from troth.people import sessions
from troth.people.actions import open_account
from troth.people.passwords import Chosen
from troth.store import Tx
from troth.store.locks import serialise
from troth.store.signals import raise_signal

LINK_LIFE: Final = timedelta(minutes=60)
TOKEN_BYTES: Final = 32
NEW_OWNER: Final = "access-owner-link"
"""The signal that a link for one more owner was made at the server itself."""


class OpenedLink(Struct, frozen=True):
    """The token of a new link (shown once, stored nowhere) and when it ends."""

    token: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"OpenedLink(token=…, expires_at={self.expires_at!r})"


class OwnerExistsError(Exception):
    """Somebody owns this server already."""


class LinkUnusableError(Exception):
    """The link was used, has expired or never existed; which one is not told."""


def open_owner_link(tx: Tx, *, alone: bool = True) -> OpenedLink:
    """Make the link for the first owner; links made before it end, unless it is not `alone`.

    Raises OwnerExistsError.
    """
    serialise(tx, LOCK)
    if facts.has_owner(tx.alias):
        raise OwnerExistsError
    if alone:
        _end_links(tx)
    return _open(tx)


def open_new_owner_link(tx: Tx) -> OpenedLink:
    """Make a link for one more owner: the way back where the only one has lost hers.

    Only whoever runs the server can ask for it, who holds data and keys anyway. All who could have
    invited an owner are told at once.
    """
    serialise(tx, LOCK)
    _end_links(tx)
    if not facts.has_owner(tx.alias):
        return _open(tx)
    opened = _open(tx, beside=True)
    at = moment(tx.now)
    raise_signal(tx, NEW_OWNER, about={"at": at})
    tell(tx, holders(tx, (OWNER, SECURITY)), "access.owner-link", {}, f"owner-link.{at}")
    return opened


def _end_links(tx: Tx) -> None:
    links = OwnerLink.objects.using(tx.alias).filter(used_at=None, expires_at__gt=tx.now)
    links.update(expires_at=tx.now)


def _open(tx: Tx, *, beside: bool = False) -> OpenedLink:
    opened = OpenedLink(secrets.token_urlsafe(TOKEN_BYTES), tx.now + LINK_LIFE)
    until = moment(opened.expires_at)
    about = {"until": until, "beside": beside}
    entry = record(tx, LedgerEntry("access.owner-link-opened", about=about))
    OwnerLink.objects.using(tx.alias).create(
        token_hash=facts.token_hash(opened.token),
        created_at=tx.now,
        expires_at=opened.expires_at,
        beside=beside,
        entry=entry,
    )
    return opened


def claim_ownership(tx: Tx, token: str, password: Chosen) -> Member:
    """Make whoever holds the link the owner: a new account with a random handle.

    Raises LinkUnusableError.
    """
    serialise(tx, LOCK)
    usable = facts.usable_link(tx.alias, token, tx.now)
    if usable is None or (facts.has_owner(tx.alias) and not usable.beside):
        raise LinkUnusableError
    OwnerLink.objects.using(tx.alias).filter(pk=usable.pk).update(used_at=tx.now)
    account = open_account(tx, OWNER, password)
    about = {"member": account.handle, "role": OWNER}
    entry = record(tx, LedgerEntry("access.member-made", about=about))
    member = Member.objects.using(tx.alias).create(account=account, since=tx.now, entry=entry)
    MemberRole.objects.using(tx.alias).create(
        member=member, role=OWNER, since=tx.now, given_by=tx.actor, entry=entry
    )
    return member


def end_expired_sessions(tx: Tx) -> None:
    """Delete the sessions that have ended: until then a row would outlive its purpose."""
    ended, _ = Session.objects.using(tx.alias).filter(expire_date__lte=tx.now).delete()
    sessions.forget_ended(tx)
    if ended:
        record(tx, LedgerEntry("access.sessions-ended", about={"sessions": ended}))
