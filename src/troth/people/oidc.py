"""The ID token of an OpenID Connect provider: whether it is to be believed. Pure.

`verified(token, keys, expected, now) -> Subject`     of a sign-in that was begun here
What an ID token is held to whoever sent it (OIDC Core 1.0, 3.1.3.7):
`header_of(token, length_max) -> Header`
`fitting(keys, header) -> keys`                       which of a provider's it may be signed by
`signed(token, keys, length_max) -> claims`
`demand_meant(claims, issuer, clients)`, `moment(claims, name)`
All raise TokenError, which tells no token.
"""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Any, Final, Literal

from msgspec import Struct

Keys = Sequence[Mapping[str, Any]]
"""The public keys of a provider, each as a JSON Web Key (RFC 7517)."""
Claims = Mapping[str, Any]
Wrong = Literal[
    "unreadable", "kind", "key", "issuer", "audience", "nonce", "times", "expired", "subject"
]

ALGORITHMS: Final[Mapping[str, tuple[str, str]]] = {
    "RS256": ("RSA", ""),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
    "Ed25519": ("OKP", "Ed25519"),
}
"""What is believed, each with the kind and curve of its key: none is a secret we share.

The last two are one, by its older name and by its own (RFC 9864)."""
SEVERAL: Final = "mfa"
KINDS: Final = (
    frozenset({"pwd", "pin", "kba"}),
    frozenset({"otp", "hwk", "swk", "sc"}),
    frozenset({"fpt", "face", "iris", "retina", "vbm"}),
)
"""Ways (RFC 8176) to prove oneself: by what one knows, has and is. Each alone is one factor."""
DRIFT: Final = timedelta(seconds=60)
SUBJECT_LENGTH_MAX: Final = 255
TOKEN_LENGTH_MAX: Final = 20_000
COMPACT: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
"""Header, claims and signature (RFC 7515, 7.1), each written in one way alone."""
UNREADABLE: Final = (ValueError, TypeError, AttributeError, KeyError, RecursionError)
"""What reading raises on a header, a key or claims nobody would write."""


class TokenError(Exception):
    """The token is not to be believed; its text is one of ours and holds nothing of it."""

    def __init__(self, says: str, wrong: Wrong = "unreadable") -> None:
        self.wrong = wrong
        super().__init__(says)


class Header(Struct, frozen=True):
    """How a token says it is signed, by which key (None: it names none), and what it is.

    `plain`: an ID token as everybody's is, and no token of another kind.
    """

    algorithm: str
    kid: str | None = None
    plain: bool = True


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


def verified(token: str, keys: Keys, expected: Expected, now: datetime) -> Subject:
    """Return whom a token is about, once its signature and all its claims hold."""
    claims = signed(token, keys, TOKEN_LENGTH_MAX)
    demand_meant(claims, expected.issuer, {expected.client_id})
    _demand_answers(claims, expected.nonce)
    if moment(claims, "exp") <= now - DRIFT:
        raise TokenError("expired", "expired")
    if moment(claims, "iat") > now + DRIFT:
        raise TokenError("not made yet", "times")
    sub, ways = claims.get("sub"), claims.get("amr")
    if not isinstance(sub, str) or not 0 < len(sub) <= SUBJECT_LENGTH_MAX:
        raise TokenError("about nobody", "subject")
    told = {way for way in ways if isinstance(way, str)} if isinstance(ways, list) else set()
    return Subject(f"{expected.issuer}\n{sub}", _strong(told))


def header_of(token: str, length_max: int) -> Header:
    """Return how a token says it is signed; whether it is, `signed` tells."""
    if len(token) > length_max or not COMPACT.fullmatch(token):
        raise TokenError("no token")
    written = token.partition(".")[0]
    try:
        told = json.loads(urlsafe_b64decode(f"{written}{'=' * (-len(written) % 4)}"))
    except UNREADABLE:
        raise TokenError("no token") from None
    if not isinstance(told, dict):
        raise TokenError("no header")
    kid, kind = told.get("kid"), str(told.get("typ", "JWT"))
    named = isinstance(kid, str)
    plain = (named or kid is None) and kind.upper() == "JWT" and "crit" not in told
    return Header(str(told.get("alg")), kid if named else None, plain)


