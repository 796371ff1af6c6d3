"""Secrets that are stored nowhere: derived from the key store, a label and a context."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from troth.vault.store import open_store

SECRET_BYTES = 32


def derive(label: str, context: bytes) -> bytes:
    """Return 32 bytes for a use (`label`) of one thing (`context`): HKDF, RFC 5869.

    They come from the key that outlives generations, so a rotation changes none of them, and a copy
    of the data without its key store makes none.
    """
    told = b"troth derived\0" + label.encode() + b"\0" + context
    kdf = HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=None, info=told)
    return kdf.derive(open_store().index_key)
