"""A visitor signs in: what she chose before joins what she says as an account, if that is declared.

`join(tx, visitor, person, site, seen) -> Chosen`   raises JoinNotDeclaredError, NoPolicyError,
                                                    RefusedError
"""

from typing import Final

from troth import vault
from troth.consent.errors import JoinNotDeclaredError
from troth.consent.history import FIELD
from troth.consent.models import Choice, Joined, Standing
from troth.consent.rows import take_turns
from troth.consent.saying import JOINED, UNDER, Chosen, Said, Seen, Way, keep
from troth.consent.wording import CONSENT, asked, kind_of
from troth.ledger import LedgerEntry, record
from troth.people.values import demand, demand_rules
from troth.policy.document import Version
from troth.policy.words import LANGS, Message, mark
from troth.store import Tx
from troth.vault import PersonId
from troth.versions import facts as versions

VISITOR_JOINED: Final = "consent.visitor-joined"
"""The entry of the joining itself: it names both, whether it changed anything or not."""


def join(tx: Tx, visitor: PersonId, person: PersonId, site: str, seen: Seen) -> Chosen:
    """Let a visitor's choices join an account's, of a site whose register entry says so.

    Consents join, separate ones never. A no of either side wins; else what the account has said
    stands. A yes joins only if its words are still those of the policy. What the visitor said
    before an earlier join joins once: the account may say something else since.
    """
    take_turns(tx, [visitor, person])
    version = demand_declared(tx, site)
    rows = Choice.objects.using(tx.alias).filter(subject=visitor).order_by("-sequence")
    newest = rows.values_list("sequence", flat=True).first() or 0
    joined = Joined.objects.using(tx.alias).filter(subject=person, visitor=visitor)
    before = joined.values_list("sequence", flat=True).first() or 0
    leave = demand(tx, {FIELD: ""}, UNDER)
    if newest <= before:
        return keep(tx, person, (), seen, leave)
    both = {"visitor": vault.pseudonym(tx, visitor), "site": site}
    way = Way(JOINED, both, {"joined": True})
    chosen = keep(tx, person, _joining(tx, visitor, person, version, before), seen, leave, way)
    about = both | {"changed": len(chosen.changed)}
    entry = record(
        tx, LedgerEntry(VISITOR_JOINED, version.hash, vault.pseudonym(tx, person), about)
    )
    Joined.objects.using(tx.alias).update_or_create(
        subject=person, visitor=visitor, defaults={"sequence": newest, "entry": entry}
    )
    return chosen


def demand_declared(tx: Tx, site: str) -> Version:
    """Return the version in force, if it says of a site that a visitor's choices join an account.

    Raises JoinNotDeclaredError, NoPolicyError.
    """
    version = versions.document(tx.alias, demand_rules(tx).version)
    entry = version.register.site.get(site)
    if entry is None or not entry.joins_choices:
        raise JoinNotDeclaredError(
            Message(
                mark(
                    "The policy does not say of the site “%(site)s” that what was chosen before"
                    " signing in joins the account (joins_choices)."
                ),
                {"site": site},
            ),
            f"site.{site}",
            None if entry is None else entry.statement,
        )
    return version


def _joining(
    tx: Tx, visitor: PersonId, person: PersonId, version: Version, before: int
) -> list[Said]:
    """Return what joins of what stands for the visitor and was said after an earlier join."""
    rows = Standing.objects.using(tx.alias)
    own = {one.about: one.given for one in rows.filter(subject=person)}
    theirs = rows.filter(subject=visitor, kind=CONSENT, choice__sequence__gt=before)
    found = []
    for one in theirs.select_related("choice").order_by("choice__sequence"):
        if kind_of(version.register, one.about) != CONSENT:
            continue
        here = own.get(one.about)
        text = one.choice.text
        if one.given and (here is not None or text not in _words(version, one.about)):
            continue
        if not one.given and here is False:
            continue
        found.append(Said(one.about, CONSENT, one.given, text))
    return found


def _words(version: Version, about: str) -> set[str]:
    """Return the hashes of the words of a yes in each language."""
    shown = (asked(version, about, lang) for lang in LANGS)
    return {one.hash for one in shown if one is not None}
