"""Sealing and opening, with the keys in hand (AES-256-GCM, NIST SP 800-38D). Pure but for nonces.

A box is a format byte, a random nonce of 96 bits, and the ciphertext with its tag. The associated
data name person, category, field and version, each with its length before it, so that a box opens
at its own place only.
"""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from troth.vault.errors import DamagedError

FORMAT: Final = b"\x01"
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
KEY_BYTES: Final = 32
BOX_BYTES_MIN: Final = len(FORMAT) + NONCE_BYTES + TAG_BYTES


def place(*parts: str) -> bytes:
    """Return associated data that no other parts give."""
    named = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4) + part for part in named)


def seal_box(key: AESGCM, where: bytes, value: bytes) -> bytes:
    """Seal bytes at a place."""
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + key.encrypt(nonce, value, where)


def open_box(key: AESGCM, where: bytes, box: bytes) -> bytes:
    """Open a box at its place. Raises DamagedError."""
    if len(box) < BOX_BYTES_MIN or box[:1] != FORMAT:
        raise DamagedError
    try:
        return key.decrypt(box[1 : 1 + NONCE_BYTES], box[1 + NONCE_BYTES :], where)
    except InvalidTag:
        raise DamagedError from None


def new_key() -> bytes:
    """Return a fresh key."""
    return os.urandom(KEY_BYTES)
