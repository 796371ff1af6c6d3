"""Who came for the first time by a call that comes twice: kept so that the data name nobody.

`hidden(call, subject) -> str`
`shown(call, told) -> PersonId`      of what `hidden` returned for the same call
Told only together with the call's own `Idempotency-Key`, which is stored nowhere, and the key
store: so nothing of an answer has to be erased with her.
"""

import os
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from troth import vault
from troth.store.idempotent import Asked
from troth.vault import PersonId

LABEL: Final = "consent first contact"
NONCE_BYTES: Final = 12


def hidden(call: Asked, subject: PersonId) -> str:
    """Return a subject's id under AES-256-GCM, in hexadecimal digits: nonce, then ciphertext."""
    nonce = os.urandom(NONCE_BYTES)
    return (nonce + _box(call).encrypt(nonce, bytes.fromhex(subject), None)).hex()


def shown(call: Asked, told: str) -> PersonId:
    """Return whose id was hidden."""
    raw = bytes.fromhex(told)
    found = _box(call).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None)
    return PersonId(found.hex())


def _box(call: Asked) -> AESGCM:
    context = f"{len(call.caller)}:{call.caller}:{call.key}".encode()
    return AESGCM(vault.derive(LABEL, context))
