"""A permit: an allowed decision that opens one person's values. Built here and nowhere else."""

from msgspec import Struct

from troth.gate.decision import Decision
from troth.gate.facts import Facts, ReleaseFacts, UseFacts, ViewFacts
from troth.policy.words import Pseudonym


class Permit(Struct, frozen=True):
    """Leave to open values of `categories` of one person for one purpose.

    `fields` (`category.field`) are all it opens of the categories they are of; of the others it
    opens every field.
    """

    decision: Decision
    person: Pseudonym
    categories: frozenset[str]
    purpose: str
    fields: frozenset[str] = frozenset()

    def opens(self, category: str, field: str) -> bool:
        """Tell whether a value of this field may be opened."""
        if category not in self.categories:
            return False
        if not self.fields or f"{category}.{field}" in self.fields:
            return True
        return not any(name.partition(".")[0] == category for name in self.fields)


class NotPermittedError(Exception):
    """No permit comes of this decision: it is a no, or its verb or facts open nothing."""


def permit(decision: Decision, facts: Facts, person: Pseudonym | None = None) -> Permit:
    """Make the permit of an allowed decision on `facts` to use, view or release.

    `person` is whose values it opens; a view's facts name her already.

    Raises:
        NotPermittedError: the decision is a no, was made on other facts, opens no values, or the
            person is missing or not the one the facts name.
    """
    if not decision.allowed:
        raise NotPermittedError(f"refused: {decision.reason.code}")
    if not isinstance(facts, UseFacts | ViewFacts | ReleaseFacts):
        raise NotPermittedError(f"the verb {decision.verb} opens no values")
    if decision.verb != facts.__struct_config__.tag:
        raise NotPermittedError(f"the decision is about {decision.verb}, the facts are not")
    if decision.about != facts:
        raise NotPermittedError("the decision was made on other facts")
    named = facts.person if isinstance(facts, ViewFacts) else None
    whose = person or named
    if whose is None or named not in (None, whose):
        raise NotPermittedError("a permit opens the values of the one person it is about")
    if isinstance(facts, ReleaseFacts):
        return Permit(decision, whose, facts.categories, facts.purpose, facts.fields)
    return Permit(decision, whose, frozenset({facts.category}), facts.purpose)
