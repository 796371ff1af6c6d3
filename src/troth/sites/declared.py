"""What the policy in force tells of sites: only those have keys, from those origins only.

`sites(alias, now) -> Mapping[str, Site]`
`demand_declared(tx, site) -> Site`                       raises UnfitKeyError
`demand_origins(site, kind, origins, test=…) -> origins`  raises UnfitKeyError
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from troth.policy.register import Site
from troth.policy.words import Message, mark
from troth.sites.errors import UnfitKeyError
from troth.sites.words import Kind
from troth.store import Tx
from troth.versions import facts

ORIGIN: Final = re.compile(
    r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:.]+\](:[0-9]{1,5})?"
)
ORIGIN_LENGTH_MAX: Final = 200


def sites(alias: str, now: datetime) -> Mapping[str, Site]:
    """Return the sites of the register in force by id; none before a version is."""
    stored = facts.in_force(alias, now)
    return {} if stored is None else facts.document(alias, stored.hash).register.site


def told_origins(site: Site) -> frozenset[str]:
    """Return the origins the policy tells of, as a browser writes them."""
    return frozenset(told.strip().rstrip("/").lower() for told in site.origins)


def demand_declared(tx: Tx, site: str) -> Site:
    """Return a site of the register in force."""
    found = sites(tx.alias, tx.now).get(site)
    if found is None:
        raise UnfitKeyError(
            "site",
            Message(
                mark("The policy in force tells of no site “%(site)s”: add it as [site.%(site)s]."),
                {"site": site},
            ),
        )
    return found


def demand_origins(
    site: Site, kind: Kind, origins: Sequence[str], *, test: bool
) -> tuple[str, ...]:
    """Return the origins of a key, each once.

    Those of a publishable key that counts are among the ones the policy tells of; in test mode any
    will do. A secret key is sent by no browser and has none.
    """
    found = tuple(dict.fromkeys(one.strip().rstrip("/").lower() for one in origins if one.strip()))
    if kind == "secret":
        if found:
            raise _unfit(mark("A secret key belongs into no browser, so it has no origins."))
        return ()
    for one in found:
        if not ORIGIN.fullmatch(one) or len(one) > ORIGIN_LENGTH_MAX:
            raise _unfit(mark("“%(origin)s” is no origin: write https://www.example.com."), one)
        if not test and one not in told_origins(site):
            raise _unfit(
                mark(
                    "The policy does not tell of “%(origin)s” for this site: add it to the site's"
                    " origins in policy.toml, or make a test key."
                ),
                one,
            )
    return found


def _unfit(says: str, origin: str = "") -> UnfitKeyError:
    return UnfitKeyError("origins", Message(says, {"origin": origin}))
