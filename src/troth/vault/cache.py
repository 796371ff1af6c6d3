"""Keys in memory, ready to use: as long as nobody is erased."""

from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from troth.policy.words import Pseudonym

CACHED_MAX: Final = 50_000


class Key(Struct, frozen=True):
    """A person's key, ready to use, her pseudonym, and how the place of her boxes begins."""

    cipher: AESGCM
    pseudonym: Pseudonym
    head: bytes

    def __repr__(self) -> str:
        return "Key(…)"


class Cache:
    """The keys of one key store, by person; each erasure anywhere begins a new one.

    `fresh` are those this process made and nobody used yet.
    """

    def __init__(self) -> None:
        self._clock: int | None = None
        self._keys: dict[str, Key] = {}
        self.fresh: dict[str, Key] = {}

    def at(self, clock: int) -> dict[str, Key]:
        """Return the keys known at a clock. Who began before it keeps her own."""
        if self._clock != clock or len(self._keys) >= CACHED_MAX:
            self._clock, self._keys = clock, {}
        return self._keys

    def made(self, keys: Mapping[str, Key]) -> None:
        """Keep keys that were made just now for their first use."""
        if len(self.fresh) < CACHED_MAX:
            self.fresh.update(keys)

    def forget(self, person: str) -> None:
        """Drop one key."""
        self.fresh.pop(person, None)
        self._keys.pop(person, None)

    def forget_all(self) -> None:
        """Drop every key; who began before keeps her own."""
        self._keys, self.fresh = {}, {}
