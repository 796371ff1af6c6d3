"""A site with its keys, and calls to the API as they are made from outside."""

from typing import Any
from uuid import uuid4

from django.test import Client
from msgspec import json
from msgspec.structs import replace

from tests.versions.cast import FIRST, edited, hash_of, propose_at
from troth.policy.read import read
from troth.sites import actions
from troth.sites.actions import Made, Wanted
from troth.sites.words import SCOPES
from troth.store import transact_as

ORIGIN = "https://shop.example.com"
PLACE = "{fill: address of the site, https://…}"
SECRET = Wanted(site="main", kind="secret", label="Back end", scopes=frozenset(SCOPES))
PUBLISHABLE = Wanted(
    site="main",
    kind="publishable",
    label="Shop",
    scopes=frozenset({"consents"}),
    origins=(ORIGIN,),
)
STATISTICS = "purpose.usage-statistics"
COUNT = "purpose.visitor-count"
PARTNERS = "purpose.partner-services"


def policy_with_a_site() -> dict[str, bytes]:
    return edited(PLACE, ORIGIN, "policy.toml")


class Outside:
    """Whoever calls from outside: by one key, from one origin."""

    def __init__(self, made: Made, origin: str = "") -> None:
        self.made = made
        self.client = Client()
        self.headers = {"authorization": f"Bearer {made.text}"}
        if origin:
            self.headers["origin"] = origin

    def post(self, path: str, body: object, **headers: str) -> Any:
        """Send a body as JSON."""
        sent = body if isinstance(body, bytes) else json.encode(body)
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            path, sent, content_type="application/json", headers={**self.headers, **told}
        )

    def get(self, path: str, **headers: str) -> Any:
        """Ask for something."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers={**self.headers, **told})


def outside(wanted: Wanted = SECRET, **other: Any) -> Outside:
    """Make a key and return who calls by it."""
    made = transact_as("owner-abc", actions.make, replace(wanted, **other))
    return Outside(made, made.key.origins[0] if made.key.origins else "")


def begin() -> str:
    """Put a policy with a site in force; return its hash."""
    return hash_of(propose_at(FIRST, policy_with_a_site()))


def texts(*abouts: str, lang: str = "en") -> dict[str, str]:
    """Return the hashes of the words somebody is shown for these."""
    from troth.consent.wording import asked  # noqa: PLC0415 - as few tests need it

    shown = read(policy_with_a_site())
    found = {}
    for about in abouts:
        words = asked(shown, about, lang)  # type: ignore[arg-type]  # zh or en
        assert words is not None
        found[about] = words.hash
    return found


def yes(version: str, *abouts: str, **more: Any) -> dict[str, Any]:
    """Return the body of a yes to each of these, in English."""
    return {
        "version": version,
        "lang": "en",
        "surface": "banner",
        "choices": dict.fromkeys(abouts, True),
        "texts": texts(*abouts),
        **more,
    }


def once() -> str:
    """Return an idempotency key of its own."""
    return uuid4().hex
