"""How often somebody may ask, counted in memory under keys that tell nothing of who asked."""

import hmac
import math
import secrets
import time
from functools import cache
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from troth.store.clock import Watch

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import MovingWindowRateLimiter

IPV6_SITE_BITS: Final = 64
"""What one IPv6 customer is given: its addresses count as one."""

_PROCESS_SECRET: Final = secrets.token_bytes(32)
"""New in each process and never written: no key can be traced back to an address."""

_watch: Final = Watch()


class Limit(Struct, frozen=True):
    """At most `times` in any `seconds`."""

    name: str
    times: int
    seconds: int

    def wait_seconds(self, key: str) -> int:
        """Count one attempt under `key`; return 0, or for how many seconds there may be no more."""
        item, hashed = _item(self), _hashed(key)
        return 0 if _limiter().hit(item, hashed) else _until_reset(item, hashed)

    def must_wait(self, key: str) -> int:
        """Return for how many seconds there may be no more under `key`, counting nothing."""
        item, hashed = _item(self), _hashed(key)
        return 0 if _limiter().test(item, hashed) else _until_reset(item, hashed)

    def count(self, key: str) -> bool:
        """Count one under `key`; tell whether it was the last there may be for now."""
        item, hashed = _item(self), _hashed(key)
        return _limiter().hit(item, hashed) and not _limiter().test(item, hashed)

    def forget(self, key: str) -> None:
        """Count from zero again for `key`."""
        _limiter().clear(_item(self), _hashed(key))


def network_of(address: str) -> str:
    """Return what counts as one asker: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return parsed.exploded[: IPV6_SITE_BITS // 4 + 3]
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def _until_reset(item: "RateLimitItem", hashed: str) -> int:
    reset = _limiter().get_window_stats(item, hashed).reset_time
    return max(1, math.ceil(reset - time.time()))


def _hashed(key: str) -> str:
    return hmac.new(_PROCESS_SECRET, key.encode(), sha256).hexdigest()


@cache
def _item(limit: Limit) -> "RateLimitItem":
    from limits import RateLimitItemPerSecond  # noqa: PLC0415 - slow to import

    return RateLimitItemPerSecond(limit.times, limit.seconds, namespace=limit.name)


def _limiter() -> "MovingWindowRateLimiter":
    """Return what counts: anew after the clock was put back.

    What was counted before lies ahead, and would keep whoever asked out until that date.
    """
    if _watch.jump_seconds(time.time()) < 0:
        _counting.cache_clear()
    return _counting()


@cache
def _counting() -> "MovingWindowRateLimiter":
    from limits.storage import MemoryStorage  # noqa: PLC0415 - slow to import
    from limits.strategies import MovingWindowRateLimiter  # noqa: PLC0415 - the same

    return MovingWindowRateLimiter(MemoryStorage())
