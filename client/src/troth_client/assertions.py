"""Identity assertions: your back end tells the Troth server who the user of its page is.

A JSON Web Token (RFC 7519) signed with HS256 by your secret key. It is used once, within minutes.
"""

import base64
import hmac
import json
import secrets
import time
from typing import Final

from troth_client.keys import id_of

LASTS_SECONDS: Final = 120
LASTS_SECONDS_MAX: Final = 300
NONCE_BYTES: Final = 16


def assertion(key: str, audience: str, subject: str, *, lasts_seconds: int = LASTS_SECONDS) -> str:
    """Return an assertion that `subject` (your id of the user) is who calls.

    `audience` is the server's address, `key` a secret key with the scope `assertions`. Raises
    ValueError where either can be none.
    """
    kid = id_of(key)
    if not 0 < lasts_seconds <= LASTS_SECONDS_MAX:
        raise ValueError(f"an assertion lasts 1 to {LASTS_SECONDS_MAX} seconds")
    now = int(time.time())
    claims = {
        "sub": subject,
        "aud": audience.rstrip("/"),
        "iat": now,
        "exp": now + lasts_seconds,
        "jti": secrets.token_urlsafe(NONCE_BYTES),
    }
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': kid})}.{_part(claims)}"
    mac = hmac.digest(key.encode(), signed.encode(), "sha256")
    return f"{signed}.{_letters(mac)}"


def _part(told: dict[str, object]) -> str:
    return _letters(json.dumps(told, separators=(",", ":")).encode())


def _letters(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