def fitting(keys: Keys, header: Header) -> Keys:
    """Return by which of a provider's keys such a token may be signed."""
    kind = ALGORITHMS.get(header.algorithm)
    return [
        key
        for key in keys
        if kind == (key.get("kty"), key.get("crv", ""))
        and key.get("use", "sig") == "sig"
        and ALGORITHMS.get(str(key.get("alg", header.algorithm))) == kind
        and (header.kid is None or header.kid == key.get("kid"))
    ]


def signed(token: str, keys: Keys, length_max: int) -> Claims:
    """Return what a token claims, if one of the keys has signed it.

    Where several might have, it must say by which (OIDC Core 1.0, 10.1).
    """
    header = header_of(token, length_max)
    if not header.plain:  # an access token is at+jwt (RFC 9068)
        raise TokenError("a token of another kind", "kind")
    found = fitting(keys, header)
    if len(found) != 1:
        raise TokenError("not signed by a key of the provider", "key")
    # a tenth of every start, for the servers where somebody signs in by a provider
    from joserfc import jwt  # noqa: PLC0415 - slow to import
    from joserfc.errors import JoseError  # noqa: PLC0415 - the same
    from joserfc.jwk import import_key  # noqa: PLC0415 - the same
    from joserfc.jws import JWSRegistry  # noqa: PLC0415 - the same

    # a header of the provider's own is ignored (RFC 7515, 4)
    rules = JWSRegistry(algorithms=[header.algorithm], strict_check_header=False)
    try:
        key = import_key({name: value for name, value in found[0].items() if name != "alg"})
        claims = jwt.decode(token, key, algorithms=[header.algorithm], registry=rules).claims
    except (JoseError, *UNREADABLE):
        raise TokenError("not signed by the provider", "key") from None
    if "events" in claims:  # it tells of something: a logout, say (RFC 8417)
        raise TokenError("a token of another kind", "kind")
    return claims


def demand_meant(claims: Claims, issuer: str, clients: Collection[str]) -> None:
    """Refuse what another provider has made, or this one for somebody else than one of these."""
    if claims.get("iss") != issuer:
        raise TokenError("of another provider", "issuer")
    given = claims.get("aud")
    audience = [given] if isinstance(given, str) else given
    if not isinstance(audience, list) or not _names(audience, clients):
        raise TokenError("for somebody else", "audience")
    party = claims.get("azp", audience[0] if len(audience) == 1 else None)
    if not _names([party], clients):
        raise TokenError("for somebody else", "audience")


def moment(claims: Claims, name: str) -> datetime:
    """Return a time a token must tell."""
    told = claims.get(name)
    if not isinstance(told, int | float) or isinstance(told, bool):
        raise TokenError("without a time", "times")
    try:
        return datetime.fromtimestamp(told, UTC)
    except (OverflowError, ValueError, OSError):
        raise TokenError("without a time", "times") from None


def _names(told: Iterable[Any], clients: Collection[str]) -> bool:
    return any(isinstance(one, str) and one in clients for one in told)


def _strong(told: set[str]) -> bool:
    """Tell whether a provider has asked for two factors: it says so, or names two kinds."""
    return SEVERAL in told or sum(not kind.isdisjoint(told) for kind in KINDS) > 1


def _demand_answers(claims: Claims, asked: str) -> None:
    nonce = claims.get("nonce")
    fits = isinstance(nonce, str) and compare_digest(_bytes(nonce), _bytes(asked))
    if not (asked and fits):
        raise TokenError("no answer to what was asked", "nonce")


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
