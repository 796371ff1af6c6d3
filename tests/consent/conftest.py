"""The default policy in force, and somebody to be asked."""

import pytest

from tests.consent.cast import somebody
from tests.versions.cast import FIRST, default_policy, hash_of, propose_at
from troth.vault import PersonId


@pytest.fixture
def version(db: None, keys: None) -> str:  # noqa: ARG001 - what it needs
    return hash_of(propose_at(FIRST, default_policy()))


@pytest.fixture
def subject(keys: None) -> PersonId:  # noqa: ARG001 - what it needs
    return somebody()
