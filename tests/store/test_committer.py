"""Many verbs share one transaction; each is durable when it is answered, or nothing of it is."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, connections

from troth.people.models import Account
from troth.store import BusyError, Committer, NestedTransactionError, Store, Tx, UnavailableError
from troth.store import committer as committer_module
from troth.store import transact as transact_now

pytestmark = pytest.mark.usefixtures("committed")
Start = Callable[..., Committer]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a committer that ends with the test."""
    started: list[Committer] = []

    def begin(*args: Any, **options: Any) -> Committer:
        committer = Committer(Store(), *args, **options)
        committer.start()
        started.append(committer)
        return committer

    yield begin
    for committer in started:
        committer.stop()


def enter(tx: Tx, handle: str) -> str:
    Account.objects.using(tx.alias).create(handle=handle, created_at=tx.now)
    return handle


def enter_and_fail(tx: Tx, handle: str) -> None:
    enter(tx, handle)
    raise ValueError(handle)


class Gate:
    """A verb that holds the writer until it is let go, so that others gather behind it."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()

    def __call__(self, tx: Tx) -> str:
        """Say that the writer is here, and hold it."""
        self.reached.set()
        assert self.open.wait(30)
        return tx.actor


def behind(committer: Committer, submit: Callable[[], list[Future[Any]]]) -> list[Future[Any]]:
    """Submit while the writer is busy, so that all of it is one group."""
    gate = Gate()
    first = committer.submit(gate)
    assert gate.reached.wait(30)
    submitted = submit()
    gate.open.set()
    wait([first, *submitted], 30)
    return submitted


def test_what_was_submitted_is_there_when_it_is_answered(start: Start) -> None:
    committer = start()
    assert committer.submit(enter, "one").result(30) == "one"
    assert Account.objects.get().handle == "one"


def test_what_gathers_behind_a_commit_shares_the_next(start: Start) -> None:
    committer = start()
    moments: list[object] = []

    def note(tx: Tx) -> None:
        moments.append(tx.now)

    behind(committer, lambda: [committer.submit(note) for _ in range(50)])
    assert len(moments) == 50
    assert len(set(moments)) == 1


def test_no_more_than_the_limit_share_one(start: Start) -> None:
    committer = start(verbs_max=10)
    moments: list[object] = []

    def note(tx: Tx) -> None:
        moments.append(tx.now)

    behind(committer, lambda: [committer.submit(note) for _ in range(25)])
    assert len(set(moments)) == 3


def test_one_that_fails_takes_nobody_with_it(start: Start) -> None:
    committer = start()
    done = behind(
        committer,
        lambda: [
            committer.submit(enter, "one"),
            committer.submit(enter_and_fail, "two"),
            committer.submit(enter, "three"),
        ],
    )
    assert done[0].result() == "one"
    with pytest.raises(ValueError, match="two"):
        done[1].result()
    assert done[2].result() == "three"
    assert set(Account.objects.values_list("handle", flat=True)) == {"one", "three"}


def test_what_several_calls_of_a_verb_need_is_gathered_once_before_them(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer_module, "_gathers", {})
    told: list[tuple[str, ...]] = []

    def gather(tx: Tx, calls: Sequence[tuple[Any, ...]]) -> None:
        told.append(tuple(handle for (handle,) in calls))
        tx.memo["gathered"] = len(calls)

    def verb(tx: Tx, handle: str) -> tuple[str, int]:
        return enter(tx, handle), tx.memo.get("gathered", 0)

    committer_module.gathered_by(verb, gather)
    committer = start()
    assert committer.submit(verb, "alone").result(30) == ("alone", 0)
    done = behind(
        committer,
        lambda: [
            committer.submit(verb, "one"),
            committer.submit(enter, "other"),
            committer.submit(verb, "two"),
        ],
    )
    assert [one.result() for one in done] == [("one", 2), "other", ("two", 2)]
    assert told == [("one", "two")]


def test_where_gathering_fails_each_is_done_without_it(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer_module, "_gathers", {})

    def gather(tx: Tx, calls: Sequence[tuple[Any, ...]]) -> None:
        enter(tx, "nobody asked for")
        raise ValueError(calls)

    committer_module.gathered_by(enter, gather)
    committer = start()
    done = behind(committer, lambda: [committer.submit(enter, one) for one in ("one", "two")])
    assert [one.result() for one in done] == ["one", "two"]
    assert set(Account.objects.values_list("handle", flat=True)) == {"one", "two"}


def test_of_two_that_collide_the_first_wins(start: Start) -> None:
    committer = start()
    first, second = behind(
        committer, lambda: [committer.submit(enter, "one"), committer.submit(enter, "one")]
    )
    assert first.result() == "one"
    with pytest.raises(IntegrityError):
        second.result()


def test_more_than_may_wait_are_refused_and_those_before_are_written(start: Start) -> None:
    committer = start(waiting_max=3)
    refused: list[bool] = []

    def submit() -> list[Future[Any]]:
        accepted = []
        for number in range(5):
            try:
                accepted.append(committer.submit(enter, f"n{number}"))
            except BusyError:
                refused.append(True)
        return accepted

    accepted = behind(committer, submit)
    assert [one.result() for one in accepted] == ["n0", "n1", "n2"]
    assert refused == [True, True]
    assert committer.submit(enter, "later").result(30) == "later"


def test_what_is_needed_is_prepared_once_before_the_transaction(start: Start) -> None:
    prepared: list[list[str]] = []
    committer = start(lambda needs: prepared.append([*needs, str(connection.in_atomic_block)]))

    def submit() -> list[Future[Any]]:
        return [committer.submit_as("system", [n], enter, n) for n in ("a", "b")] + [
            committer.submit_as("system", ["a"], enter, "c")
        ]

    behind(committer, submit)
    assert prepared == [["a", "b", "False"]]


def test_when_preparing_fails_only_those_fail_who_needed_it(start: Start) -> None:
    def prepare(needs: object) -> None:
        raise ValueError(str(needs))

    committer = start(prepare)
    needing, free = behind(
        committer,
        lambda: [committer.submit_as("system", ["x"], enter, "x"), committer.submit(enter, "free")],
    )
    with pytest.raises(ValueError, match="x"):
        needing.result()
    assert free.result() == "free"


def test_a_database_that_does_not_answer_fails_all_and_the_next_are_written(start: Start) -> None:
    committer = start()
    times: list[str] = []

    def lost(_tx: Tx) -> None:
        times.append("tried")
        raise OperationalError("server closed the connection")

    beside, failed = behind(
        committer, lambda: [committer.submit(enter, "one"), committer.submit(lost)]
    )
    for one in (beside, failed):
        with pytest.raises(UnavailableError):
            one.result()
    assert times == ["tried"]
    assert committer.submit(enter, "two").result(30) == "two"
    assert [account.handle for account in Account.objects.all()] == ["two"]


def test_a_key_store_that_does_not_answer_is_told_as_a_database_that_does_not(start: Start) -> None:
    tried: list[object] = []

    def prepare(needs: object) -> None:
        tried.append(needs)
        raise sqlite3.OperationalError("database or disk is full")

    committer = start(prepare)
    needing, beside = behind(
        committer,
        lambda: [committer.submit_as("system", ["x"], enter, "x"), committer.submit(enter, "one")],
    )
    for one in (needing, beside):
        with pytest.raises(UnavailableError, match="OperationalError") as told:
            one.result()
        assert isinstance(told.value.__cause__, sqlite3.OperationalError)
    assert tried == [["x"]]
    assert committer.submit(enter, "two").result(30) == "two"
    assert [account.handle for account in Account.objects.all()] == ["two"]


def test_a_verb_may_not_open_a_second_transaction(start: Start) -> None:
    committer = start()

    def nested(_tx: Tx) -> None:
        transact_now(enter, "one")

    with pytest.raises(NestedTransactionError):
        committer.submit(nested).result(30)


def test_one_who_gave_up_waiting_is_not_written(start: Start) -> None:
    committer = start()

    def submit() -> list[Future[Any]]:
        given_up = committer.submit(enter, "one")
        assert given_up.cancel()
        return [committer.submit(enter, "two")]

    behind(committer, submit)
    assert [account.handle for account in Account.objects.all()] == ["two"]


def test_stopping_writes_what_waits_and_refuses_the_next() -> None:
    committer = Committer(Store())
    committer.start()
    waiting = [committer.submit(enter, f"n{number}") for number in range(20)]
    committer.stop()
    assert all(one.done() for one in waiting)
    assert Account.objects.count() == 20
    with pytest.raises(BusyError):
        committer.submit(enter, "late")


def test_the_writer_leaves_checkpoints_to_its_thread(start: Start) -> None:
    committer = start()

    def pages(tx: Tx) -> Any:
        if connections[tx.alias].vendor != "sqlite":
            return (0,)
        with connections[tx.alias].cursor() as cursor:
            return cursor.execute("PRAGMA wal_autocheckpoint").fetchone()

    assert committer.submit(pages).result(30) == (0,)
