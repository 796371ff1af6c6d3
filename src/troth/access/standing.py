"""What the gate must know of a member before she sees anything: sworn, reviewed, not frozen."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Max
from msgspec import Struct

from troth.access.models import Freeze, Member, Review
from troth.access.settings import REVIEW_DAYS, number
from troth.access.undertakings import NAMED_MAX, until_of
from troth.policy.words import Message, mark
from troth.store import Tx


class NotSignedError(Exception):
    """She is not sworn: she decides on nobody's access, and works on no case."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.render(str))


class Standing(Struct, frozen=True):
    """Until when a member is sworn, when she must be reviewed, whether she is frozen."""

    undertaking_until: datetime | None
    review_due: datetime
    frozen: bool


def standing(tx: Tx, member: Member) -> Standing:
    """Return how a member stands, looked up once in a transaction."""
    known: dict[int, Standing] = tx.memo.setdefault("access.standing", {})
    if member.pk not in known:
        frozen = Freeze.objects.using(tx.alias).filter(member=member, lifted_at=None).exists()
        known[member.pk] = Standing(until_of(tx, member), review_due(tx, member), frozen)
    return known[member.pk]


def demand_sworn(tx: Tx, member: Member) -> None:
    """Refuse a member who has not signed the undertaking in force. Raises NotSignedError."""
    stands = standing(tx, member)
    if stands.undertaking_until is None or stands.undertaking_until <= tx.now:
        raise NotSignedError(
            Message(
                mark("%(member)s has not signed the confidentiality undertaking in force."),
                {"member": member.handle},
            )
        )


def forget(tx: Tx) -> None:
    """Have it looked up again: a verb has just changed some of it."""
    tx.memo.pop("access.standing", None)


def reviews_due(alias: str, members: Collection[Member]) -> dict[int, datetime]:
    """Return by when the access of each of many members must be reviewed, in two queries."""
    days = timedelta(days=number(alias, REVIEW_DAYS))
    rows = Review.objects.using(alias)
    if len(members) <= NAMED_MAX:
        rows = rows.filter(member__in=[member.pk for member in members])
    newest = dict(rows.order_by().values_list("member").annotate(Max("at")))
    return {member.pk: newest.get(member.pk, member.since) + days for member in members}


def review_due(tx: Tx, member: Member) -> datetime:
    """Return by when a member's access must be reviewed (again)."""
    newest = Review.objects.using(tx.alias).filter(member=member).order_by("-at").first()
    days = number(tx, REVIEW_DAYS)
    return (member.since if newest is None else newest.at) + timedelta(days=days)
