"""Mails to members: who is told, and that each is told once."""

from collections.abc import Iterable, Mapping
from typing import Final

from troth.access.models import Member
from troth.access.roles import Role
from troth.people.mail import ADDRESS, post
from troth.people.values import holds
from troth.store import Tx
from troth.vault import PersonId

CATEGORY: Final = "staff-account"


def tell(
    tx: Tx, members: Iterable[Member], template: str, values: Mapping[str, str], key: str
) -> list[str]:
    """Have a mail sent to each member who has given an address; return whom was written to."""
    told = []
    for member in members:
        person = PersonId(member.account.person)
        reachable = bool(person) and holds(tx, person, CATEGORY, ADDRESS)
        if reachable and post(tx, person, template, values, f"{key}.{member.pk}"):
            told.append(member.handle)
    return told


def holders(tx: Tx, roles: Iterable[Role], *, but: Member | None = None) -> list[Member]:
    """Return the members who hold one of these roles now, each once, but for one of them."""
    found = Member.objects.using(tx.alias).select_related("account")
    found = found.filter(
        left_at=None, roles_held__role__in=list(roles), roles_held__until=None
    ).distinct()
    others = found if but is None else found.exclude(pk=but.pk)
    return list(others.order_by("pk"))
