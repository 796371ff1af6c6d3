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

from troth.consent.errors import (
    ChoiceError,
    NotAloneError,
    OtherTextError,
    OtherVersionError,
    UnknownChoiceError,
)
from troth.consent.history import FIELD
from troth.consent.rows import stands, take_turn, take_turns
from troth.consent.saying import CHOSEN, UNDER, Chosen, Said, Seen, keep
from troth.consent.weighing import weigh
from troth.people.values import NoPolicyError, RefusedError, demand
from troth.store import Tx
from troth.store.committer import gathered_by
from troth.vault import PersonId

__all__ = [
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


def choose(tx: Tx, subject: PersonId, choices: Mapping[str, bool], seen: Seen) -> Chosen:
    """Keep what somebody says to each thing she was asked; all of it or nothing.

    A yes is bound to the words it was shown with, and a separate consent is asked for alone. A no
    is never refused for the words.
    """
    take_turn(tx, subject)
    return keep(tx, subject, weigh(tx, choices, seen), seen, demand(tx, {FIELD: ""}, UNDER))


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


gathered_by(choose, lambda tx, calls: take_turns(tx, [subject for subject, *_ in calls]))
