"""An operator's users sign in at a made-up provider, whose ID tokens say who they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.pages.idp import PAGE, Idp, running
from troth.people import provider_keys, published
from troth.people.id_tokens import Issuer


def issuer(made: Idp, **other: Any) -> Issuer:
    """Return what Troth is told of a provider."""
    told = {"clients": frozenset({PAGE, "shop-app"}), "private": True, **other}
    return Issuer(issuer=made.issuer, **told)


@contextmanager
def users_sign_in(settings: Any) -> Iterator[Idp]:
    """Run a provider that Troth knows, and forget all that was kept of others."""
    provider_keys.forget()
    published.forget_description()
    with running() as made:
        settings.TROTH_PEOPLE_ISSUER = issuer(made)
        yield made
    provider_keys.forget()
