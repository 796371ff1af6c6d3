"""The OpenID Connect provider people sign in by: what is set, and what is asked of it.

`begin(provider, back, now) -> (Asked, address)`                      where the browser is sent
`finish(provider, begun, given, back, now) -> Subject`                raises ProviderError
What it publishes, and how it is asked for it, is in `published`.
"""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from msgspec import Struct

from troth.people import oidc, oidc_ask
from troth.people.oidc import Expected, Subject, TokenError
from troth.people.oidc_ask import Asked
from troth.people.published import (
    ANSWER_BYTES_MAX,
    ProviderError,
    Source,
    address,
    keys_of,
    refused,
    silent,
    spoken,
)
from troth.policy.words import Message, mark
from troth.wire import http
from troth.wire.http import FetchError


class Provider(Struct, frozen=True, kw_only=True):
    """An issuer, and as whom this server is known to it; `name` is what its button says."""

    issuer: str
    client_id: str
    secret: str
    private: bool
    name: str

    @property
    def source(self) -> Source:
        """Where what it publishes is."""
        return Source(self.issuer, private=self.private)

    def __repr__(self) -> str:
        return f"Provider(issuer={self.issuer!r}, client_id={self.client_id!r})"


def begin(provider: Provider, back: str, now: datetime) -> tuple[Asked, str]:
    """Return what is to be kept, and where the browser is sent. Raises ProviderError."""
    begun = oidc_ask.asked(now)
    endpoint = address(provider.source, "authorization_endpoint")
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
    endpoint = address(provider.source, "token_endpoint")
    answer = _exchanged(provider, endpoint, begun, given["code"], back)
    keys = keys_of(provider.source)
    expected = Expected(provider.issuer, provider.client_id, begun.nonce)
    try:
        return oidc.verified(str(answer.get("id_token", "")), keys, expected, now)
    except TokenError as error:
        raise refused() from error


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
        raise silent() from error
    return spoken(answer)


def run_out() -> ProviderError:
    """Return the refusal of an answer to nothing that was asked here."""
    return ProviderError(Message(mark("This sign-in has run out or is not yours. Begin anew.")))
