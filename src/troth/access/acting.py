"""Who acts: the member whose handle a transaction carries, with what she is now."""

from typing import Final

from msgspec import Struct

from troth.access.facts import roles_of
from troth.access.models import Freeze, Member
from troth.access.roles import Role
from troth.policy.words import Message, mark
from troth.store import Tx

ACTING: Final = "access.acting"


class Acting(Struct, frozen=True):
    """A member, her roles and whether she is frozen, as it was when the transaction first asked."""

    member: Member
    roles: frozenset[Role]
    frozen: bool = False


class NoMemberError(Exception):
    """Whoever acts is no member, or has left."""

    def __init__(self) -> None:
        self.message = Message(mark("Only members may do this."))
        super().__init__(self.message.render(str))


def acting_as(member: Member) -> Acting:
    """Return a member with what she is now."""
    frozen = Freeze.objects.using(member._state.db)  # noqa: SLF001 - the database it was read from
    stopped = frozen.filter(member=member, lifted_at=None).exists()
    return Acting(member, roles_of(member), stopped)


def acting(tx: Tx) -> Acting:
    """Return the member who acts. Raises NoMemberError for `system`, strangers and leavers."""
    known: dict[str, Acting] = tx.memo.setdefault(ACTING, {})
    if tx.actor not in known:
        members = Member.objects.using(tx.alias).select_related("account")
        found = members.filter(account__handle=tx.actor, left_at=None).first()
        if found is None:
            raise NoMemberError
        known[tx.actor] = acting_as(found)
    return known[tx.actor]


def forget(tx: Tx) -> None:
    """Have roles read again: a verb has just changed some."""
    tx.memo.pop(ACTING, None)
