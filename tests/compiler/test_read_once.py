"""The same bytes are read once; others, and what cannot be read, are read."""

import pytest

from tests.versions.cast import default_policy, edited
from troth.policy.diagnostic import UnreadablePolicyError
from troth.policy.read import read


def test_the_same_bytes_give_the_same_version_whatever_lies_beside_them() -> None:
    first = read(default_policy())
    assert read({**default_policy(), "README.md": b"beside"}) is first
    assert read(edited("period_days = 30", "period_days = 20", "policy.toml")).hash != first.hash


def test_what_cannot_be_read_is_refused_each_time() -> None:
    broken = {**default_policy(), "policy.toml": b"[["}
    for _ in range(2):
        with pytest.raises(UnreadablePolicyError):
            read(broken)
