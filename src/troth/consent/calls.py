"""A call by a key about consents, in one transaction: what she says, and what stands.

`said(tx, who, saying, call) -> ConsentAnswer`     raises as `sites.who`, `choose` and `join` do
`stands(tx, who, lang) -> ConsentState`            raises as `sites.who` does
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct, json
from msgspec.structs import replace

from troth.consent import rows, token
from troth.consent.actions import choose, withdraw
from troth.consent.errors import OtherVersionError, UnknownChoiceError
from troth.consent.joining import join
from troth.consent.saying import Chosen, Seen
from troth.consent.wording import asked, asks
from troth.people.values import NoPolicyError, RefusedError, demand_rules
from troth.policy.document import Version
from troth.policy.words import Lang
from troth.sites.secrets import bearer_secret
from troth.sites.who import Who, subject_of
from troth.store import Tx
from troth.store.idempotent import Answer, Asked, once
from troth.vault import PersonId
from troth.versions import facts as versions

TAKEN_BACK_ANYWAY: Final = (OtherVersionError, UnknownChoiceError, NoPolicyError, RefusedError)
"""What refuses a choice and refuses no withdrawal."""
NOTHING: Final = Chosen(0, frozenset())


class Saying(Struct, frozen=True):
    """What is said, under which circumstances; `joins`: what the visitor chose before counts."""

    choices: Mapping[str, bool]
    seen: Seen
    joins: bool = False


class ConsentAnswer(Struct, frozen=True, omit_defaults=True):
    """What was changed by it, and the token of what stands now; `secret` at first contact only.

    In test mode nothing stands, and there is neither.
    """

    sequence: int
    changed: tuple[str, ...]
    token: str
    expires: datetime
    secret: str = ""


class ConsentChoice(Struct, frozen=True):
    """What somebody has said last to one thing."""

    given: bool
    kind: str


class ConsentWords(Struct, frozen=True):
    """The words for one yes, of which kind it is, and their SHA-256."""

    about: str
    kind: str
    text: str
    hash: str


class ConsentState(Struct, frozen=True, omit_defaults=True):
    """What stands for somebody, what she may be asked in one language, and her token."""

    version: str
    sequence: int
    choices: Mapping[str, ConsentChoice]
    asked: tuple[ConsentWords, ...]
    token: str = ""
    expires: datetime | None = None


class _Kept(Struct, frozen=True):
    """What of an answer is given again: neither token nor secret, which are made anew."""

    subject: str
    sequence: int
    changed: tuple[str, ...]


def said(tx: Tx, who: Who, saying: Saying, call: Asked | None) -> ConsentAnswer:
    """Keep what somebody says; a call that comes twice is done once."""
    if call is None:
        kept = _say(tx, who, saying)
    else:
        answer = once(tx, call, lambda: Answer(200, json.encode(_say(tx, who, saying))))
        kept = json.decode(answer.body, type=_Kept)
    subject = PersonId(kept.subject)
    if who.caller.test:  # nothing of it will stand, so no token may tell of it
        return ConsentAnswer(kept.sequence, kept.changed, "", tx.now)
    minted = token.mint(tx, subject, demand_rules(tx))
    secret = "" if who.first is None else bearer_secret(subject, who.first.bearer)
    return ConsentAnswer(kept.sequence, kept.changed, minted.token, minted.expires, secret)


def stands(tx: Tx, who: Who, lang: Lang) -> ConsentState:
    """Tell what stands for somebody, and the words for all that she may be asked."""
    rules = demand_rules(tx)
    words = _words(versions.document(tx.alias, rules.version), lang)
    if who.is_nobody:
        return ConsentState(rules.version, 0, {}, words)
    subject = subject_of(tx, who)
    found = rows.stands(tx, subject)
    choices = {one.about: ConsentChoice(given=one.given, kind=one.kind) for one in found}
    minted = token.mint(tx, subject, rules)
    sequence = rows.last_number(found)
    return ConsentState(rules.version, sequence, choices, words, minted.token, minted.expires)


def _words(version: Version, lang: Lang) -> tuple[ConsentWords, ...]:
    found = []
    for about in asks(version.register):
        one = asked(version, about, lang)
        if one is not None:
            found.append(ConsentWords(about, one.kind, one.text, one.hash))
    return tuple(found)


def _say(tx: Tx, who: Who, saying: Saying) -> _Kept:
    subject = subject_of(tx, who)
    seen = replace(saying.seen, bearer=who.bearer, key=who.caller.key, origin=who.caller.origin)
    chosen = NOTHING
    if saying.choices or not saying.joins:
        chosen = _chosen(tx, subject, saying.choices, seen)
    if saying.joins and who.visitor is not None and who.asserted is not None:
        joined = join(tx, who.visitor.person, subject, who.caller.site, seen)
        chosen = Chosen(joined.sequence, chosen.changed | joined.changed)
    return _Kept(subject, chosen.sequence, tuple(sorted(chosen.changed)))


def _chosen(tx: Tx, subject: PersonId, choices: Mapping[str, bool], seen: Seen) -> Chosen:
    """Keep choices; where only a no is said, nothing stands in its way."""
    try:
        return choose(tx, subject, choices, seen)
    except TAKEN_BACK_ANYWAY:
        if any(choices.values()) or not choices:
            raise
        return withdraw(tx, subject, choices, seen)
