"""A call that is made twice is done once, and answered twice the same."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Final

import pytest
from django.db import connections

from troth.people.models import Account
from troth.store import SYSTEM, Committer, Store, Tx, transact_on
from troth.store.idempotent import (
    KEPT,
    Answer,
    Asked,
    InProgressError,
    MismatchError,
    forget_answers,
    once,
)
from troth.store.models import StoredAnswer

NOON: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)
CALL: Final = Asked("key", "first-order", b"POST /v1/records\n{}")
stored = pytest.mark.django_db


def answer(
    tx: Tx, asked: Asked, status: int = 201, meanwhile: Callable[[], object] = int
) -> Answer:
    """Do something that counts, and say how often it was done."""

    def run() -> Answer:
        Account.objects.using(tx.alias).create(handle=f"a{_done() + 1}", created_at=tx.now)
        meanwhile()
        return Answer(status, str(_done()).encode())

    return once(tx, asked, run)


def _done() -> int:
    return Account.objects.count()


def ask(asked: Asked = CALL, status: int = 201, at: datetime = NOON) -> Answer:
    return transact_on(Store(), SYSTEM, at, answer, asked, status)


@stored
def test_the_same_call_is_done_once_and_given_the_same_answer() -> None:
    assert ask() == Answer(201, b"1")
    assert ask() == Answer(201, b"1", replayed=True)
    assert _done() == 1


@stored
def test_another_call_with_the_same_key_is_refused() -> None:
    ask()
    with pytest.raises(MismatchError) as refused:
        ask(Asked(CALL.caller, CALL.key, b"something else"))
    assert (refused.value.status, refused.value.code) == (422, "idempotency-mismatch")
    assert _done() == 1


@stored
@pytest.mark.parametrize(("caller", "key"), [("other", "first-order"), ("key:first", "order")])
def test_the_key_is_one_callers_own(caller: str, key: str) -> None:
    ask(Asked("key", "first:order", b""))
    assert not ask(Asked(caller, key, b"")).replayed
    assert _done() == 2


@stored
def test_what_was_refused_is_not_kept() -> None:
    """What stood in its way may be mended, and then it is done."""
    assert ask(status=403) == Answer(403, b"1")
    assert ask() == Answer(201, b"2")


@stored
def test_what_failed_is_not_kept() -> None:
    def stumble() -> None:
        raise ValueError("stumbled")

    with pytest.raises(ValueError, match="stumbled"):
        transact_on(Store(), SYSTEM, NOON, answer, CALL, 201, stumble)
    assert not StoredAnswer.objects.exists()


@stored
def test_an_answer_is_given_for_a_day() -> None:
    ask()
    assert ask(at=NOON + KEPT - timedelta(seconds=1)).replayed
    assert ask(at=NOON + KEPT) == Answer(201, b"2")
    assert ask(at=NOON + KEPT + timedelta(hours=1)).replayed
    assert StoredAnswer.objects.count() == 1


@stored
def test_the_job_drops_what_is_given_no_more() -> None:
    ask()
    ask(Asked("key", "second", b""), at=NOON + timedelta(hours=1))
    transact_on(Store(), SYSTEM, NOON + KEPT, forget_answers)
    assert StoredAnswer.objects.count() == 1


@stored
def test_neither_key_nor_caller_is_stored_as_it_is() -> None:
    ask()
    row = StoredAnswer.objects.get()
    assert (len(row.key), len(row.request)) == (64, 64)
    assert "first" not in f"{row.key}{row.request}"
    assert "order" not in repr(CALL)


@stored
@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_has_a_least_and_a_most(key: str) -> None:
    with pytest.raises(ValueError, match="1 to 200"):
        ask(Asked("key", key, b""))


@pytest.mark.usefixtures("committed")
def test_two_calls_of_one_group_are_one() -> None:
    committer = Committer(Store())
    held = Event()
    committer.start()
    first = committer.submit(lambda _tx: held.wait(10))
    waiting = [committer.submit(answer, CALL) for _ in range(3)]
    held.set()
    answers = [one.result(30) for one in waiting]
    committer.stop()
    assert first.result()
    assert [one.replayed for one in answers] == [False, True, True]
    assert {one.body for one in answers} == {b"1"}


@pytest.mark.beside
@pytest.mark.usefixtures("committed")
def test_while_a_call_is_done_the_same_call_is_told_so() -> None:
    begun, go_on = Event(), Event()

    def wait() -> None:
        begun.set()
        assert go_on.wait(30)

    def first() -> Answer:
        found = transact_on(Store(), SYSTEM, NOON, answer, CALL, 201, wait)
        connections.close_all()
        return found

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(first)
        assert begun.wait(30)
        with pytest.raises(InProgressError) as refused:
            ask()
        go_on.set()
        assert done.result(30) == Answer(201, b"1")
    assert (refused.value.status, refused.value.code) == (409, "idempotency-in-progress")
    assert ask() == Answer(201, b"1", replayed=True)
