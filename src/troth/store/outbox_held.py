"""What of the outbox still has a body: found by what is in it, and emptied.

`unended(alias, kind) -> rows`                  what waits or could not be delivered
`holding(alias, kind, part) -> rows`             of those, whose body holds these bytes
`empty(tx, kind, row_ids) -> int`                nobody is to be told of it any more
"""

from collections.abc import Iterable
from typing import Any, Final

from django.db.models import F, Func, IntegerField, QuerySet, Value

from troth.store.models import DEAD, DROPPED, WAITING, OutboxRow
from troth.store.outbox import OUTBOX_DEAD
from troth.store.signals import close_all
from troth.store.transaction import Tx

REASON: Final = "erased"


class _Within(Func):
    """Where some bytes stand in others, from 1 on; 0 for nowhere. Neither has Django such a one."""

    function = "INSTR"
    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        body, part = self.source_expressions
        turned = type(self)(part, body)
        return super(_Within, turned).as_sql(
            compiler, connection, template="POSITION(%(expressions)s)", arg_joiner=" IN "
        )


def unended(alias: str, kind: str) -> "QuerySet[OutboxRow]":
    """Return the rows of a kind that were neither sent nor dropped."""
    return OutboxRow.objects.using(alias).filter(kind=kind, state__in=[WAITING, DEAD])


def holding(alias: str, kind: str, part: bytes) -> "QuerySet[OutboxRow]":
    """Return those whose body holds these bytes; all that are unended are looked through."""
    found = unended(alias, kind).annotate(place=_Within(F("body"), Value(part)))
    return found.filter(place__gt=0)


def empty(tx: Tx, kind: str, row_ids: Iterable[int]) -> int:
    """Take the bodies out of rows that are unended, which are dropped; return how many.

    One that is being delivered just now may still arrive.
    """
    rows = unended(tx.alias, kind)
    found = rows.filter(pk__in=list(row_ids))
    count = found.update(state=DROPPED, body=b"", lease="", last_error="", ended_at=tx.now)
    if count and not rows.filter(state=DEAD).exists():
        close_all(tx, OUTBOX_DEAD, kind, tx.actor, REASON)
    return count
