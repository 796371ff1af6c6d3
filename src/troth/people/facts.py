"""What is known before somebody is enrolled."""

from collections.abc import Mapping
from typing import Final

from troth import vault
from troth.vault import PersonId

EMAIL: Final = "email"
"""The field by which somebody is found, and the kind of her index row."""


def needs(person: PersonId, given: Mapping[str, str]) -> tuple[vault.Named, ...] | tuple[PersonId]:
    """Return what `vault.prepare` makes for an enrolment, of many in one go."""
    return (vault.Named(person, EMAIL, given[EMAIL]),) if EMAIL in given else (person,)
