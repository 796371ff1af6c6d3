"""What is looked for in the record of access, and the rows it finds.

`found(alias, asked) -> rows`     all views that fit, in no order
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from troth.access.models import View

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Asked(Struct, frozen=True, kw_only=True):
    """What is looked for; "" and None are not asked about."""

    member: str = ""
    subject: str = ""
    category: str = ""
    purpose: str = ""
    case: int | None = None
    allowed: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


def found(alias: str, asked: Asked) -> "QuerySet[View]":
    """Return the views that fit."""
    rows = View.objects.using(alias).all()
    wanted: dict[str, Any] = {
        "member__account__handle": asked.member,
        "subject": asked.subject,
        "category": asked.category,
        "purpose": asked.purpose,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    exact = {"case_id": asked.case, "allowed": asked.allowed}
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if asked.since is not None:
        rows = rows.filter(at__gte=asked.since)
    if asked.until is not None:
        rows = rows.filter(at__lt=asked.until)
    return rows
