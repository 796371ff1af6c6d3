"""Who the tests of members speak of: made without a password's hash, which takes half a second."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from troth.access.models import Member, MemberRole
from troth.access.roles import Role
from troth.people.models import Account, new_handle

AT: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""A Monday."""
DAY: Final = timedelta(days=1)


def make_member(*roles: Role, since: datetime = AT) -> Member:
    """Make a member with roles, and no password by which anybody could sign in as her."""
    account = Account(handle=new_handle("m"), created_at=since)
    account.set_unusable_password()
    account.save()
    member = Member.objects.create(account=account, since=since)
    give(member, roles, since=since)
    return member


def give(member: Member, roles: Iterable[Role], *, since: datetime = AT) -> None:
    """Write roles down as if they had been given."""
    for role in roles:
        MemberRole.objects.create(member=member, role=role, since=since, given_by="test")
