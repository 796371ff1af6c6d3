"""A permit: an allowed decision that opens persons' values. Built here and nowhere else."""

from collections.abc import Iterable
from typing import Any, Final

from msgspec import Struct

from troth.gate.decision import Decision
from troth.gate.facts import Facts, ReleaseFacts, UseFacts, ViewFacts
from troth.policy.words import Pseudonym

NO_FIELDS: Final[frozenset[str]] = frozenset()
"""None in particular: every field of the categories."""


class _Leave(Struct, frozen=True, gc=False):
    """What may be opened: of `categories`, for one purpose.

    `fields` (`category.field`) are all it opens of the categories they are of; of the others it
    opens every field.
    """

    decision: Decision
    categories: frozenset[str]
    purpose: str
    fields: frozenset[str]

    def opens(self, category: str, field: str) -> bool:
        """Tell whether a value of this field may be opened."""
        if category not in self.categories:
            return False
        if not self.fields or f"{category}.{field}" in self.fields:
            return True
        return not any(name.partition(".")[0] == category for name in self.fields)


class Permit(_Leave, frozen=True, gc=False):
    """Leave to open values of one person."""

    person: Pseudonym

    @property
    def persons(self) -> frozenset[Pseudonym]:
        """Whose values it opens."""
        return frozenset({self.person})


class Permits(_Leave, frozen=True, gc=False):
    """Leave to open values of many persons, by one decision that is about all of them."""

    persons: frozenset[Pseudonym]


class NotPermittedError(Exception):
    """No permit comes of this decision: it is a no, or its verb or facts open nothing."""


def permit(decision: Decision, facts: Facts, person: Pseudonym | None = None) -> Permit:
    """Make the permit of an allowed decision on `facts` to use, view or release.

    `person` is whose values it opens; a view's facts name her already.

    Raises:
        NotPermittedError: the decision is a no, was made on other facts, opens no values, or the
            person is missing or not the one the facts name.
    """
    _demand_opening(decision, facts)
    named = facts.person if isinstance(facts, ViewFacts) else None
    whose = person or named
    if whose is None or named not in (None, whose):
        raise NotPermittedError("a permit opens the values of the one person it is about")
    return Permit(decision, *_opened_by(facts), whose)


def permits(
    decision: Decision, facts: UseFacts | ReleaseFacts, persons: Iterable[Pseudonym]
) -> Permits:
    """Make the permit of many persons, where one decision is about all of them.

    A view's never is: its facts name one person. Raises NotPermittedError as `permit` does.
    """
    _demand_opening(decision, facts)
    if isinstance(facts, ViewFacts):
        raise NotPermittedError("a view is of the one person its facts name")
    return Permits(decision, *_opened_by(facts), frozenset(persons))


def _demand_opening(decision: Decision, facts: Facts) -> None:
    """Demand a yes on just these facts, of a verb that opens values."""
    if not decision.allowed:
        raise NotPermittedError(f"refused: {decision.reason.code}")
    if not isinstance(facts, UseFacts | ViewFacts | ReleaseFacts):
        raise NotPermittedError(f"the verb {decision.verb} opens no values")
    if decision.verb != facts.__struct_config__.tag:
        raise NotPermittedError(f"the decision is about {decision.verb}, the facts are not")
    if decision.about != facts:
        raise NotPermittedError("the decision was made on other facts")


def _opened_by(facts: Any) -> tuple[frozenset[str], str, frozenset[str]]:
    """Return categories, purpose and fields that facts to use, view or release open."""
    if isinstance(facts, ReleaseFacts):
        return facts.categories, facts.purpose, facts.fields
    return frozenset({facts.category}), facts.purpose, NO_FIELDS
