"""What is due of the member who looks at a page."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django import template
from django.db import DEFAULT_DB_ALIAS

from troth.access import objects
from troth.access.acting import acting_as
from troth.access.alerts import KINDS
from troth.access.models import Member
from troth.access.undertakings import newest_signature, until_at
from troth.site.typeset.access import SHOWN_MAX, Labels, glass_waiting
from troth.site.typeset.jobs import told
from troth.store.models import Signal

register = template.Library()

SOON: Final = timedelta(days=7)


@register.inclusion_tag("console/people/duty.html")
def own_duty(member: Member | None) -> dict[str, Any]:
    """Show a link to the undertaking as long as it is to be signed, and a week before."""
    if member is None:
        return {"due": ""}
    until = until_at(DEFAULT_DB_ALIAS, newest_signature(DEFAULT_DB_ALIAS, member))
    now = datetime.now(UTC)
    if until is None or until <= now:
        return {"due": "now"}
    return {"due": "soon" if until <= now + SOON else "", "until": until}


@register.inclusion_tag("console/access/alerts.html")
def open_alerts(member: Member | None) -> dict[str, Any]:
    """Show what is unusual about members' views, to who may act on it, until somebody looked."""
    if member is None or not objects.may_house(acting_as(member), "signal.close"):
        return {"alerts": []}
    found = Signal.objects.filter(kind__in=KINDS, closed_at=None).exclude(
        about__member=member.handle
    )
    rows = found.order_by("-last_at", "-pk")[:SHOWN_MAX]
    return {"alerts": [{"told": told(one), "member": one.about.get("member", "")} for one in rows]}


@register.inclusion_tag("console/access/glass_notice.html")
def glass_notice(member: Member | None) -> dict[str, Any]:
    """Show broken glass that this member may review, until somebody has."""
    if member is None:
        return {"broken": []}
    waiting = glass_waiting(acting_as(member), DEFAULT_DB_ALIAS)
    labels = Labels(DEFAULT_DB_ALIAS, datetime.now(UTC)) if waiting else None
    return {
        "broken": [
            {"row": one, "category": labels.category(one.grant.category)}
            for one in waiting
            if labels is not None
        ]
    }
