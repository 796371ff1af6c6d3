"""The sequencer: one at a time, all of it or nothing, each entry one index and none twice."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from tests.services.server import FreshDatabase
from troth import vault
from troth.ledger import LedgerEntry, actions, record
from troth.ledger.models import Entry, Epoch
from troth.ledger.note import Checkpoint, sign
from troth.ledger.sequencer import Sequencer, integrate_all, open_log
from troth.ledger.verify import verify
from troth.ledger.verify.data import DataSource
from troth.site import database
from troth.store import SYSTEM, Store, Tx, transact_on
from troth.store.locks import serialise

NAME: Final = "ledger-apart"
BOOK: Final = Store(NAME)
WRITERS, ROUNDS, ENTRIES = 2, 20, 15
WAIT_SECONDS: Final = 30


@pytest.fixture(autouse=True)
def book(
    tmp_path: Path,
    keys: Path,
    fresh_database: FreshDatabase,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Make a database in a file or on the server, which threads may share; its log is open."""
    assert keys.parent == tmp_path
    with django_db_blocker.unblock():
        url = fresh_database(f"ledger-{uuid.uuid4().hex}")
        entry = database.connection(url, tmp_path / "troth.db")
        told = connections.configure_settings({"default": {}, NAME: entry})
        connections.databases[NAME] = told[NAME]
        for package in ("store", "ledger"):
            call_command("migrate", package, database=NAME, verbosity=0)
        open_log(BOOK)
        yield
        connections[NAME].close()
        del connections[NAME], connections.databases[NAME]


def enter(tx: Tx, count: int) -> None:
    """Enter some things."""
    for number in range(count):
        record(tx, LedgerEntry("test.thing", about={"number": number}))


def entered(count: int) -> None:
    transact_on(BOOK, SYSTEM, None, enter, count)


def indexes() -> list[int | None]:
    """Return the index of each entry in the order they were recorded."""
    return list(Entry.objects.using(NAME).order_by("id").values_list("index", flat=True))


def holds() -> bool:
    return verify(DataSource(NAME)).holds


def all_at_once(*works: Callable[[], object]) -> None:
    """Run each in a thread of its own, and let what one of them raises be raised."""
    raised: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - raised again below
            raised.append(error)
        finally:
            connections[NAME].close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []


def test_what_is_recorded_waits_until_it_is_integrated() -> None:
    entered(3)
    assert indexes() == [0, None, None, None]
    integrate_all(BOOK)
    assert indexes() == [0, 1, 2, 3]
    assert holds()


def test_where_nothing_waits_nothing_is_done() -> None:
    before = Epoch.objects.using(NAME).get()
    assert integrate_all(BOOK) == 0
    after = Epoch.objects.using(NAME).get()
    assert (after.size, after.checkpoint) == (before.size, before.checkpoint)


class _CutShortError(Exception):
    """Stands for a process that ended before it committed."""


def test_what_was_cut_short_before_its_commit_is_done_anew() -> None:
    def cut_short(tx: Tx) -> None:
        assert actions.integrate(tx) is not None
        raise _CutShortError

    entered(300)
    before = Epoch.objects.using(NAME).get()
    with pytest.raises(_CutShortError):
        transact_on(BOOK, SYSTEM, None, cut_short)
    after = Epoch.objects.using(NAME).get()
    assert (after.size, after.checkpoint) == (before.size, before.checkpoint)
    assert indexes() == [0, *[None] * 300]
    assert holds()
    integrate_all(BOOK)
    assert indexes() == list(range(301))
    assert holds()


def test_many_more_than_one_transaction_takes_are_taken_in_turns(monkeypatch: Any) -> None:
    monkeypatch.setattr(actions, "ENTRIES_MAX", 100)
    entered(250)
    assert integrate_all(BOOK) == 3
    assert indexes() == list(range(251))
    assert holds()


def test_two_that_integrate_while_others_write_give_each_entry_one_index() -> None:
    def write() -> None:
        for _ in range(ROUNDS):
            entered(ENTRIES)

    def integrate() -> None:
        for _ in range(ROUNDS):
            integrate_all(BOOK)

    all_at_once(*[write] * WRITERS, *[integrate] * 2)
    integrate_all(BOOK)
    found = indexes()
    assert sorted(one for one in found if one is not None) == list(range(len(found)))
    assert len(found) == 1 + WRITERS * ROUNDS * ENTRIES
    assert holds()


def test_two_that_start_at_once_begin_no_second_epoch() -> None:
    all_at_once(lambda: open_log(BOOK), lambda: open_log(BOOK))
    assert Epoch.objects.using(NAME).count() == 1


@pytest.mark.beside
def test_two_that_start_at_once_after_a_loss_begin_one_epoch() -> None:
    """Whoever comes second looks only once the first is done, and finds the epoch begun."""
    lost = Checkpoint(Epoch.objects.using(NAME).get().origin, 1_000, bytes(32))
    vault.remember_checkpoint(1, lost.size, sign(lost, vault.signing_key()))

    def start() -> None:
        try:
            open_log(BOOK)
        finally:
            connections[NAME].close()

    with ThreadPoolExecutor(2) as pool:

        def hold(tx: Tx) -> list[Future[None]]:
            serialise(tx, actions.LOCK)
            started = [pool.submit(start) for _ in range(2)]
            wait_until_they_wait(len(started))
            return started

        for one in transact_on(BOOK, SYSTEM, None, hold):
            one.result()
    numbers = Epoch.objects.using(NAME).order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2]
    assert holds()


def wait_until_they_wait(count: int) -> None:
    """Wait until so many wait for a lock of this database: there is nothing to be told by."""
    deadline = time.monotonic() + WAIT_SECONDS
    with connections[NAME].cursor() as cursor:
        waiting = 0
        while waiting < count:
            assert time.monotonic() < deadline
            time.sleep(0.01)
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                " WHERE d.datname = current_database() AND locktype = 'advisory' AND NOT granted"
            )
            (waiting,) = cursor.fetchone()


def test_the_thread_integrates_what_waits_before_it_ends() -> None:
    sequencer = Sequencer(BOOK, tick_seconds=3_600)
    sequencer.start()
    entered(5)
    sequencer.stop()
    assert indexes() == list(range(6))
    assert holds()
