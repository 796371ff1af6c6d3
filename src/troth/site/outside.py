"""Settings of servers outside: each needs others beside it, and a secret that can be read."""

from collections.abc import Callable
from urllib.parse import urlsplit

from troth.policy.words import Message, mark
from troth.site.problem import CannotGoOnError

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


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
    """Refuse a provider that does not know us, or is not asked over TLS (OIDC Core 1.0, 16.17).

    On this machine itself there is no wire to listen at.
    """
    try:
        found = urlsplit(issuer)
        safe = found.scheme == "https" or found.hostname in LOCAL
        whole = safe and bool(found.hostname) and not (found.query or found.fragment)
    except ValueError:
        whole = False
    if not whole or not client_id:
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
