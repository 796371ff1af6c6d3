"""What a call about consents is refused with, before it is written in one commit with others.

`demand_in_place(who, new, bearer) -> None`     raises ProblemError
`say(who, saying, call) -> ConsentAnswer`        raises ProblemError
`foresee(tx, who, saying, call) -> None`        raises what REFUSED names, and ProblemError
`tried(tx, who, saying) -> ConsentAnswer`       what a key in test mode is told; raises the same
A refusal within a group commit would have each of the others done by itself, and a first contact's
key would be made for nobody. The transaction asks all of it again: what changed meanwhile counts.
"""

from datetime import UTC, datetime
from typing import Final

from troth import vault
from troth.consent.calls import TAKEN_BACK_ANYWAY, ConsentAnswer, Saying, known, said
from troth.consent.errors import ChoiceError
from troth.consent.history import FIELD
from troth.consent.joining import demand_declared
from troth.consent.saying import UNDER
from troth.consent.weighing import weigh
from troth.people.subjects import Bearer, UnfitSubjectError, UnknownSubjectError, demand_fit
from troth.people.values import NoPolicyError, RefusedError, demand
from troth.policy.words import Message, mark
from troth.sites import doors
from troth.sites.who import Who
from troth.store import SYSTEM, Store, Tx
from troth.store.idempotent import Asked, MismatchError, is_answered
from troth.vault import ErasedError
from troth.versions.problem import ProblemError

REFUSED: Final = (
    ChoiceError,
    ErasedError,
    MismatchError,
    NoPolicyError,
    RefusedError,
    UnfitSubjectError,
    UnknownSubjectError,
)


def demand_in_place(who: Who, *, new: bool, bearer: Bearer | None) -> None:
    """Refuse what is said of a subject where it means nothing."""
    if new and who.caller.kind != "secret":
        says = mark("“new” is for a secret key, which names its subject by your id: leave it out.")
        raise ProblemError(422, "misplaced", Message(says), where="new")
    if bearer is not None and who.first is None:
        says = mark(
            "“bearer” is for the first contact by a publishable key: leave it out where a subject"
            " is named or proves herself."
        )
        raise ProblemError(422, "misplaced", Message(says), where="bearer")


def say(who: Who, saying: Saying, call: Asked | None) -> ConsentAnswer:
    """Have something be said, once that is durable; in test mode, tell what would be."""
    if who.caller.test:
        return doors.read(who.caller, tried, who, saying)
    try:
        foresee(Tx(Store().alias, datetime.now(UTC), SYSTEM), who, saying, call)
    except REFUSED as error:
        raise doors.problem(error) from None
    return doors.write(who.caller, who.needs, said, who, saying, call)


def foresee(tx: Tx, who: Who, saying: Saying, call: Asked | None) -> None:
    """Refuse what would be refused, and write nothing; what was done before is answered again."""
    if call is not None and is_answered(tx, call):
        return
    if who.external and who.new:
        demand_fit(who.external)
    elif who.first is None and who.asserted is None:
        known(tx, who)
    _demand_sayable(tx, who, saying)


def tried(tx: Tx, who: Who, saying: Saying) -> ConsentAnswer:
    """Tell what would be said of somebody of whom nothing is known; nothing is written."""
    if who.external:
        demand_fit(who.external)
    changed = _demand_sayable(tx, who, saying)
    return ConsentAnswer(len(changed), changed, test=True)


def _demand_sayable(tx: Tx, who: Who, saying: Saying) -> tuple[str, ...]:
    """Return to what something would be said; a no is never refused."""
    if saying.joins and not saying.is_no:
        _demand_joinable(tx, who)
    if saying.joins and not saying.choices:
        return ()
    try:
        found = weigh(tx, saying.choices, saying.seen)
        demand(tx, {FIELD: ""}, UNDER)
    except TAKEN_BACK_ANYWAY:
        if not saying.is_no:
            raise
        return ()
    return tuple(sorted(one.about for one in found))


def _demand_joinable(tx: Tx, who: Who) -> None:
    if who.visitor is None or who.asserted is None:
        says = mark(
            "“join” needs both: Troth-Subject of the visitor whose choices join, and"
            " Troth-Assertion of whom they join."
        )
        raise ProblemError(422, "join-needs-both", Message(says), where="join")
    demand_declared(tx, who.caller.site)
    if not who.caller.test:
        vault.pseudonym(tx, who.visitor.person)  # raises where she was erased
