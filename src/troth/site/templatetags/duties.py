"""What is due of the member who looks at a page."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django import template
from django.db import DEFAULT_DB_ALIAS

from troth.access.models import Member
from troth.access.undertakings import newest_signature, until_at

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
