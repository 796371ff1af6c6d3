"""Integrates what was recorded: a thread that ticks, in every process; one at a time does it."""

import threading
from typing import Final

import structlog
from django.db import close_old_connections, connections

from troth import vault
from troth.ledger import actions
from troth.ledger.models import Entry, Epoch
from troth.store import SYSTEM, Store, transact_on

TICK_SECONDS: Final = 0.5
STOP_SECONDS: Final = 10.0

log = structlog.get_logger("troth.ledger")


def open_log(store: Store) -> None:
    """Begin an epoch if one is due: on every start, before anything is integrated."""
    if (epoch := transact_on(store, SYSTEM, None, actions.open_log)) is not None:
        begun(epoch)


def begun(epoch: Epoch) -> None:
    """Let the key store remember how an epoch began, which tells of a backup the keys came from."""
    witnessed(epoch)
    vault.forget_keys_restored()


def integrate_all(store: Store) -> int:
    """Integrate until nothing waits; return how many rounds that took."""
    rounds = 0
    while (epoch := transact_on(store, SYSTEM, None, actions.integrate)) is not None:
        witnessed(epoch)
        rounds += 1
    return rounds


def witnessed(epoch: Epoch) -> None:
    """Let the key store remember the newest checkpoint: it is not restored with the data."""
    vault.remember_checkpoint(epoch.number, epoch.size, epoch.checkpoint)


class Sequencer:
    """A thread that integrates every `tick_seconds`."""

    def __init__(self, store: Store, tick_seconds: float = TICK_SECONDS) -> None:
        self._store = store
        self._tick_seconds = tick_seconds
        self._asked_to_stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)

    def start(self) -> None:
        """Begin to integrate."""
        self._thread.start()

    def stop(self) -> None:
        """Integrate what waits, then end."""
        self._asked_to_stop.set()
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        ended = False
        while not ended:
            ended = self._asked_to_stop.wait(self._tick_seconds)
            close_old_connections()
            try:
                self._tick()
            except Exception:
                log.exception("integration failed")  # the next tick may find the database again
                connections[self._store.alias].close()
        connections.close_all()

    def _tick(self) -> None:
        """Integrate what waits now; an idle store is left alone, and what comes meanwhile waits.

        Else, as writers come and go, each of their commits would be followed by one of ours.
        """
        waiting = Entry.objects.using(self._store.alias).filter(index=None).count()
        for _ in range(0, waiting, actions.ENTRIES_MAX):
            if (epoch := transact_on(self._store, SYSTEM, None, actions.integrate)) is None:
                return
            witnessed(epoch)
