"""The ID token of a person's sign-in elsewhere, by which a page proves who its user is. Pure.

`vouched(token, keys, issuer, now, lasts=…, leeway=…) -> Vouched`     raises TokenError
`demand_telling(claim)`, `demand_clients(clients)`                    raise ValueError
It is a proof of a sign-in just made and no session: it counts for minutes, and is told apart from
others so that it can be made to count once.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from msgspec import Struct

from troth.people import oidc
from troth.people.oidc import Keys, TokenError

CLIENT: Final = re.compile(r"[!-~]{1,255}", re.ASCII)
TOKEN_LENGTH_MAX: Final = 8_000
"""What a header of a call holds: proxies pass no longer line on."""
SET_BY_HERSELF: Final = frozenset(
    {
        *("name", "given_name", "family_name", "middle_name", "nickname", "preferred_username"),
        *("profile", "picture", "website", "email", "email_verified", "gender", "birthdate"),
        *("zoneinfo", "locale", "phone_number", "phone_number_verified", "address", "updated_at"),
        *("upn", "unique_name"),
    }
)
"""Claims (OIDC Core 1.0, 5.1) a user can change, or have as another has: they prove nobody. The
last two are names that one provider passes on to who comes after."""
OF_THE_TOKEN: Final = frozenset(
    {
        *("iss", "aud", "azp", "exp", "nbf", "iat", "auth_time", "jti", "nonce", "sid"),
        *("acr", "amr", "at_hash", "c_hash"),
    }
)
"""Claims about the token and its sign-in, and about nobody."""
OF_AN_API: Final = frozenset({"scope", "scp"})
"""What somebody may call is told of by access tokens alone (RFC 8693, 4.2; the second is what two
providers write). Older ones don't say in their header what they are, and some have our audience."""


class Issuer(Struct, frozen=True, kw_only=True):
    """The provider people sign in by, as which clients, and which claim is an operator's id."""

    issuer: str
    clients: frozenset[str]
    private: bool = False
    claim: str = "sub"

    @property
    def named(self) -> list[str]:
        """The clients in order, to be shown."""
        return sorted(self.clients)


class Vouched(Struct, frozen=True):
    """Whom a token is about; what tells it apart, and until when that must be remembered."""

    external: str
    once: str
    until: datetime

    def __repr__(self) -> str:
        return "Vouched(…)"


def vouched(
    token: str, keys: Keys, issuer: Issuer, now: datetime, *, lasts: timedelta, leeway: timedelta
) -> Vouched:
    """Return whom a token is about, once its signature and all its claims hold.

    `once` is of what was signed and not of the signature: to one text there are several of those
    that fit (ECDSA), and anybody can make the second from the first.
    """
    claims = oidc.signed(token, keys, TOKEN_LENGTH_MAX)
    if not OF_AN_API.isdisjoint(claims) or claims.get("typ") == "Bearer":
        raise TokenError("an access token", "kind")
    oidc.demand_meant(claims, issuer.issuer, issuer.clients)
    made, ends = oidc.moment(claims, "iat"), oidc.moment(claims, "exp")
    if made > now + leeway:
        raise TokenError("not made yet", "times")
    until = min(made + lasts, ends) + leeway
    if until <= now:
        raise TokenError("expired", "expired")
    external = claims.get(issuer.claim)
    if not isinstance(external, str):
        raise TokenError("about nobody", "subject")
    signed_part = token.rpartition(".")[0]
    return Vouched(external, sha256(signed_part.encode()).hexdigest(), until)


def demand_telling(claim: str) -> None:
    """Refuse a claim that tells nobody from others."""
    if claim in SET_BY_HERSELF:
        raise ValueError("users may set it themselves, so it proves nobody; name one they cannot")
    if claim in OF_THE_TOKEN:
        raise ValueError("it tells of the token, and of nobody; name one that tells of the user")


def demand_clients(clients: Iterable[str]) -> None:
    """Refuse what can be no client id of a provider (RFC 6749, A.1)."""
    if not all(map(CLIENT.fullmatch, clients)):
        raise ValueError("a client id is 1 to 255 letters, digits and signs, without spaces")
