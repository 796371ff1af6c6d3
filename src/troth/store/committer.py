"""Group commit: many verbs in one transaction, by one thread, without a timer.

The next transaction begins when the last has ended, with all that came meanwhile: alone a verb
waits for nobody, and under load many share one write to the disk. A caller's future is done when
what she asked for is durable, or has failed.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connections

from troth.store.rows import Pending
from troth.store.transaction import SYSTEM, Store, Tx, transaction_of
from troth.store.wal import Checkpointer

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Prepare = Callable[[Sequence[Any]], None]
Gather = Callable[[Tx, Sequence[tuple[Any, ...]]], None]
"""Asks for what many calls of one verb need; it is given the arguments of each."""

VERBS_MAX: Final = 1_000
"""How many verbs share one transaction at most."""
WAITING_MAX: Final = 10_000
"""How many verbs may wait; a further one is refused."""
STOP_SECONDS: Final = 30.0
LOST: Final = (OperationalError, InterfaceError, sqlite3.OperationalError)
"""The database is not there, is full or is locked: whether a commit arrived may be unknown.

The last is the key store's, which `prepare` writes to without Django."""

UNDONE: Final = frozenset({"40P01", "40001"})
"""PostgreSQL's codes for a deadlock and a serialisation failure: the transaction is undone."""
UNDONE_TRIES: Final = 3

log = structlog.get_logger("troth.store")


_gathers: dict[Callable[..., Any], Gather] = {}


def gathered_by(verb: Callable[..., Any], gather: Gather) -> None:
    """Have what several calls of a verb in one transaction need be asked for once, before them.

    To be called as a module is loaded. What `gather` finds it leaves in the memo, where the verb
    looks first; what it raises has each of the group be done by itself, without it.
    """
    _gathers[verb] = gather


class BusyError(Exception):
    """More verbs wait than may; try again in a moment (an edge answers 503)."""


class UnavailableError(Exception):
    """The database did not answer, so nothing is known to be durable (an edge answers 503)."""


class _Call(Generic[Result]):
    """A verb with its arguments, and whoever waits for it."""

    __slots__ = ("actor", "args", "done", "kwargs", "needs", "verb")

    def __init__(
        self,
        verb: Callable[..., Result],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        actor: str,
        needs: Iterable[Any],
    ) -> None:
        self.verb = verb
        self.args = args
        self.kwargs = kwargs
        self.actor = actor
        self.needs = needs
        self.done: Future[Result] = Future()


class Committer:
    """The one writer of a store: `submit` from any thread, `start` and `stop` once.

    `prepare` is given the `needs` of a group before its transaction begins: what must be durable
    elsewhere first (keys). If it fails, so do those who needed it.
    """

    def __init__(
        self,
        store: Store,
        prepare: Prepare | None = None,
        *,
        verbs_max: int = VERBS_MAX,
        waiting_max: int = WAITING_MAX,
    ) -> None:
        self._store = store
        self._prepare = prepare
        self._verbs_max = verbs_max
        self._waiting_max = waiting_max
        self._waiting: SimpleQueue[_Call[Any] | None] = SimpleQueue()
        self._checkpointer = Checkpointer(store)
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)
        self._stopping = False
        self._connected = False

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()
        self._checkpointer.start()

    def stop(self) -> None:
        """Write what waits, then end; whoever submits from now on is refused."""
        self._stopping = True
        self._waiting.put(None)
        self._thread.join(STOP_SECONDS)
        self._checkpointer.stop()

    def submit(
        self,
        verb: Callable[Concatenate[Tx, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Future[Result]:
        """Have `verb(tx, …)` run by the system; see `submit_as`."""
        return self.submit_as(SYSTEM, (), verb, *args, **kwargs)

    def submit_as(
        self,
        actor: str,
        needs: Iterable[Any],
        verb: Callable[Concatenate[Tx, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Future[Result]:
        """Have `verb(tx, …)` run with others in one transaction.

        The future holds its result once that is durable, or what it raised; then nothing of it
        was written. A verb may be run twice when another of its group fails, so it changes nothing
        but the database. Raises BusyError if too many wait.
        """
        if self._stopping or self._waiting.qsize() >= self._waiting_max:
            raise BusyError
        call = _Call(verb, args, kwargs, actor, needs)
        self._waiting.put(call)
        return call.done

    def _run(self) -> None:
        ended = False
        while not ended:
            first = self._waiting.get()
            group = [] if first is None else [first]
            while first is not None and len(group) < self._verbs_max and not self._waiting.empty():
                another = self._waiting.get()
                if another is None:
                    first = None
                else:
                    group.append(another)
            ended = first is None
            self._write([call for call in group if call.done.set_running_or_notify_cancel()])
        self._refuse_the_late()
        connections[self._store.alias].close()

    def _refuse_the_late(self) -> None:
        """Refuse who submitted while the last of the others were written."""
        while not self._waiting.empty():
            late = self._waiting.get()
            if late is not None:
                late.done.set_exception(BusyError())

    def _again(self, group: list[_Call[Any]], tries: int) -> None:
        """Write one by one what stood in another process's way: the database undid all of it."""
        for call in group:
            self._write([call], tries)

    def _write(self, group: list[_Call[Any]], tries: int = UNDONE_TRIES) -> None:
        if not group:
            return
        try:
            results = self._together(group)
        except LOST as error:
            if _was_undone(error) and tries:
                self._again(group, tries - 1)
            else:
                self._lose(group, error)
        except Exception as error:  # noqa: BLE001 - given to whoever waits, or found one by one
            if len(group) == 1:
                group[0].done.set_exception(error)
                return
            for call in group:
                self._write([call])
        else:
            for call, result in zip(group, results, strict=True):
                call.done.set_result(result)

    def _together(self, group: list[_Call[Any]]) -> list[Any]:
        if self._prepare is not None:
            needs = list(dict.fromkeys(need for call in group for need in call.needs))
            if needs:
                self._prepare(needs)
        if not self._connected:
            self._checkpointer.leave_to_it(self._store)
            self._connected = True
        alias, pending = self._store.alias, Pending()
        memo: dict[str, Any] = {}
        with transaction_of(self._store, "a group commit"):
            _gather(Tx(alias, datetime.now(UTC), SYSTEM, pending, memo, given=False), group)
            now = datetime.now(UTC)
            results = [
                call.verb(
                    Tx(alias, now, call.actor, pending, memo, given=False),
                    *call.args,
                    **call.kwargs,
                )
                for call in group
            ]
            pending.flush(alias)
        return results

    def _lose(self, group: list[_Call[Any]], error: Exception) -> None:
        """Tell all that nothing is known, and begin anew with a fresh connection.

        They are not tried again: a commit whose answer was lost may have been done.
        """
        log.error("database unavailable", error=type(error).__name__, verbs=len(group))
        connections[self._store.alias].close()
        self._connected = False
        for call in group:
            lost = UnavailableError(type(error).__name__)
            lost.__cause__ = error
            call.done.set_exception(lost)


def _gather(tx: Tx, group: Sequence[_Call[Any]]) -> None:
    alike: dict[Callable[..., Any], list[tuple[Any, ...]]] = {}
    for call in group:
        if call.verb in _gathers:
            alike.setdefault(call.verb, []).append(call.args)
    for verb, calls in alike.items():
        if len(calls) > 1:
            _gathers[verb](tx, calls)


def _was_undone(error: Exception) -> bool:
    """Tell whether the database says that nothing of it was kept, so that it may be tried again."""
    return getattr(error.__cause__, "sqlstate", None) in UNDONE
