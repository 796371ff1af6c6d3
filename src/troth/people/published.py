"""What an OpenID Connect provider publishes, and how it is asked: its description and its keys.

`address(source, name) -> str`     of what it describes itself by, kept for some minutes
`keys_of(source) -> Keys`          fetched anew
`spoken(answer) -> {…}`            what it says, as JSON
`silent()`, `refused()`            why it does not go on
All raise ProviderError. Fetched by `wire.http`: from public addresses alone unless the setting
allows the provider's private one, without redirects, bounded in size and time.
"""

import json
from time import monotonic
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

from msgspec import Struct

from troth.people.oidc import Keys
from troth.policy.words import Message, mark
from troth.wire import http
from troth.wire.http import FetchError

OK: Final = 200
ANSWER_BYTES_MAX: Final = 500_000
TIMEOUT_S: Final = 5.0
KEPT_S: Final = 300
Place = Literal["authorization_endpoint", "token_endpoint", "jwks_uri"]
PLACES: Final[tuple[Place, ...]] = get_args(Place)


class Source(Struct, frozen=True):
    """A provider, and whether it may have a private address."""

    issuer: str
    private: bool


class ProviderError(Exception):
    """It did not come to a sign-in; `message` says why, and nothing of whom.

    `why` is what exactly was wrong with what was fetched, for the operator's log.
    """

    def __init__(self, message: Message, why: str = "") -> None:
        self.message, self.why = message, why
        super().__init__(message.render(str))


def address(source: Source, name: Place) -> str:
    """Return an address a provider's own description tells."""
    found = _described(source).get(name)
    if found is None:
        raise refused(f"its description names no {name}")
    return found


def _described(source: Source) -> dict[str, str]:
    """Return the provider's description (OIDC Discovery 1.0, 4), if it is of this issuer.

    Kept for some minutes, so that strangers who begin sign-ins have nothing fetched.
    """
    kept = _kept.get(source)
    if kept is not None and monotonic() - kept[0] < KEPT_S:
        return kept[1]
    found = _fetched(source, f"{source.issuer.rstrip('/')}/.well-known/openid-configuration")
    told: dict[str, str] = {name: one for name in PLACES if isinstance(one := found.get(name), str)}
    if found.get("issuer") != source.issuer or not _as_safe(source, told):
        raise refused("its description is of another issuer, or leads out of TLS")
    _kept[source] = (monotonic(), told)
    return told


_kept: dict[Source, tuple[float, dict[str, str]]] = {}
"""By provider, of which a server has one or two: when it was fetched, and what it said."""


def forget_description() -> None:
    """Have it fetched again."""
    _kept.clear()


def keys_of(source: Source) -> Keys:
    """Return the keys a provider signs by just now."""
    found = _fetched(source, address(source, "jwks_uri")).get("keys")
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise refused("its jwks_uri holds no list of keys")
    return tuple(found)


def _as_safe(source: Source, addresses: dict[str, str]) -> bool:
    """Tell whether none of the addresses leads from a safe wire to one that others listen at."""
    try:
        schemes = {urlsplit(one).scheme for one in addresses.values()}
    except ValueError:
        return False
    return schemes <= {"https"} or not source.issuer.startswith("https://")


def _fetched(source: Source, url: str) -> dict[str, Any]:
    try:
        answer = http.get(
            url,
            allow_private=source.private,
            limit_bytes=ANSWER_BYTES_MAX,
            timeout_s=TIMEOUT_S,
        )
    except FetchError as error:
        raise silent(str(error)) from error
    return spoken(answer)


def spoken(answer: http.Answer) -> dict[str, Any]:
    """Return the object a provider has answered with."""
    try:
        found = json.loads(answer.body) if answer.status == OK else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise refused(f"it answers no JSON object, or not with {OK} but {answer.status}")
    return found


def silent(why: str = "") -> ProviderError:
    """Return the refusal while the provider cannot be asked."""
    return ProviderError(Message(mark("The provider does not answer just now.")), why)


def refused(why: str = "") -> ProviderError:
    """Return the refusal of what it said."""
    says = mark("What the provider said was not accepted. Begin anew.")
    return ProviderError(Message(says), why)
