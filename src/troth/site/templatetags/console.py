"""The console's navigation: where a member may go, and where she is."""

from typing import Any, Final

from django import template
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from msgspec import Struct

from troth.access import objects
from troth.access.acting import acting_as
from troth.access.models import Member
from troth.access.objects import Action
from troth.people.factors import has_factor

register = template.Library()


class Place(Struct, frozen=True):
    """An entry: its address, its label, and whether the reader is there or below."""

    address: str
    label: str
    here: bool


PLACES: Final[tuple[tuple[str, str, Action | None], ...]] = (
    ("board", gettext_noop("Board"), None),
    ("access", gettext_noop("Access"), None),
    ("people", gettext_noop("Members"), None),
    ("organisation", gettext_noop("Organisation"), None),
    ("sites", gettext_noop("Sites"), "key.see"),
    ("records", gettext_noop("Records"), "record.see"),
    ("mail", gettext_noop("Mail"), "mail.edit"),
    ("console-ledger", gettext_noop("Ledger"), None),
    ("jobs", gettext_noop("Jobs"), None),
)


@register.simple_tag(takes_context=True)
def places(context: dict[str, Any], member: Member) -> list[Place]:
    """Return the entries a member has; none before she has set up a second factor."""
    if not has_factor(member.account):
        return []
    actor = acting_as(member)
    request = context.get("request")
    path = "" if request is None else request.path
    board = reverse("board")
    found = []
    for name, label, action in PLACES:
        if action is not None and not objects.may_house(actor, action):
            continue
        address = reverse(name)
        here = path == address or (address != board and path.startswith(f"{address}/"))
        found.append(Place(address, gettext(label), here))
    return found
