"""What members are reminded of by mail before it is due: undertakings to sign, reviews to do."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from troth.access.models import Member
from troth.access.roles import OWNER, SECURITY
from troth.access.standing import reviews_due
from troth.access.telling import holders, tell
from troth.access.undertakings import due, untils
from troth.store import Tx

UNDERTAKING_DAYS: Final = (0, 1, 7, 30)
REVIEW_DAYS: Final = (0, 1, 14)
"""So many days before, each once; 0 is when it is due."""


def remind(tx: Tx) -> None:
    """Remind members whose undertaking runs out, and who reviews of those whose review is due."""
    members = list(Member.objects.using(tx.alias).select_related("account").filter(left_at=None))
    sworn, reviews = untils(tx.alias, members), reviews_due(tx.alias, members)
    reviewers = holders(tx, (OWNER, SECURITY))
    for member in members:
        until = sworn.get(member.pk)
        step = None if until is None else _step(until, tx.now, UNDERTAKING_DAYS)
        if until is not None and step is not None:
            key = f"access.undertaking-due.{until:%Y-%m-%d}.{step}"
            tell(tx, [member], "access.undertaking-due", due(until), key)
        at = reviews[member.pk]
        step = _step(at, tx.now, REVIEW_DAYS)
        if step is not None:
            key = f"access.review-due.{member.pk}.{at:%Y-%m-%d}.{step}"
            values = {"member": member.handle, **due(at)}
            others = [one for one in reviewers if one.pk != member.pk]
            tell(tx, others, "access.review-due", values, key)


def _step(at: datetime, now: datetime, days: Iterable[int]) -> int | None:
    """Return the nearest of the days before a moment that has come; None while all are far off."""
    return next((one for one in sorted(days) if now >= at - timedelta(days=one)), None)
