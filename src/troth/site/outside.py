"""Settings of servers outside: each needs others beside it, and a secret that can be read."""

from collections.abc import Callable, Collection, Mapping
from urllib.parse import urlsplit

from troth.policy.words import Message, mark
from troth.site.problem import CannotGoOnError

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
PEOPLE = (
    *("people_oidc_issuer", "people_oidc_clients"),
    *("people_oidc_private", "people_oidc_claim"),
)
"""What is set of the provider of users."""


def demand_usable_mail(place: str, sender: str, made: Callable[[], object]) -> None:
    """Refuse a mail server that cannot be signed in to, or for which nobody is named as sender."""
    if not sender:
        raise CannotGoOnError(
            Message(
                mark("%(place)s: mail needs a sender; set mail_from, too."),
                {"place": place},
            )
        )
    _demand_made(mark("%(place)s: the mail server cannot be used (%(why)s)."), place, made)


def demand_usable_provider(
    place: str, issuer: str, client_id: str, made: Callable[[], object]
) -> None:
    """Refuse a provider that does not know us, or is not asked over TLS."""
    if not _is_safe(issuer) or not client_id:
        raise CannotGoOnError(
            Message(
                mark(
                    "%(place)s: a provider needs an https address and the number this server has"
                    " there; set oidc_client_id, too."
                ),
                {"place": place},
            )
        )
    _demand_made(mark("%(place)s: the provider cannot be used (%(why)s)."), place, made)


def demand_usable_issuer(
    places: Mapping[str, str], issuer: str, clients: Collection[str], members: tuple[str, str]
) -> None:
    """Refuse a provider of users that is not asked over TLS, or whose tokens are for whoever asks.

    `members` are issuer and client id by which members sign in: what is said to that client says
    who a member is, and nothing else.
    """
    named = [name for name in PEOPLE if name in places]
    place = places[named[0]] if named else ""
    if bool(issuer) != bool(clients) or (named and not issuer):
        says = mark(
            "%(place)s: a provider of users and the clients it makes their ID tokens for go"
            " together; set both people_oidc_issuer and people_oidc_clients."
        )
        raise CannotGoOnError(Message(says, {"place": place}))
    if issuer and not _is_safe(issuer):
        says = mark(
            "%(place)s: a provider has an https address; write it as its own description names it"
            " (issuer)."
        )
        raise CannotGoOnError(Message(says, {"place": place}))
    if issuer.rstrip("/") == members[0].rstrip("/") and members[1] in clients:
        says = mark(
            "%(place)s: members sign in as the client %(client)s (oidc_client_id); have the"
            " provider make another one for users, so that no token counts as both."
        )
        told = {"place": places["people_oidc_clients"], "client": members[1]}
        raise CannotGoOnError(Message(says, told))


def _is_safe(issuer: str) -> bool:
    """Tell whether a provider is asked over TLS (OIDC Core 1.0, 16.17).

    On this machine itself there is no wire to listen at.
    """
    try:
        found = urlsplit(issuer)
        safe = found.scheme == "https" or found.hostname in LOCAL
        return safe and bool(found.hostname) and not (found.query or found.fragment)
    except ValueError:
        return False


def _demand_made(template: str, place: str, made: Callable[[], object]) -> None:
    try:
        made()
    except OSError as error:
        why = error.strerror or type(error).__name__
    except ValueError as error:
        why = str(error)
    else:
        return
    raise CannotGoOnError(Message(template, {"place": place, "why": why}))
