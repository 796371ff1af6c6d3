"""The one way to write: `transact` runs a verb in one transaction with one `now` and one actor."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, transaction
from msgspec import Struct

from troth.store.queueing import in_turn
from troth.store.rows import Pending

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

SYSTEM: Final = "system"
"""The actor when nobody signed in asked for it: a start, a job."""


@dataclass(frozen=True, slots=True)
class Tx:
    """What a verb is given: the database, the only clock, and who acts (a handle or `system`).

    `now` stands still but for a wait at a lock: what was done meanwhile is before it (`waited`).
    Where it was `given` it never moves. `pending` are rows to be written together before the commit
    (`store.rows`). `memo` is what was looked up once in this transaction, by whoever looked; it
    ends with it.
    """

    alias: str
    now: datetime
    actor: str
    pending: Pending = field(default_factory=Pending, compare=False, repr=False)
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    given: bool = field(default=True, compare=False, repr=False)

    def waited(self, until: datetime | None = None) -> None:
        """Have `now` be behind whatever was committed while a lock was waited for.

        `until` is when another verb of the same commit had waited; None: just now.
        """
        if not self.given:
            object.__setattr__(self, "now", max(self.now, until or datetime.now(UTC)))


class Store(Struct, frozen=True):
    """Which database is meant: a Django connection alias. Fits `policy.promise.Store`."""

    alias: str = DEFAULT_DB_ALIAS


class NestedTransactionError(RuntimeError):
    """A verb called `transact`: verbs take the caller's `tx` and never commit."""


_open: ContextVar[frozenset[str]] = ContextVar("open_transactions", default=frozenset())


def in_transaction() -> bool:
    """Tell whether a verb is running: what takes long belongs before it."""
    return bool(_open.get())


def transact(
    verb: Callable[Concatenate[Tx, Arguments], Result],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Result:
    """Run `verb(tx, …)` in one transaction of the default database and return its result."""
    return transact_on(Store(), SYSTEM, None, verb, *args, **kwargs)


def transact_as(
    actor: str,
    verb: Callable[Concatenate[Tx, Arguments], Result],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Result:
    """Run `verb(tx, …)` for somebody signed in: `actor` is her handle."""
    return transact_on(Store(), actor, None, verb, *args, **kwargs)


def transact_on(
    store: Store,
    actor: str,
    now: datetime | None,
    verb: Callable[Concatenate[Tx, Arguments], Result],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Result:
    """Run `verb(tx, …)` on a given database at a given time (None: the clock's).

    Raises `NestedTransactionError` inside a verb; whatever the verb raises undoes all it wrote.
    """
    with transaction_of(store, verb):
        tx = Tx(store.alias, now or datetime.now(UTC), actor, given=now is not None)
        result = verb(tx, *args, **kwargs)
        tx.pending.flush(tx.alias)
        return result


class _UndoneError(Exception):
    """What was rehearsed is undone by it."""


def rehearse(
    actor: str,
    verb: Callable[Concatenate[Tx, Arguments], Result],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Result:
    """Run `verb(tx, …)` as `transact_as` does, undo all it wrote, and return its result."""
    results: list[Result] = []

    def run(tx: Tx) -> None:
        results.append(verb(tx, *args, **kwargs))
        tx.pending.flush(tx.alias)
        raise _UndoneError

    try:
        transact_as(actor, run)
    except _UndoneError:
        return results[0]
    raise AssertionError("what is rehearsed ends by being undone")


@contextmanager
def transaction_of(store: Store, verb: object) -> Iterator[None]:
    """Open the one transaction a context may have on a store; for the store's own use."""
    if store.alias in _open.get():
        raise NestedTransactionError(f"{verb!r} runs in a transaction already; pass it the tx")
    token = _open.set(_open.get() | {store.alias})
    try:
        with in_turn(store.alias), transaction.atomic(using=store.alias):
            yield
    finally:
        _open.reset(token)
