"""One at a time: a lock by name that ends with the transaction.

SQLite's transactions begin IMMEDIATE, so they are one at a time already.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from django.db import connections

from troth.store.transaction import Tx


def serialise(tx: Tx, name: str) -> None:
    """Wait until no other transaction holds `name`, then hold it until this one ends."""
    _hold(tx, "pg_advisory_xact_lock", name)


def serialise_and_read(tx: Tx, name: str, query: str, values: Sequence[Any]) -> list[Any]:
    """Hold `name` as `serialise` does, and return the rows of a query that is asked then.

    One message on PostgreSQL, whose statements each see what was committed before they began: what
    is read is what stood once the lock was had.
    """
    connection = connections[tx.alias]
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute(query, values)
            return list(cursor.fetchall())
        told = f"SELECT pg_advisory_xact_lock(%s); {query}"
        cursor.execute(told, [lock_number(name), *values])
        cursor.nextset()
        tx.waited()
        return list(cursor.fetchall())


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
