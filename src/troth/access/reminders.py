"""What members are reminded of by mail before it is due: undertakings to sign, reviews to do."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from troth.access.models import Member
from troth.access.roles import OWNER, SECURITY
from troth.access.standing import review_due
from troth.access.telling import holders, tell
from troth.access.undertakings import due, until_of
from troth.store import Tx

UNDERTAKING_DAYS: Final = (0, 1, 7, 30)
REVIEW_DAYS: Final = (0, 1, 14)
"""So many days before, each once; 0 is when it is due."""


def remind(tx: Tx) -> None:
    """Remind members whose undertaking runs out, and who reviews of those whose review is due."""
    for member in Member.objects.using(tx.alias).select_related("account").filter(left_at=None):
        until = until_of(tx, member)
        step = None if until is None else _step(until, tx.now, UNDERTAKING_DAYS)
        if until is not None and step is not None:
            key = f"access.undertaking-due.{until:%Y-%m-%d}.{step}"
            tell(tx, [member], "access.undertaking-due", due(until), key)
        at = review_due(tx, member)
        step = _step(at, tx.now, REVIEW_DAYS)
        if step is not None:
            key = f"access.review-due.{member.pk}.{at:%Y-%m-%d}.{step}"
            values = {"member": member.handle, **due(at)}
            tell(tx, holders(tx, (OWNER, SECURITY), but=member), "access.review-due", values, key)


def _step(at: datetime, now: datetime, days: Iterable[int]) -> int | None:
    """Return the nearest of the days before a moment that has come; None while all are far off."""
    return next((one for one in sorted(days) if now >= at - timedelta(days=one)), None)
