"""The ID token of the operator's OpenID Connect provider: whether it is to be believed. Pure.

`verified(token, keys, expected, now) -> Subject`     raises TokenError, which tells no token
"""

from collections.abc import Mapping
from datetime import datetime
from hmac import compare_digest
from typing import Any, Final

from msgspec import Struct

ALGORITHMS: Final = ("RS256", "ES256", "EdDSA")
SEVERAL: Final = "mfa"
KINDS: Final = (
    frozenset({"pwd", "pin", "kba"}),
    frozenset({"otp", "hwk", "swk", "sc"}),
    frozenset({"fpt", "face", "iris", "retina", "vbm"}),
)
"""Ways (RFC 8176) to prove oneself: by what one knows, has and is. Each alone is one factor."""
DRIFT_SECONDS: Final = 60
SUBJECT_LENGTH_MAX: Final = 255
TOKEN_LENGTH_MAX: Final = 20_000


class TokenError(Exception):
    """The token is not to be believed; its text is one of ours and holds nothing of it."""


class Expected(Struct, frozen=True):
    """Who must have made a token, for whom, and in answer to what."""

    issuer: str
    client_id: str
    nonce: str

    def __repr__(self) -> str:
        return "Expected(…)"


class Subject(Struct, frozen=True):
    """Whom a provider vouches for; `strong`: it has asked for a second factor itself."""

    value: str
    strong: bool

    def __repr__(self) -> str:
        return "Subject(…)"


def verified(token: str, keys: Mapping[str, Any], expected: Expected, now: datetime) -> Subject:
    """Return whom a token is about, once its signature and all its claims hold."""
    if len(token) > TOKEN_LENGTH_MAX:
        raise TokenError("too long")
    # a tenth of every start, for the servers whose members sign in by a provider
    from joserfc import jwt  # noqa: PLC0415 - slow to import
    from joserfc.errors import JoseError  # noqa: PLC0415 - the same
    from joserfc.jwk import KeySet  # noqa: PLC0415 - the same

    try:
        key_set = KeySet.import_key_set({"keys": list(keys["keys"])})
        claims = jwt.decode(token, key_set, algorithms=list(ALGORITHMS)).claims
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        raise TokenError("not signed by the provider") from None
    _demand_meant_for_us(claims, expected)
    _demand_fresh(claims, now.timestamp())
    sub, ways = claims.get("sub"), claims.get("amr")
    if not isinstance(sub, str) or not 0 < len(sub) <= SUBJECT_LENGTH_MAX:
        raise TokenError("about nobody")
    told = {way for way in ways if isinstance(way, str)} if isinstance(ways, list) else set()
    return Subject(f"{expected.issuer}\n{sub}", _strong(told))


def _strong(told: set[str]) -> bool:
    """Tell whether a provider has asked for two factors: it says so, or names two kinds."""
    return SEVERAL in told or sum(not kind.isdisjoint(told) for kind in KINDS) > 1


def _demand_meant_for_us(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise TokenError("of another provider")
    given = claims.get("aud")
    audience = [given] if isinstance(given, str) else given
    if not isinstance(audience, list) or expected.client_id not in audience:
        raise TokenError("for somebody else")
    party = claims.get("azp", expected.client_id if len(audience) == 1 else None)
    if party != expected.client_id:
        raise TokenError("for somebody else")
    nonce = claims.get("nonce")
    fits = isinstance(nonce, str) and compare_digest(nonce.encode(), expected.nonce.encode())
    if not (expected.nonce and fits):
        raise TokenError("no answer to what was asked")


def _demand_fresh(claims: Mapping[str, Any], now: float) -> None:
    if _moment(claims, "exp") <= now - DRIFT_SECONDS:
        raise TokenError("expired")
    if _moment(claims, "iat") > now + DRIFT_SECONDS:
        raise TokenError("not made yet")


def _moment(claims: Mapping[str, Any], name: str) -> float:
    told = claims.get(name)
    if not isinstance(told, int | float) or isinstance(told, bool):
        raise TokenError("without a time")
    return told
