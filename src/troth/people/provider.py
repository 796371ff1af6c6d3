"""The OpenID Connect provider people sign in by: what is set, and what is asked of it.

`begin(provider, back, now) -> (Asked, address)`                      where the browser is sent
`finish(provider, begun, given, back, now) -> Subject`                raises ProviderError
Discovery, keys and tokens are fetched by `wire.http`: from public addresses alone unless the
setting allows its private one, without redirects, bounded in size and time.
"""

import base64
import json
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from msgspec import Struct

from troth.people import oidc, oidc_ask
from troth.people.oidc import Expected, Subject, TokenError
from troth.people.oidc_ask import Asked
from troth.policy.words import Message, mark
from troth.wire import http
from troth.wire.http import FetchError

OK: Final = 200
ANSWER_BYTES_MAX: Final = 500_000
KEPT_S: Final = 300
DESCRIBED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Provider(Struct, frozen=True, kw_only=True):
    """An issuer, and as whom this server is known to it; `name` is what its button says."""

    issuer: str
    client_id: str
    secret: str
    private: bool
    name: str

    def __repr__(self) -> str:
        return f"Provider(issuer={self.issuer!r}, client_id={self.client_id!r})"


class ProviderError(Exception):
    """It did not come to a sign-in; `message` says why, and nothing of whom."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.render(str))


def begin(provider: Provider, back: str, now: datetime) -> tuple[Asked, str]:
    """Return what is to be kept, and where the browser is sent. Raises ProviderError."""
    begun = oidc_ask.asked(now)
    endpoint = _described(provider)["authorization_endpoint"]
    return begun, oidc_ask.address(endpoint, provider.client_id, back, begun)


def finish(
    provider: Provider, begun: Asked, given: Mapping[str, str], back: str, now: datetime
) -> Subject:
    """Exchange the code of an answer, and return whom the provider vouches for.

    Raises ProviderError.
    """
    if not oidc_ask.fits(begun, given.get("state", ""), now):
        raise run_out()
    if given.get("error") or not given.get("code"):
        raise ProviderError(Message(mark("The provider did not let you in.")))
    found = _described(provider)
    answer = _exchanged(provider, found["token_endpoint"], begun, given["code"], back)
    keys = _fetched(provider, found["jwks_uri"])
    expected = Expected(provider.issuer, provider.client_id, begun.nonce)
    try:
        return oidc.verified(str(answer.get("id_token", "")), keys, expected, now)
    except TokenError as error:
        raise _refused() from error


def _described(provider: Provider) -> dict[str, str]:
    """Return the provider's own description (OIDC Discovery 1.0, 4), if it is of this issuer.

    Kept for some minutes, so that strangers who begin sign-ins have nothing fetched.
    """
    kept = _kept.get(provider.issuer)
    if kept is not None and time.monotonic() - kept[0] < KEPT_S:
        return kept[1]
    url = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    found = _fetched(provider, url)
    whole = all(isinstance(found.get(name), str) for name in DESCRIBED)
    if found.get("issuer") != provider.issuer or not whole:
        raise _refused()
    told = {name: str(found[name]) for name in DESCRIBED}
    _kept[provider.issuer] = (time.monotonic(), told)
    return told


_kept: dict[str, tuple[float, dict[str, str]]] = {}
"""By issuer, of which a server has one: when it was fetched, and what it said."""


def forget_description() -> None:
    """Have it fetched again."""
    _kept.clear()


def _fetched(provider: Provider, url: str) -> dict[str, Any]:
    try:
        answer = http.get(url, allow_private=provider.private, limit_bytes=ANSWER_BYTES_MAX)
    except FetchError as error:
        raise _silent() from error
    return _object(answer)


def _exchanged(provider: Provider, url: str, begun: Asked, code: str, back: str) -> dict[str, Any]:
    """Exchange the code for tokens (RFC 6749, 4.1.3), proved by secret and verifier."""
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "client_id": provider.client_id,
        "code_verifier": begun.verifier,
    }
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    if provider.secret:
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    try:
        answer = http.post(
            url,
            urlencode(fields).encode(),
            headers,
            allow_private=provider.private,
            limit_bytes=ANSWER_BYTES_MAX,
        )
    except FetchError as error:
        raise _silent() from error
    return _object(answer)


def _object(answer: http.Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body) if answer.status == OK else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _refused()
    return found


def run_out() -> ProviderError:
    """Return the refusal of an answer to nothing that was asked here."""
    return ProviderError(Message(mark("This sign-in has run out or is not yours. Begin anew.")))


def _silent() -> ProviderError:
    return ProviderError(Message(mark("The provider does not answer just now.")))


def _refused() -> ProviderError:
    return ProviderError(Message(mark("What the provider said was not accepted. Begin anew.")))
