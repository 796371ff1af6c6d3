"""What is known of members."""

import hmac
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest

from troth.access.models import OWNER, Member, MemberRole, OwnerLink
from troth.access.roles import Role


def has_owner(alias: str = DEFAULT_DB_ALIAS) -> bool:
    """Tell whether somebody owns this server yet."""
    held = MemberRole.objects.using(alias).filter(role=OWNER, until=None)
    return held.filter(member__left_at=None, member__account__is_active=True).exists()


def member_of(request: HttpRequest) -> Member | None:
    """Return the member who is signed in, None for anybody else."""
    account: Any = getattr(request, "user", None)
    if account is None or not account.is_authenticated:
        return None
    return member_of_account(account.pk)


def member_of_account(account_id: int) -> Member | None:
    """Return the member of an account who has not left."""
    found = Member.objects.select_related("account").filter(account_id=account_id, left_at=None)
    return found.first()


def roles_of(member: Member) -> frozenset[Role]:
    """Return what a member is now."""
    held = MemberRole.objects.using(member._state.db).filter(member=member, until=None)  # noqa: SLF001 - the database it was read from
    return frozenset(cast("Role", role) for role in held.values_list("role", flat=True))


def usable_link(alias: str, token: str, at: datetime) -> OwnerLink | None:
    """Return the owner link of a token if it is unused and not expired at `at`.

    It is found by the hash of 256 random bits, so how long that takes tells nothing.
    """
    digest = token_hash(token)
    link = OwnerLink.objects.using(alias).filter(token_hash=digest).first()
    if link is None or not hmac.compare_digest(link.token_hash, digest):
        return None
    return link if link.used_at is None and at < link.expires_at else None


def token_hash(token: str) -> str:
    """Return the hash under which a link is stored."""
    return sha256(token.encode()).hexdigest()
