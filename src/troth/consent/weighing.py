"""May choices be kept as they are said? Decided before anything is written.

`weigh(tx, choices, seen) -> list[Said]`     raises UnknownChoiceError, OtherTextError,
                                             OtherVersionError, NotAloneError
"""

from collections.abc import Mapping
from typing import Final

from troth.consent.errors import (
    NotAloneError,
    OtherTextError,
    OtherVersionError,
    UnknownChoiceError,
)
from troth.consent.saying import Said, Seen
from troth.consent.wording import SEPARATE, asked, told_by
from troth.policy.document import Version
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.versions import facts as versions

CHOICES_MAX: Final = 100


def weigh(tx: Tx, choices: Mapping[str, bool], seen: Seen) -> list[Said]:
    """Return choices as they are kept, if the policy in force asks for them and with these words.

    Whether they may be kept at all is not asked. Raises ChoiceError.
    """
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
    return said


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
