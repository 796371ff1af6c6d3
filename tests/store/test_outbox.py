"""What leaves this server is a row of the transaction that decided it, delivered until it is."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from django.db import connections

from troth.store import SYSTEM, Store, Tx, transact, transact_on
from troth.store import outbox as outbox_module
from troth.store.jobs_ahead import lie_ahead, put_right
from troth.store.jobs_lease import BACK_OFF_SECONDS_MAX
from troth.store.models import DEAD, SENT, WAITING, OutboxRow
from troth.store.outbox import (
    ATTEMPTS,
    BODY_BYTES_MAX,
    LEASE_SECONDS,
    OUTBOX_DEAD,
    Drained,
    Parcel,
    UndeliverableError,
    drain,
    put,
    put_many,
    waits,
)
from troth.store.outbox_seen import retry
from troth.store.signals import open_signals

pytestmark = pytest.mark.usefixtures("committed")
NOON: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)
STORE: Final = Store()
MAIL: Final = "mail"
YEAR: Final = timedelta(days=365)
LATER: Final = NOON + timedelta(seconds=LEASE_SECONDS)


class Post:
    """Takes parcels; refuses those it was told to."""

    def __init__(self, *refuses: Exception) -> None:
        self.taken: list[bytes] = []
        self._refuses = list(refuses)

    def __call__(self, parcel: Parcel) -> None:
        """Take a parcel."""
        if self._refuses:
            raise self._refuses.pop(0)
        self.taken.append(parcel.body)


def put_at_noon(key: str = "k", body: bytes = b"sealed", due: datetime | None = None) -> bool:
    return transact_on(STORE, SYSTEM, NOON, put, MAIL, body, key, due)


def drain_at(now: datetime, post: Post, limit: int = 100) -> Drained:
    return drain(STORE, MAIL, post, limit, clock=lambda: now)


def only() -> OutboxRow:
    return OutboxRow.objects.get()


def test_what_was_put_is_delivered_once_and_its_body_forgotten() -> None:
    put_at_noon()
    post = Post()
    assert drain_at(NOON, post) == Drained(sent=1)
    assert drain_at(NOON, post) == Drained()
    assert post.taken == [b"sealed"]
    assert (only().state, bytes(only().body)) == (SENT, b"")


def test_what_is_rolled_back_never_leaves() -> None:
    def put_and_fail(tx: Tx) -> None:
        put(tx, MAIL, b"sealed", "k")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 (the one just raised)
        transact(put_and_fail)
    assert drain_at(NOON, Post()) == Drained()


def test_the_same_key_twice_is_one_row_even_after_it_was_sent() -> None:
    assert put_at_noon()
    assert not put_at_noon(body=b"other")
    post = Post()
    drain_at(NOON, post)
    assert not put_at_noon(body=b"other")
    assert drain_at(NOON, post) == Drained()
    assert post.taken == [b"sealed"]


def test_many_are_put_at_once_and_each_is_told_whether_it_is_new() -> None:
    put_at_noon("k1")
    parcels = [(f"k{n}", b"sealed") for n in range(20)]
    told = transact_on(STORE, SYSTEM, NOON, put_many, MAIL, parcels)
    assert told == [n != 1 for n in range(20)]
    assert waits(kind=MAIL) == 20


def test_what_is_due_later_waits() -> None:
    put_at_noon(due=NOON + timedelta(hours=1))
    post = Post()
    assert drain_at(NOON, post) == Drained()
    assert drain_at(NOON + timedelta(hours=1), post) == Drained(sent=1)


def test_kinds_do_not_mix_and_the_limit_holds() -> None:
    for number in range(5):
        put_at_noon(f"k{number}")
    assert drain(STORE, "hook", Post(), 100, clock=lambda: NOON) == Drained()
    assert drain_at(NOON, Post(), limit=2) == Drained(sent=2)
    assert waits() == 3


def test_a_refusal_is_tried_again_later_and_others_go_out() -> None:
    put_at_noon("k1", b"one")
    put_at_noon("k2", b"two")
    post = Post(ConnectionError("somebody@example.com"))
    assert drain_at(NOON, post) == Drained(sent=1, put_off=1)
    assert drain_at(NOON, post) == Drained()
    row = OutboxRow.objects.get(key="k1")
    assert (row.state, row.last_error) == (WAITING, "ConnectionError")
    assert drain_at(NOON + timedelta(minutes=1), post) == Drained(sent=1)
    assert post.taken == [b"two", b"one"]


def test_after_the_most_tries_it_is_dead_with_a_signal() -> None:
    put_at_noon()
    post = Post(*[ConnectionError()] * ATTEMPTS)
    counted = [drain_at(NOON + timedelta(days=n), post) for n in range(ATTEMPTS + 2)]
    assert counted[-3:] == [Drained(dead=1), Drained(), Drained()]
    assert only().state == DEAD
    (told,) = open_signals(kind=OUTBOX_DEAD).rows
    assert told.about == {"kind": MAIL, "row": only().pk, "error": "ConnectionError"}


def test_what_cannot_be_delivered_at_all_is_dead_at_once() -> None:
    put_at_noon()
    assert drain_at(NOON, Post(UndeliverableError())) == Drained(dead=1)
    assert only().state == DEAD


def test_a_leased_row_is_left_alone_until_the_lease_ends() -> None:
    put_at_noon()
    inner = Post()

    def deliver(_: Parcel) -> None:
        assert drain_at(NOON, inner) == Drained()

    assert drain(STORE, MAIL, deliver, 10, clock=lambda: NOON) == Drained(sent=1)
    assert inner.taken == []


class Slow:
    """Holds a delivery until it is let go; then it fails, where it was told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.reached, self.open = threading.Event(), threading.Event()
        self._error = error

    def __call__(self, _: Parcel) -> None:
        """Deliver slowly."""
        self.reached.set()
        assert self.open.wait(30)
        if self._error is not None:
            raise self._error


