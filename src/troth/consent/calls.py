"""A call by a key about consents, in one transaction: what she says, and what stands.

`said(tx, who, saying, call) -> ConsentAnswer`     raises as `sites.who`, `choose` and `join` do
`stands(tx, who, lang) -> ConsentState`            raises as `sites.who` does
`spent_and_in_turn(tx, calls) -> None`             what several of `said` in one commit begin with
What would be refused is refused before it is written beside others (`foreseen`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct, json
from msgspec.structs import replace

from troth import vault
from troth.consent import repeated, rows, token
from troth.consent.actions import choose, withdraw
from troth.consent.errors import JoinNotDeclaredError, OtherVersionError, UnknownChoiceError
from troth.consent.joining import join
from troth.consent.saying import Chosen, Seen
from troth.consent.wording import asked, asks
from troth.people.subjects import UnknownSubjectError, demand_subject, find_subjects, is_fit
from troth.people.values import NoPolicyError, RefusedError, demand_rules
from troth.policy.document import Version
from troth.policy.words import Lang, mark
from troth.sites import assertions
from troth.sites.secrets import bearer_secret
from troth.sites.who import Who, subject_of
from troth.store import Tx
from troth.store.committer import gathered_by
from troth.store.idempotent import Answer, Asked, once
from troth.vault import ErasedError, PersonId
from troth.versions import facts as versions

TAKEN_BACK_ANYWAY: Final = (OtherVersionError, UnknownChoiceError, NoPolicyError, RefusedError)
"""What refuses a choice and refuses no withdrawal."""
UNJOINED: Final = (JoinNotDeclaredError, NoPolicyError, RefusedError, ErasedError)
"""What refuses a joining, before anything of it is written, and no withdrawal beside it."""
NOTHING: Final = Chosen(0, frozenset())
UNSAID: Final = mark(
    "Nobody is known by this assertion: she has said nothing yet, or was erased. Her first choice"
    " makes her known; ask without an assertion for the words to show her."
)


class Saying(Struct, frozen=True):
    """What is said, under which circumstances; `joins`: what the visitor chose before counts."""

    choices: Mapping[str, bool]
    seen: Seen
    joins: bool = False

    @property
    def is_no(self) -> bool:
        """Whether it is a no to all it is about: nothing stands in its way."""
        return bool(self.choices) and not any(self.choices.values())


class ConsentAnswer(Struct, frozen=True, omit_defaults=True):
    """What was changed by it, and the token of what stands now; `secret` at first contact only.

    In test mode (`test`) nothing stands, and there is neither.
    """

    sequence: int
    changed: tuple[str, ...]
    token: str = ""
    expires: datetime | None = None
    secret: str = ""
    test: bool = False


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
    """What stands for somebody, what she may be asked in one language, and her token.

    Where nobody is meant, and in test mode, nothing stands and there is no token.
    """

    version: str
    sequence: int
    choices: Mapping[str, ConsentChoice]
    asked: tuple[ConsentWords, ...]
    token: str = ""
    expires: datetime | None = None


class _Kept(Struct, frozen=True, omit_defaults=True):
    """What of an answer is given again: token and secret are made anew, and she is found again.

    `first`: who came for the first time by it, `repeated.hidden`.
    """

    sequence: int
    changed: tuple[str, ...]
    first: str = ""


_KEPT: Final = json.Decoder(_Kept)


def said(tx: Tx, who: Who, saying: Saying, call: Asked | None) -> ConsentAnswer:
    """Keep what somebody says; a call that comes twice is done once, and not for who was erased."""
    vault.hold_off(tx)  # before any other lock
    if call is None:
        subject, chosen = _say(tx, who, saying)
        kept = _Kept(chosen.sequence, tuple(sorted(chosen.changed)))
    else:
        subject, kept = _once(tx, who, saying, call)
    vault.pseudonym(tx, subject)  # raises where she was erased since
    minted = token.mint(tx, subject, demand_rules(tx))
    secret = "" if who.first is None else bearer_secret(subject, who.first.bearer)
    return ConsentAnswer(kept.sequence, kept.changed, minted.token, minted.expires, secret)


def spent_and_in_turn(tx: Tx, calls: Sequence[tuple[Who, Saying, Asked | None]]) -> None:
    """Take the turns of all whom calls of one commit are about, as far as they are known.

    Their assertions are used up before, as by one call alone: else of two servers that are sent the
    same one each might have what the other waits for.
    """
    vault.hold_off(tx)
    whos = [who for who, *_ in calls]
    assertions.spend_all(tx, [who.asserted for who in whos if who.asserted is not None])
    named = {who.external or (who.asserted.external if who.asserted else "") for who in whos}
    known = find_subjects(tx, filter(is_fit, named))
    borne = (one.person for who in whos for one in (who.visitor, who.first) if one is not None)
    rows.take_turns(tx, [*known.values(), *borne])


gathered_by(said, spent_and_in_turn)


def stands(tx: Tx, who: Who, lang: Lang) -> ConsentState:
    """Tell what stands for somebody, and the words for all that she may be asked.

    Nobody is made by it; a key in test mode is about nobody.
    """
    rules = demand_rules(tx)
    words = _words(versions.document(tx.alias, rules.version), lang)
    if who.is_nobody or who.caller.test:
        return ConsentState(rules.version, 0, {}, words)
    if who.asserted is not None:
        assertions.spend(tx, who.asserted)
    subject = known(tx, who)
    found = rows.stands(tx, subject)
    choices = {one.about: ConsentChoice(given=one.given, kind=one.kind) for one in found}
    minted = token.mint(tx, subject, rules)
    sequence = rows.last_number(found)
    return ConsentState(rules.version, sequence, choices, words, minted.token, minted.expires)


def known(tx: Tx, who: Who) -> PersonId:
    """Return for whom a call acts who was there before it; nobody is made.

    Raises UnknownSubjectError, UnfitSubjectError, ErasedError.
    """
    if who.asserted is not None:
        try:
            return demand_subject(tx, who.asserted.external)
        except UnknownSubjectError:
            raise UnknownSubjectError(UNSAID) from None
    if who.visitor is not None:
        vault.pseudonym(tx, who.visitor.person)  # raises where she was erased
        return who.visitor.person
    return demand_subject(tx, who.external)


def _words(version: Version, lang: Lang) -> tuple[ConsentWords, ...]:
    found = []
    for about in asks(version.register):
        one = asked(version, about, lang)
        if one is not None:
            found.append(ConsentWords(about, one.kind, one.text, one.hash))
    return tuple(found)


def _once(tx: Tx, who: Who, saying: Saying, call: Asked) -> tuple[PersonId, _Kept]:
    """Do a call, or tell what it did when it came before, and whom it was for."""
    fresh: list[PersonId] = []

    def run() -> Answer:
        subject, chosen = _say(tx, who, saying)
        fresh.append(subject)
        first = "" if who.first is None else repeated.hidden(call, subject)
        kept = _Kept(chosen.sequence, tuple(sorted(chosen.changed)), first)
        return Answer(200, json.encode(kept))

    kept = _KEPT.decode(once(tx, call, run).body)
    if fresh:
        return fresh[0], kept
    return (repeated.shown(call, kept.first) if kept.first else known(tx, who)), kept


def _say(tx: Tx, who: Who, saying: Saying) -> tuple[PersonId, Chosen]:
    subject = subject_of(tx, who)
    seen = replace(saying.seen, bearer=who.bearer, key=who.caller.key, origin=who.caller.origin)
    if saying.joins and who.visitor is not None:
        rows.take_turns(tx, [subject, who.visitor.person])  # both at once, as others do
    chosen = NOTHING
    if saying.choices or not saying.joins:
        chosen = _chosen(tx, subject, saying, seen)
    if saying.joins and who.visitor is not None and who.asserted is not None:
        try:
            joined = join(tx, who.visitor.person, subject, who.caller.site, seen)
        except UNJOINED:
            if not saying.is_no:
                raise
        else:
            chosen = Chosen(joined.sequence, chosen.changed | joined.changed)
    return subject, chosen


def _chosen(tx: Tx, subject: PersonId, saying: Saying, seen: Seen) -> Chosen:
    """Keep choices; where only a no is said, nothing stands in its way."""
    try:
        return choose(tx, subject, saying.choices, seen)
    except TAKEN_BACK_ANYWAY:
        if not saying.is_no:
            raise
        return withdraw(tx, subject, saying.choices, seen)
