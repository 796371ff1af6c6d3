"""How often somebody may ask, without keeping who asked."""

import secrets
import time

import pytest

from troth.store.rate import Limit, network_of


def fresh(times: int) -> Limit:
    return Limit(secrets.token_hex(4), times=times, seconds=600)


def test_up_to_the_limit_nobody_waits() -> None:
    limit = fresh(3)
    assert [limit.wait_seconds("a") for _ in range(3)] == [0, 0, 0]


def test_beyond_the_limit_one_waits_at_most_the_window() -> None:
    limit = fresh(1)
    assert limit.wait_seconds("a") == 0
    assert 0 < limit.wait_seconds("a") <= 600


def test_another_key_is_counted_apart() -> None:
    limit = fresh(1)
    assert limit.wait_seconds("a") == 0
    assert limit.wait_seconds("b") == 0


def test_a_forgotten_key_counts_from_zero() -> None:
    limit = fresh(1)
    limit.wait_seconds("a")
    limit.forget("a")
    assert limit.wait_seconds("a") == 0


def test_a_clock_that_is_put_back_keeps_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    limit, real = fresh(2), time.time
    with monkeypatch.context() as ahead:
        ahead.setattr(time, "time", lambda: real() + 365 * 86_400)
        assert [limit.must_wait("a"), limit.wait_seconds("a"), limit.wait_seconds("a")] == [0, 0, 0]
        assert 0 < limit.wait_seconds("a") <= 600
    assert [limit.must_wait("a"), limit.wait_seconds("a"), limit.wait_seconds("a")] == [0, 0, 0]
    assert 0 < limit.wait_seconds("a") <= 600


def test_a_clock_that_is_set_a_moment_back_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    limit, real = fresh(1), time.time
    limit.wait_seconds("a")
    monkeypatch.setattr(time, "time", lambda: real() - 3)
    assert limit.wait_seconds("a") > 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80:0000:0000:0000"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_addresses_of_one_customer_count_as_one(address: str, network: str) -> None:
    assert network_of(address) == network
