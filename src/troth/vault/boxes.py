"""Sealing and opening, with the keys in hand (AES-256-GCM, NIST SP 800-38D). Pure but for nonces.

A box is a format byte, a random nonce of 96 bits, and the ciphertext with its tag. The associated
data name person, category, field and version, each with its length before it, so that a box opens
at its own place only.
"""

from functools import lru_cache
from os import urandom
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from troth.vault.errors import DamagedError

FORMAT: Final = b"\x01"
FORMAT_BYTE: Final = FORMAT[0]
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
KEY_BYTES: Final = 32
SEALED_FROM: Final = len(FORMAT) + NONCE_BYTES
BOX_BYTES_MIN: Final = SEALED_FROM + TAG_BYTES
PLACES_KEPT: Final = 1_024
"""Categories, fields and versions are few."""


def place(first: str, *others: str) -> bytes:
    """Return associated data that no other parts give; `first` is the one that varies most."""
    return head_of(first) + tail_of(others)


def head_of(first: str) -> bytes:
    """Return how the associated data of a place begin."""
    named = first.encode()
    return len(named).to_bytes(4) + named


@lru_cache(maxsize=PLACES_KEPT)
def tail_of(others: tuple[str, ...]) -> bytes:
    """Return how they go on, kept in memory."""
    named = [part.encode() for part in others]
    return b"".join(len(part).to_bytes(4) + part for part in named)


def seal_box(key: AESGCM, where: bytes, value: bytes) -> bytes:
    """Seal bytes at a place."""
    nonce = urandom(NONCE_BYTES)
    return FORMAT + nonce + key.encrypt(nonce, value, where)


def open_box(key: AESGCM, where: bytes, box: bytes) -> bytes:
    """Open a box at its place. Raises DamagedError."""
    if len(box) < BOX_BYTES_MIN or box[0] != FORMAT_BYTE:
        raise DamagedError
    try:
        return key.decrypt(box[1:SEALED_FROM], box[SEALED_FROM:], where)
    except InvalidTag:
        raise DamagedError from None


def new_key() -> bytes:
    """Return a fresh key."""
    return urandom(KEY_BYTES)
