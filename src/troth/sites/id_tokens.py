"""The ID token of the provider an operator's users sign in by, taken as an identity assertion.

`is_one(text) -> bool`            whether a provider has signed it, as far as it says so itself
`read(text, now) -> Asserted`     raises KeyRefusedError; never called within a transaction
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.conf import settings

from troth.people import id_tokens, oidc, provider_keys
from troth.people.id_tokens import TOKEN_LENGTH_MAX, Issuer, Vouched
from troth.people.oidc import ALGORITHMS, TokenError, Wrong
from troth.people.published import ProviderError, Source
from troth.people.subjects import EXTERNAL_LENGTH_MAX, UnfitSubjectError, demand_fit
from troth.policy.words import mark
from troth.sites.assertions import LASTS_MAX, LEEWAY, Asserted
from troth.sites.errors import KeyRefusedError
from troth.sites.facts import refused

BY: Final = "oidc"
"""In the place of the key that signed: shorter than any id of one."""
SAYS: Final[Mapping[Wrong, tuple[str, str]]] = {
    "kind": (
        "assertion-invalid",
        mark("This is a token of another kind: send the ID token (id_token), as it came."),
    ),
    "issuer": (
        "assertion-invalid",
        mark("This ID token is of another provider than %(issuer)s."),
    ),
    "audience": (
        "assertion-audience",
        mark(
            "This ID token was made for somebody else: ask for it as a client that this server's"
            " setting people_oidc_clients names."
        ),
    ),
    "times": (
        "assertion-invalid",
        mark("An ID token says when it was made (iat), which is past, and when it ends (exp)."),
    ),
    "expired": (
        "assertion-expired",
        mark(
            "This ID token has ended, or was made more than 5 minutes ago; ask the provider for"
            " another."
        ),
    ),
    "subject": (
        "assertion-invalid",
        mark(
            "This ID token names nobody: its claim %(claim)s is no text of 1 to %(most)s"
            " characters."
        ),
    ),
}
OTHERWISE: Final = (
    "assertion-invalid",
    mark("This ID token cannot be read, or is not signed by one key of its provider."),
)


def is_one(text: str) -> bool:
    """Tell whether a text says it is signed as a provider signs, by a key that it publishes."""
    try:
        return oidc.header_of(text, TOKEN_LENGTH_MAX).algorithm in ALGORITHMS
    except TokenError:
        return False


def read(text: str, now: datetime) -> Asserted:
    """Return who an ID token is about; whether it was used before, `assertions.spend` tells."""
    issuer: Issuer | None = settings.TROTH_PEOPLE_ISSUER
    if issuer is None:
        raise refused(
            401,
            "assertion-invalid",
            mark(
                "This server takes no ID tokens: whoever runs it sets people_oidc_issuer, or your"
                " back end signs an assertion by a secret key (HS256)."
            ),
        )
    try:
        found = _vouched(text, issuer, now)
    except TokenError as error:
        code, says = SAYS.get(error.wrong, OTHERWISE)
        told = {"issuer": issuer.issuer, "claim": issuer.claim, "most": str(EXTERNAL_LENGTH_MAX)}
        raise refused(401, code, says, **told) from error
    except ProviderError as error:
        raise _unheard(issuer) from error
    return Asserted(found.external, BY, found.once, found.until)


def _vouched(text: str, issuer: Issuer, now: datetime) -> Vouched:
    source = Source(issuer.issuer, private=issuer.private)
    keys = provider_keys.keys(source, oidc.header_of(text, TOKEN_LENGTH_MAX))
    found = id_tokens.vouched(text, keys, issuer, now, lasts=LASTS_MAX, leeway=LEEWAY)
    try:
        demand_fit(found.external)
    except UnfitSubjectError:
        raise TokenError("about nobody", "subject") from None
    return found


def _unheard(issuer: Issuer) -> KeyRefusedError:
    error = refused(
        503,
        "assertion-provider",
        mark(
            "The keys of %(issuer)s cannot be had just now: call again in %(wait)s seconds. If that"
            " stays so, whoever runs this server looks at its log and at people_oidc_issuer."
        ),
        issuer=issuer.issuer,
        wait=str(provider_keys.AGAIN_S),
    )
    error.more["retry_after"] = provider_keys.AGAIN_S
    return error
