"""Workers: threads that take jobs and do them, and one that gives signs of life for them.

Nothing polls faster than `POLL_SECONDS`: a job enqueued by this process wakes a thread at once,
one enqueued by another is found at the next look.
"""

import secrets
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import structlog
from django.db import close_old_connections, connections
from msgspec import Struct

from troth.store import jobs_lease as lease
from troth.store import jobs_wake
from troth.store.clock import Clock, Watch, utc_now
from troth.store.jobs import Job, Table, plan
from troth.store.jobs_ahead import lie_ahead, put_right, spare
from troth.store.jobs_lease import LeaseLostError, Taken
from troth.store.transaction import SYSTEM, Store, Tx, transact_on

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

POLL_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 15.0
"""How often a worker looks for what a clock that was ahead has written; at once if it is set."""
HEARTBEAT_SECONDS: Final = 15.0
STOP_SECONDS: Final = 10.0

log = structlog.get_logger("troth.jobs")


class Step:
    """What a job with outside effects is given: the store, and the lease it holds.

    The job may be run again after a kill, so what it does outside must come to the same.
    """

    def __init__(
        self, store: Store, taken: Taken, clock: Clock, ending: Callable[[], bool]
    ) -> None:
        self.store = store
        self.now = taken.started_at
        self._taken = taken
        self._clock = clock
        self._ending = ending

    @property
    def ending(self) -> bool:
        """Whether to come to an end: the process stops, or the lease is lost or used up."""
        return self._ending()

    def transact(
        self,
        verb: Callable[Concatenate[Tx, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Run `verb(tx, …)` in one transaction, undone if another worker has the job by now.

        Raises LeaseLostError then.
        """

        def held(tx: Tx) -> Result:
            lease.extend(tx, self._taken)
            return verb(tx, *args, **kwargs)

        return transact_on(self.store, SYSTEM, self._clock(), held)


class _Holding(Struct, frozen=True):
    """A job in hand, for whoever gives its signs of life."""

    taken: Taken
    job: Job
    deadline: float
    lost: threading.Event


class Workers:
    """Threads that do jobs, from `start` to `stop`; with `until_empty` they end by themselves."""

    def __init__(
        self,
        store: Store,
        table: Table,
        threads: int = 1,
        *,
        until_empty: bool = False,
        poll_seconds: float = POLL_SECONDS,
        clock: Clock = utc_now,
    ) -> None:
        self._store = store
        self._table = table
        self._until_empty = until_empty
        self._poll_seconds = poll_seconds
        self._clock = clock
        self._stopping = threading.Event()
        self._planned = False
        self._looked_at = time.monotonic()
        self._held: dict[int, _Holding] = {}
        self._waker = jobs_wake.Waker()
        self._threads = [
            threading.Thread(target=self._run, args=[number], name=f"worker-{number}", daemon=True)
            for number in range(threads)
        ]
        self._heart = threading.Thread(target=self._beat, name="worker-heart", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        jobs_wake.listen(self._waker)
        for thread in self._threads:
            thread.start()
        if self._threads:
            self._heart.start()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until every thread has ended by itself; tell whether they have."""
        until = None if seconds is None else time.monotonic() + seconds
        for thread in self._threads:
            thread.join(None if until is None else max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Finish the jobs in hand; what takes longer than that is given back to other workers."""
        jobs_wake.leave(self._waker)
        self._stopping.set()
        self._waker.wake()
        self.wait(seconds)
        for holding in list(self._held.values()):
            log.warning("job given back", job=holding.taken.name)
            holding.lost.set()
            try:
                transact_on(self._store, SYSTEM, None, lease.give_back, holding.taken)
            except Exception as error:  # noqa: BLE001 - its lease then ends by itself
                log.warning("job not given back", error=type(error).__name__)
        if self._heart.is_alive():
            self._heart.join(seconds)

    def _run(self, number: int) -> None:
        watch, jump_seconds = Watch(), 0.0
        while not self._stopping.is_set():
            seen = self._waker.seen()
            close_old_connections()
            try:
                if not self._planned:
                    transact_on(self._store, SYSTEM, self._clock(), _begin, self._table)
                    self._planned = True
                now = self._clock()
                jump_seconds = watch.jump_seconds(now.timestamp()) or jump_seconds
                self._heed_clock(now, jump_seconds)
                jump_seconds = 0.0
                if self._do_next(number, now):
                    continue
                if self._until_empty and not self._held:
                    break
                pause = self._pause_seconds()
            except Exception as error:  # noqa: BLE001 - the next look may find the database again
                log.error("worker could not work", error=type(error).__name__, at=_where(error))  # noqa: TRY400 - a traceback may hold values
                connections[self._store.alias].close()
                pause = self._poll_seconds
            self._waker.sleep(seen, pause)
        if self._until_empty:
            self._waker.wake()
        connections.close_all()

    def _pause_seconds(self) -> float:
        due = lease.next_due(self._store.alias, self._table)
        if due is None:
            return self._poll_seconds
        until = (due - self._clock()).total_seconds()
        return min(max(until, 0.0), self._poll_seconds)

    def _heed_clock(self, now: datetime, jump_seconds: float) -> None:
        """Let a clock that was set hold nothing up, nor end the lease of anybody who lives."""
        if jump_seconds > 0:
            transact_on(self._store, SYSTEM, now, spare)
        if not jump_seconds and time.monotonic() < self._looked_at + LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        if lie_ahead(self._store.alias, now):
            rows = transact_on(self._store, SYSTEM, now, put_right)
            log.warning("clock was ahead", rows=rows)

    def _do_next(self, number: int, now: datetime) -> bool:
        """Take a job and do it; False where none is due."""
        due = lease.next_due(self._store.alias, self._table)
        if due is None or due > now:
            return False
        taken = transact_on(self._store, SYSTEM, now, lease.take, self._table)
        if taken is None:
            return False
        job = self._table[taken.name]
        deadline = time.monotonic() + job.within.total_seconds()
        self._held[number] = holding = _Holding(taken, job, deadline, threading.Event())
        try:
            do(self._store, job, taken, self._clock, lambda: self._ends(holding))
        finally:
            del self._held[number]
        return True

    def _ends(self, holding: _Holding) -> bool:
        late = time.monotonic() > holding.deadline
        return self._stopping.is_set() or holding.lost.is_set() or late

    def _beat(self) -> None:
        """Give signs of life until no thread works any more.

        A job that is one transaction needs none on SQLite: nobody else can write meanwhile.
        """
        needless = connections[self._store.alias].vendor == "sqlite"
        while any(thread.is_alive() for thread in self._threads):
            if self._stopping.wait(HEARTBEAT_SECONDS):
                break
            for holding in list(self._held.values()):
                if time.monotonic() > holding.deadline or (needless and not holding.job.outside):
                    continue
                try:
                    transact_on(self._store, SYSTEM, self._clock(), lease.extend, holding.taken)
                except LeaseLostError:
                    holding.lost.set()
                except Exception as error:  # noqa: BLE001 - the lease lasts longer than one beat
                    log.warning("no sign of life", error=type(error).__name__)
                    connections[self._store.alias].close()
        connections.close_all()


def do(
    store: Store,
    job: Job,
    taken: Taken,
    clock: Clock = utc_now,
    ending: Callable[[], bool] = lambda: False,
) -> None:
    """Do a job in hand; its failure is written down, and it is tried again later."""
    begun = time.perf_counter()

    def took_ms() -> int:
        return round((time.perf_counter() - begun) * 1000)

    def whole(tx: Tx) -> None:
        job.function(tx, **taken.arguments)
        lease.finish(tx, taken, took_ms())

    try:
        if job.outside:
            job.function(Step(store, taken, clock, ending), **taken.arguments)
            transact_on(store, SYSTEM, clock(), lease.finish, taken, took_ms())
        else:
            transact_on(store, SYSTEM, clock(), whole)
    except LeaseLostError:
        log.warning("job lost its lease", job=job.name)
    except Exception as error:  # noqa: BLE001 - whatever a job raises, others go on
        name = type(error).__name__
        log.error("job failed", job=job.name, attempt=taken.attempts, error=name, at=_where(error))  # noqa: TRY400 - a traceback may hold values
        jitter = secrets.randbelow(1_000) / 1_000
        told: tuple[Any, ...] = (taken, job, name, took_ms(), jitter)
        try:
            transact_on(store, SYSTEM, clock(), lease.put_off, *told)
        except LeaseLostError:
            log.warning("job lost its lease", job=job.name)


def do_due(store: Store, table: Table, clock: Clock = utc_now) -> int:
    """Do what is due now, here and one after the other; return how many jobs that were."""
    transact_on(store, SYSTEM, clock(), _begin, table)
    done = 0
    while (taken := transact_on(store, SYSTEM, clock(), lease.take, table)) is not None:
        do(store, table[taken.name], taken, clock)
        done += 1
    return done


def _begin(tx: Tx, table: Table) -> None:
    plan(tx, table)
    put_right(tx)


def _where(error: BaseException) -> str:
    """Return file and line of an error: its text may hold a value."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
