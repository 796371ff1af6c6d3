"""What people see of the outbox, and do with what could not be delivered.

`is_due(alias, kind, now) -> bool`               whether a drain would find something
`tally(alias, kind, since) -> Tally`             how many wait, were sent since then, are dead
`dead_rows(alias, kind) -> tuple[OutboxRow, …]`  newest first, at most `DEAD_SHOWN`
`retry(tx, kind, row_id) -> bool`                have a dead row tried again
`let_go(tx, kind, row_id) -> bool`               give it up; its row stays for a while, empty
`drop(tx, row_id) -> None`                       whoever delivers found that nobody is to be told
"""

from datetime import datetime
from typing import Final

from django.db.models.functions import Least
from msgspec import Struct

from troth.store.models import DEAD, DROPPED, SENT, WAITING, OutboxRow
from troth.store.outbox import OUTBOX_DEAD
from troth.store.signals import close_all
from troth.store.transaction import Tx

DEAD_SHOWN: Final = 100


class Tally(Struct, frozen=True):
    """How much there is of a kind; `since` is of the oldest that waits."""

    waiting: int
    sent: int
    dead: int
    since: datetime | None


def is_due(alias: str, kind: str, now: datetime) -> bool:
    """Tell whether anything is to be delivered now, without a lock."""
    rows = OutboxRow.objects.using(alias)
    return rows.filter(kind=kind, state=WAITING, due_at__lte=now).exists()


def tally(alias: str, kind: str, since: datetime) -> Tally:
    """Count what waits, what was sent from a moment on, and what is dead."""
    rows = OutboxRow.objects.using(alias).filter(kind=kind)
    waiting = rows.filter(state=WAITING)
    oldest = waiting.order_by("created_at").values_list("created_at", flat=True).first()
    return Tally(
        waiting.count(),
        rows.filter(state=SENT, ended_at__gte=since).count(),
        rows.filter(state=DEAD).count(),
        oldest,
    )


def dead_rows(alias: str, kind: str) -> tuple[OutboxRow, ...]:
    """Return what could not be delivered, the newest first."""
    rows = OutboxRow.objects.using(alias).filter(kind=kind, state=DEAD)
    return tuple(rows.order_by("-ended_at", "-id")[:DEAD_SHOWN])


def retry(tx: Tx, kind: str, row_id: int) -> bool:
    """Have a dead row tried again from now on; False where it is not dead (any more)."""
    rows = OutboxRow.objects.using(tx.alias).filter(pk=row_id, kind=kind, state=DEAD)
    due_at = Least("due_at", tx.now)
    if not rows.update(state=WAITING, due_at=due_at, attempts=0, ended_at=None):
        return False
    _close_if_none(tx, kind, "tried again")
    return True


def let_go(tx: Tx, kind: str, row_id: int) -> bool:
    """Give a dead row up, and forget what it would have told; False where it is not dead."""
    rows = OutboxRow.objects.using(tx.alias).filter(pk=row_id, kind=kind, state=DEAD)
    if not rows.update(state=DROPPED, body=b"", ended_at=tx.now):
        return False
    _close_if_none(tx, kind, "let go")
    return True


def drop(tx: Tx, row_id: int) -> None:
    """Empty a row that waits: there is nobody (any more) it is for. That is no failure."""
    rows = OutboxRow.objects.using(tx.alias).filter(pk=row_id, state=WAITING)
    rows.update(state=DROPPED, body=b"", lease="", last_error="", ended_at=tx.now)


def _close_if_none(tx: Tx, kind: str, reason: str) -> None:
    """Close the signal of a kind once none of it is dead."""
    if not OutboxRow.objects.using(tx.alias).filter(kind=kind, state=DEAD).exists():
        close_all(tx, OUTBOX_DEAD, kind, tx.actor, reason)
