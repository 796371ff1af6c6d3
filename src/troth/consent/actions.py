"""Verbs of consent: said, and taken back as easily.

`choose(tx, subject, choices, seen) -> Chosen`      raises UnknownChoiceError, OtherTextError,
                                                    OtherVersionError, NotAloneError,
                                                    NoPolicyError, RefusedError
`withdraw(tx, subject, abouts, seen) -> Chosen`     of anything that stands, whatever the policy
                                                    says now
A choice that says what stands already makes no row: saying it twice is saying it once. A visitor's
choices join an account by `joining.join`, those of before Troth come in by `bringing.bring`; what
is no consent is written by `accepting`.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from troth.consent.errors import (
    ChoiceError,
    NotAloneError,
    OtherTextError,
    OtherVersionError,
    UnknownChoiceError,
)
from troth.consent.history import FIELD
from troth.consent.rows import stands, take_turn
from troth.consent.saying import CHOSEN, UNDER, Chosen, Said, Seen, keep
from troth.consent.wording import SEPARATE, asked, told_by
from troth.people.values import NoPolicyError, RefusedError, demand
from troth.policy.document import Version
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.vault import PersonId
from troth.versions import facts as versions

__all__ = [
    "CHOICES_MAX",
    "CHOSEN",
    "UNDER",
    "ChoiceError",
    "Chosen",
    "NotAloneError",
    "OtherTextError",
    "OtherVersionError",
    "Seen",
    "UnknownChoiceError",
    "choose",
    "withdraw",
]

CHOICES_MAX: Final = 100


def choose(tx: Tx, subject: PersonId, choices: Mapping[str, bool], seen: Seen) -> Chosen:
    """Keep what somebody says to each thing she was asked; all of it or nothing.

    A yes is bound to the words it was shown with, and a separate consent is asked for alone. A no
    is never refused for the words.
    """
    take_turn(tx, subject)
    version = _version(tx, seen, choices)
    said = [_said(version, about, seen, given=given) for about, given in choices.items()]
    separate = [one.about for one in said if one.given and one.kind == SEPARATE]
    if separate and sum(one.given for one in said) > 1:
        raise NotAloneError(
            Message(
                mark("A separate consent is asked for by itself: send “%(about)s” alone."),
                {"about": separate[0]},
            ),
            separate[0],
        )
    return keep(tx, subject, said, seen, demand(tx, {FIELD: ""}, UNDER))


def withdraw(tx: Tx, subject: PersonId, abouts: Iterable[str], seen: Seen) -> Chosen:
    """Take a yes back; what was never given is not there to take back.

    Nothing stands in its way: where the policy lets no choice be kept any more, it is kept without
    its circumstances. PIPL 15, GDPR 7(3).
    """
    take_turn(tx, subject)
    named = frozenset(abouts)
    stood = (one for one in stands(tx, subject) if one.given and one.about in named)
    said = [Said(one.about, one.kind, given=False) for one in stood]
    try:
        leave = demand(tx, {FIELD: ""}, UNDER)
    except (NoPolicyError, RefusedError):
        leave = None
    return keep(tx, subject, said, seen, leave)


def _version(tx: Tx, seen: Seen, choices: Mapping[str, bool]) -> Version:
    """Return the version in force, which must be the one she was shown."""
    rules = versions.current_rulebook(tx)
    about = next(iter(choices), "")
    if not about or len(choices) > CHOICES_MAX:
        raise UnknownChoiceError(
            Message(mark("Send 1 to %(number)s choices."), {"number": CHOICES_MAX}), about
        )
    if rules is None or rules.version != seen.version:
        raise OtherVersionError(
            Message(mark("Another version of the policy is in force: show it, then ask again.")),
            about,
        )
    return versions.document(tx.alias, rules.version)


def _said(version: Version, about: str, seen: Seen, *, given: bool) -> Said:
    words = asked(version, about, seen.lang)
    if words is None:
        raise UnknownChoiceError(
            Message(mark("The policy asks for no consent to “%(about)s”."), {"about": about}), about
        )
    shown = words.hash
    fits = seen.texts.get(about) == shown
    if given and not fits:
        raise OtherTextError(
            Message(
                mark("What was shown for “%(about)s” is not what the policy says of it."),
                {"about": about},
            ),
            about,
            told_by(version, about),
        )
    return Said(about, words.kind, given, shown if fits else "")
