"""A permit: an allowed decision that opens one person's values. Built here and nowhere else."""

from msgspec import Struct

from troth.gate.decision import Decision
from troth.gate.facts import Facts, ReleaseFacts, UseFacts, ViewFacts
from troth.policy.words import Pseudonym


class Permit(Struct, frozen=True):
    """Leave to open values of `categories` of one person for one purpose."""

    decision: Decision
    person: Pseudonym
    categories: frozenset[str]
    purpose: str


class NotPermittedError(Exception):
    """No permit comes of this decision: it is a no, or its verb or facts open nothing."""


def permit(decision: Decision, facts: Facts, person: Pseudonym | None = None) -> Permit:
    """Make the permit of an allowed decision on `facts` to use, view or release.

    `person` is whose values it opens; a view's facts name her already.

    Raises:
        NotPermittedError: the decision is a no, was made on other facts' verb, opens no values,
            or the person is missing or not the one the facts name.
    """
    if not decision.allowed:
        raise NotPermittedError(f"refused: {decision.reason.code}")
    if not isinstance(facts, UseFacts | ViewFacts | ReleaseFacts):
        raise NotPermittedError(f"the verb {decision.verb} opens no values")
    if decision.verb != facts.__struct_config__.tag:
        raise NotPermittedError(f"the decision is about {decision.verb}, the facts are not")
    named = facts.person if isinstance(facts, ViewFacts) else None
    whose = person or named
    if whose is None or named not in (None, whose):
        raise NotPermittedError("a permit opens the values of the one person it is about")
    categories = (
        facts.categories if isinstance(facts, ReleaseFacts) else frozenset({facts.category})
    )
    return Permit(decision, whose, categories, facts.purpose)
