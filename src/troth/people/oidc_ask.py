"""What a sign-in at a provider was begun with; to be kept in its session, for minutes.

`asked(now) -> Asked`                                 fresh secrets, to be kept
`address(endpoint, client_id, back, asked) -> str`    where the browser is sent
`fits(asked, state, now) -> bool`                     whether an answer belongs to it
"""

import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Final
from urllib.parse import urlencode

from msgspec import Struct

LASTS: Final = timedelta(minutes=10)
SECRET_BYTES: Final = 32


class Asked(Struct, frozen=True):
    """The secrets of one sign-in, none of which is shown."""

    state: str
    nonce: str
    verifier: str
    at: float

    def __repr__(self) -> str:
        return "Asked(…)"

    @property
    def challenge(self) -> str:
        """What of the verifier is told before it is (PKCE, RFC 7636, S256)."""
        return urlsafe_b64encode(sha256(self.verifier.encode()).digest()).decode().rstrip("=")


def asked(now: datetime) -> Asked:
    """Make the secrets of a sign-in that begins now."""
    state, nonce, verifier = (secrets.token_urlsafe(SECRET_BYTES) for _ in range(3))
    return Asked(state, nonce, verifier, now.timestamp())


def address(endpoint: str, client_id: str, back: str, begun: Asked) -> str:
    """Return where the browser is sent: the provider's page, with what it is asked."""
    query = urlencode(
        {
            "response_type": "code",
            "scope": "openid",
            "client_id": client_id,
            "redirect_uri": back,
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": begun.challenge,
            "code_challenge_method": "S256",
        }
    )
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"


def fits(begun: Asked, state: str, now: datetime) -> bool:
    """Tell whether an answer belongs to what was asked, and came in time."""
    in_time = 0 <= now.timestamp() - begun.at < LASTS.total_seconds()
    return in_time and compare_digest(begun.state.encode(), state.encode())
