"""The outbox: what leaves this server is a row of the transaction that decided it.

`put(tx, kind, body, key, due=None) -> bool`      the same key twice is one row (False then)
`drain(store, kind, deliver, limit) -> Drained`   delivers what is due, one after the other

Each row is delivered outside a transaction and marked in one of its own, at once. A process that
is killed between the two delivers again what it had in flight: one row for each that drains.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import DEFAULT_DB_ALIAS
from django.db.models import F
from django.db.models.functions import Least
from msgspec import Struct

from troth.store.clock import Clock, utc_now
from troth.store.jobs_lease import delay_seconds
from troth.store.models import (
    DEAD,
    ERROR_LENGTH_MAX,
    KEY_LENGTH_MAX,
    LEASE_LENGTH,
    SENT,
    WAITING,
    OutboxRow,
)
from troth.store.rows import Rows, insert_new
from troth.store.signals import raise_signal
from troth.store.transaction import SYSTEM, Store, Tx, transact_on

ROWS: Final = Rows(
    "store_outbox",
    (
        ("kind", "text"),
        ("key", "text"),
        ("body", "bytea"),
        ("state", "text"),
        ("due_at", "timestamptz"),
        ("lease", "text"),
        ("attempts", "int4"),
        ("last_error", "text"),
        ("created_at", "timestamptz"),
    ),
    key=("kind", "key"),
)
ATTEMPTS: Final = 12
"""With the back-off that is most of a working day."""
BODY_BYTES_MAX: Final = 1_000_000
LEASE_SECONDS: Final = 300.0
"""How long a drain may take for the rows it has leased; then it leaves the rest to the next."""
DELIVERY_SECONDS: Final = 60.0
"""How long one delivery may take: none is begun that could outlast the lease."""
OUTBOX_DEAD: Final = "outbox-dead"
"""The kind of signal; its key is the row's kind."""

log = structlog.get_logger("troth.outbox")


class UndeliverableError(Exception):
    """Raised by `deliver`: no further try will help."""


class Parcel(Struct, frozen=True):
    """A row to be delivered; `attempt` counts from 1."""

    id: int
    kind: str
    key: str
    body: bytes
    attempt: int

    def __repr__(self) -> str:
        return f"Parcel(id={self.id}, kind={self.kind!r}, attempt={self.attempt})"


class Drained(Struct, frozen=True):
    """How many rows were sent, will be tried again, and never will."""

    sent: int = 0
    put_off: int = 0
    dead: int = 0


def put(tx: Tx, kind: str, body: bytes, key: str, due: datetime | None = None) -> bool:
    """Have something delivered after this transaction; False where its key is there already.

    `body` is sealed by the caller. Raises ValueError on a body or key that is too large.
    """
    return put_many(tx, kind, [(key, body)], due)[0]


def put_many(
    tx: Tx, kind: str, parcels: Sequence[tuple[str, bytes]], due: datetime | None = None
) -> list[bool]:
    """Put (key, body) pairs at once; tell of each whether it is new."""
    for key, body in parcels:
        if not 0 < len(key) <= KEY_LENGTH_MAX:
            raise ValueError(f"a key has 1 to {KEY_LENGTH_MAX} characters")
        if len(body) > BODY_BYTES_MAX:
            raise ValueError(f"a body is larger than {BODY_BYTES_MAX} bytes")
    at = due or tx.now
    rows = [(kind, key, body, WAITING, at, "", 0, "", tx.now) for key, body in parcels]
    return insert_new(tx.alias, ROWS, rows)


def waits(alias: str = DEFAULT_DB_ALIAS, kind: str | None = None) -> int:
    """Return how many rows wait to be delivered."""
    rows = OutboxRow.objects.using(alias).filter(state=WAITING)
    return (rows if kind is None else rows.filter(kind=kind)).count()


def drain(
    store: Store,
    kind: str,
    deliver: Callable[[Parcel], None],
    limit: int,
    *,
    ending: Callable[[], bool] = lambda: False,
    clock: Clock = utc_now,
) -> Drained:
    """Deliver up to `limit` rows that are due, until `ending` tells to stop.

    A delivery that raises is tried again later, and after `ATTEMPTS` it is dead, with a signal;
    one that raises UndeliverableError is dead at once.
    """
    lease = secrets.token_hex(LEASE_LENGTH // 2)
    parcels = transact_on(store, SYSTEM, clock(), _take, kind, lease, limit)
    last = time.monotonic() + LEASE_SECONDS - DELIVERY_SECONDS
    counts = {SENT: 0, WAITING: 0, DEAD: 0}
    for parcel in parcels:
        if ending() or time.monotonic() > last:
            break
        error, final = _try(deliver, parcel)
        jitter = secrets.randbelow(1_000) / 1_000
        state = transact_on(
            store, SYSTEM, clock(), _mark, parcel, lease, error, jitter, final=final
        )
        counts[state] += 1
    if sum(counts.values()) < len(parcels):
        transact_on(store, SYSTEM, clock(), _give_back, lease)
    return Drained(counts[SENT], counts[WAITING], counts[DEAD])


def _try(deliver: Callable[[Parcel], None], parcel: Parcel) -> tuple[str, bool]:
    """Deliver; return the name of what went wrong ("" for nothing), and whether that is final."""
    try:
        deliver(parcel)
    except Exception as error:  # noqa: BLE001 - whatever a delivery raises, others go out
        name = type(error).__name__
        log.warning("not delivered", kind=parcel.kind, id=parcel.id, error=name)
        return name, isinstance(error, UndeliverableError)
    return "", False


def _take(tx: Tx, kind: str, lease: str, limit: int) -> list[Parcel]:
    rows = OutboxRow.objects.using(tx.alias)
    due = rows.filter(kind=kind, state=WAITING, due_at__lte=tx.now).order_by("due_at", "id")
    found = list(due.select_for_update(skip_locked=True)[:limit])
    until = tx.now + timedelta(seconds=LEASE_SECONDS)
    taken = rows.filter(pk__in=[row.pk for row in found])
    taken.update(lease=lease, due_at=until, attempts=F("attempts") + 1)
    return [Parcel(r.pk, r.kind, r.key, bytes(r.body), r.attempts + 1) for r in found]


def _mark(
    tx: Tx, parcel: Parcel, lease: str, error: str, jitter: float, *, final: bool
) -> str:  # fmt: skip
    """Write down what became of it; return its state.

    A row whose lease another took meanwhile is the other's to mark, unless this one was sent.
    """
    rows = OutboxRow.objects.using(tx.alias).filter(pk=parcel.id, state=WAITING)
    if not error:
        rows.update(state=SENT, body=b"", lease="", last_error="", ended_at=tx.now)
        return SENT
    told: dict[str, Any] = {"lease": "", "last_error": error[:ERROR_LENGTH_MAX]}
    held = rows.filter(lease=lease)
    if final or parcel.attempt >= ATTEMPTS:
        if held.update(state=DEAD, ended_at=tx.now, **told):
            about = {"kind": parcel.kind, "row": parcel.id, "error": error}
            raise_signal(tx, OUTBOX_DEAD, parcel.kind, about)
        return DEAD
    due_at = tx.now + timedelta(seconds=delay_seconds(parcel.attempt, jitter))
    held.update(due_at=due_at, **told)
    return WAITING


def _give_back(tx: Tx, lease: str) -> None:
    rows = OutboxRow.objects.using(tx.alias).filter(lease=lease, state=WAITING)
    # not just now: a clock that is ahead would then hold back what it did not ask for
    due_at = Least("created_at", tx.now)
    rows.update(lease="", due_at=due_at, attempts=F("attempts") - 1)