def marked_late(slow: Slow, now: datetime = NOON) -> tuple[OutboxRow, OutboxRow]:
    """Return the row that another has taken, before and after the slow one has marked it."""
    rows: list[OutboxRow] = []

    def run() -> None:
        drain(STORE, MAIL, slow, 10, clock=lambda: now)
        connections.close_all()

    def deliver(_: Parcel) -> None:
        rows.append(only())
        slow.open.set()
        thread.join(30)
        rows.append(only())

    thread = threading.Thread(target=run)
    thread.start()
    assert slow.reached.wait(30)
    later = now + timedelta(seconds=LEASE_SECONDS)
    assert drain(STORE, MAIL, deliver, 10, clock=lambda: later) == Drained(sent=1)
    before, after = rows
    return before, after


@pytest.mark.parametrize("error", [ConnectionError(), UndeliverableError()])
def test_a_failure_is_not_marked_where_another_has_taken_the_row(error: Exception) -> None:
    put_at_noon()
    before, after = marked_late(Slow(error))
    assert len(before.lease) == 32
    told = [(row.state, row.lease, row.due_at, row.last_error) for row in (before, after)]
    assert told[0] == told[1] == (WAITING, before.lease, before.due_at, "")
    assert open_signals().count == 0


def test_what_was_sent_is_marked_even_where_another_has_taken_the_row() -> None:
    put_at_noon()
    _, after = marked_late(Slow())
    assert after.state == SENT


def test_the_rest_is_given_back_when_the_process_ends() -> None:
    for number in range(3):
        put_at_noon(f"k{number}")
    post = Post()
    drained = drain(
        STORE, MAIL, post, 10, clock=lambda: NOON, ending=lambda: len(post.taken) == 1
    )  # fmt: skip
    assert drained == Drained(sent=1)
    assert drain_at(NOON, post) == Drained(sent=2)


def test_nothing_is_begun_that_could_outlast_the_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    put_at_noon()
    monkeypatch.setattr(outbox_module, "LEASE_SECONDS", outbox_module.DELIVERY_SECONDS - 1)
    assert drain_at(NOON, Post()) == Drained()
    assert only().attempts == 0


@pytest.mark.parametrize(("key", "body"), [("", b""), ("k" * 201, b"")])
def test_a_key_that_is_none_is_refused(key: str, body: bytes) -> None:
    with pytest.raises(ValueError, match="key"):
        put_at_noon(key, body)


def test_a_body_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="larger"):
        put_at_noon(body=bytes(BODY_BYTES_MAX + 1))


def test_a_parcel_does_not_show_its_body() -> None:
    assert "secret" not in repr(Parcel(1, MAIL, "k", b"secret", 1))


def put_right_at(now: datetime) -> int:
    """Put right what lies ahead, which is seen without a lock before and not after."""
    seen = lie_ahead(STORE.alias, now)
    rows = transact_on(STORE, SYSTEM, now, put_right)
    assert (seen, lie_ahead(STORE.alias, now)) == (rows > 0, False)
    return rows


def test_what_was_put_while_the_clock_was_ahead_is_delivered_now() -> None:
    transact_on(STORE, SYSTEM, NOON + YEAR, put, MAIL, b"sealed", "k")
    assert drain_at(NOON, Post()) == Drained()
    assert put_right_at(NOON) == 1
    assert drain_at(NOON, Post()) == Drained(sent=1)


def test_what_is_due_at_a_date_waits_for_it_whatever_the_clock_does() -> None:
    put_at_noon(due=NOON + YEAR)
    transact_on(STORE, SYSTEM, NOON + YEAR, put, MAIL, b"", "k2", NOON + 2 * YEAR)
    assert put_right_at(NOON) == put_right_at(NOON - YEAR) == 0


def test_what_was_put_off_or_leased_while_the_clock_was_ahead_waits_no_longer_than_it_may() -> None:
    put_at_noon()
    assert drain_at(NOON + YEAR, Post(ConnectionError())) == Drained(put_off=1)
    assert put_right_at(NOON) == 1
    leased = []

    def deliver(_: Parcel) -> None:
        assert put_right_at(NOON) == 1
        leased.append(only().due_at)
        assert drain_at(NOON, Post()) == Drained()

    assert drain(STORE, MAIL, deliver, 10, clock=lambda: NOON + YEAR) == Drained(sent=1)
    assert leased == [LATER]


def test_a_back_off_and_a_lease_of_today_are_left_as_they_are() -> None:
    put_at_noon()
    for number in range(ATTEMPTS - 1):
        now = NOON + number * timedelta(seconds=BACK_OFF_SECONDS_MAX)
        assert drain_at(now, Post(ConnectionError())) == Drained(put_off=1)
        assert put_right_at(now) == 0

    def deliver(_: Parcel) -> None:
        assert put_right_at(now) == put_right_at(now - timedelta(seconds=5)) == 0

    now = NOON + YEAR
    assert drain(STORE, MAIL, deliver, 10, clock=lambda: now) == Drained(sent=1)


def test_given_back_or_tried_again_while_the_clock_was_ahead_it_is_due_at_once() -> None:
    put_at_noon()
    drain(STORE, MAIL, Post(), 10, clock=lambda: NOON + YEAR, ending=lambda: True)
    assert drain_at(NOON, Post(UndeliverableError())) == Drained(dead=1)
    assert transact_on(STORE, SYSTEM, NOON + YEAR, retry, MAIL, only().pk)
    assert drain_at(LATER, Post()) == Drained(sent=1)
