"""A signal is told once and then counted, and strangers can't fill the database with them."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from troth.store import SYSTEM, Store, transact, transact_on
from troth.store import signals as signals_module
from troth.store.models import Signal
from troth.store.signals import (
    ABOUT_BYTES_MAX,
    OVERFLOW,
    PAGE_ROWS,
    close,
    close_all,
    open_signals,
    raise_signal,
)

pytestmark = pytest.mark.django_db
NOON: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)


def tell(kind: str = "undeclared", key: str = "cookie", minutes: int = 0, **about: object) -> None:
    now = NOON + timedelta(minutes=minutes)
    transact_on(Store(), SYSTEM, now, raise_signal, kind, key, about)


def test_the_same_signal_only_counts_up_and_tells_what_is_newest() -> None:
    tell(page="/one")
    tell(page="/two", minutes=5)
    (told,) = open_signals().rows
    assert (told.times, told.about) == (2, {"page": "/two"})
    assert (told.first_at, told.last_at) == (NOON, NOON + timedelta(minutes=5))


def test_other_kinds_and_keys_are_other_signals_newest_first() -> None:
    tell(key="a")
    tell(key="b", minutes=1)
    tell("failed", key="a", minutes=2)
    shown = [(s.kind, s.key) for s in open_signals().rows]
    assert shown == [("failed", "a"), ("undeclared", "b"), ("undeclared", "a")]
    assert open_signals(kind="failed").count == 1


def test_a_closed_one_that_is_raised_again_opens_a_new_one() -> None:
    tell()
    (first,) = open_signals().rows
    assert transact(close, first.pk, "owner-1234", "declared now")
    assert not transact(close, first.pk, "owner-1234", "again")
    assert open_signals().count == 0
    tell(minutes=1)
    (second,) = open_signals().rows
    assert (second.pk != first.pk, second.times) == (True, 1)
    first.refresh_from_db()
    assert (first.closed_by, first.reason) == ("owner-1234", "declared now")


def test_the_open_one_of_a_kind_and_key_is_closed_by_name() -> None:
    tell(key="a")
    tell(key="b")
    assert transact(close_all, "undeclared", "a", SYSTEM, "mended")
    assert not transact(close_all, "undeclared", "a", SYSTEM, "mended")
    assert [s.key for s in open_signals().rows] == ["b"]


def test_beyond_so_many_open_keys_one_signal_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals_module, "OPEN_KEYS_MAX", 3)
    for number in range(10):
        tell(key=f"k{number}")
    tell(key="k0")
    tell("other")
    assert open_signals(kind="undeclared").count == 3
    (overflow,) = open_signals(kind=OVERFLOW).rows
    assert (overflow.key, overflow.times) == ("undeclared", 7)
    assert Signal.objects.get(key="k0").times == 2
    assert open_signals(kind="other").count == 1


def test_signals_come_in_pages_and_a_page_that_is_not_there_is_the_nearest() -> None:
    for number in range(PAGE_ROWS + 1):
        tell(key=f"k{number}")
    first, last = open_signals(), open_signals(page=99)
    assert (len(first.rows), first.pages, first.count) == (PAGE_ROWS, 2, PAGE_ROWS + 1)
    assert (len(last.rows), last.page) == (1, 2)
    assert open_signals(page=-1).page == 1


def test_what_it_tells_is_small() -> None:
    with pytest.raises(ValueError, match="larger"):
        tell(text="x" * ABOUT_BYTES_MAX)


def test_a_signal_of_a_time_ahead_tells_a_first_time_that_is_not_behind_its_last() -> None:
    tell(minutes=60)
    tell()
    (told,) = open_signals().rows
    assert (told.first_at, told.last_at) == (NOON, NOON)
