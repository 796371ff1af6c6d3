"""The keys of a provider, kept: whoever sends tokens must not have things fetched at will.

`keys(source, header) -> Keys`     raises ProviderError; never called within a transaction
Kept for five minutes. A token signed by a key that is not among them has them fetched anew, once in
half a minute at most. While the provider is silent, those kept go on for an hour; of another it
cannot be told then whether it is the provider's.
"""

from threading import Lock
from time import monotonic
from typing import Final

import structlog
from msgspec import Struct

from troth.people import published
from troth.people.oidc import Header, Keys, fitting
from troth.people.published import KEPT_S, ProviderError, Source

AGAIN_S: Final = 30
SILENT_S: Final = 3_600
WAIT_S: Final = 2.0
"""For how long a call waits for another's fetch: each holds a thread that serves pages."""
NEVER: Final = float("-inf")

log = structlog.get_logger("troth.people")


class _Kept(Struct, frozen=True):
    keys: Keys = ()
    at: float = NEVER

    def serves(self, header: Header, for_s: float) -> bool:
        """Tell whether these are no older, and whether such a token may be signed by one."""
        return monotonic() - self.at < for_s and bool(fitting(self.keys, header))


class _Ring:
    """What is kept of one provider, and when it was asked last; one call asks at a time."""

    def __init__(self) -> None:
        self.asking = Lock()
        self.asked_at = NEVER
        self.kept = _Kept()


_rings: dict[Source, _Ring] = {}


def keys(source: Source, header: Header) -> Keys:
    """Return the keys that are kept of a provider, fetched anew where that is due."""
    ring = _rings.setdefault(source, _Ring())
    if not ring.kept.serves(header, KEPT_S):
        _renew(ring, source, header)
    kept, unheard = ring.kept, ring.asked_at > ring.kept.at
    if monotonic() - kept.at >= SILENT_S or (unheard and not fitting(kept.keys, header)):
        raise published.silent()
    return kept.keys


def forget() -> None:
    """Have them fetched again."""
    _rings.clear()


def _renew(ring: _Ring, source: Source, header: Header) -> None:
    """Fetch the keys, unless that was tried just now; who can go on with those kept won't wait."""
    waits_s = 0.0 if ring.kept.serves(header, SILENT_S) else WAIT_S
    if not ring.asking.acquire(timeout=waits_s):
        return
    try:
        if ring.kept.serves(header, KEPT_S) or monotonic() - ring.asked_at < AGAIN_S:
            return
        ring.asked_at = monotonic()
        ring.kept = _Kept(published.keys_of(source), monotonic())
    except ProviderError as error:
        log.warning("provider of sign-ins not heard", issuer=source.issuer, why=error.why)
    finally:
        ring.asking.release()
