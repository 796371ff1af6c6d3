"""One at a time: a lock by name that ends with the transaction.

SQLite's transactions begin IMMEDIATE, so they are one at a time already.
"""

from collections.abc import Iterable
from hashlib import sha256

from django.db import connections

from troth.store.transaction import Tx


def serialise(tx: Tx, name: str) -> None:
    """Wait until no other transaction holds `name`, then hold it until this one ends."""
    _hold(tx, "pg_advisory_xact_lock", name)


def serialise_all(tx: Tx, names: Iterable[str]) -> None:
    """Hold many names as `serialise` does, in one message.

    In one order whoever asks, so that no two transactions that come by this wait for each other.
    """
    connection = connections[tx.alias]
    numbers = sorted({lock_number(name) for name in names})
    if connection.vendor == "postgresql" and numbers:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(n) FROM unnest(%s::bigint[]) n", [numbers])
        tx.waited()


def share(tx: Tx, name: str) -> None:
    """Hold `name` beside others that share it; wait for, and hold off, who would `serialise`."""
    _hold(tx, "pg_advisory_xact_lock_shared", name)


def try_hold(tx: Tx, name: str) -> bool:
    """Hold `name` until the transaction ends, unless another transaction holds it: never wait."""
    connection = connections[tx.alias]
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(name)])
        return bool(cursor.fetchone()[0])


def _hold(tx: Tx, function: str, name: str) -> None:
    connection = connections[tx.alias]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [lock_number(name)])
        tx.waited()


def lock_number(name: str) -> int:
    """Return the 64-bit key PostgreSQL's advisory locks take."""
    return int.from_bytes(sha256(f"troth:{name}".encode()).digest()[:8], signed=True)
