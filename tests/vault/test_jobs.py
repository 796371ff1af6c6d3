"""The generation is left behind in time, by itself."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from troth import vault
from troth.vault.jobs import rotate_when_due
from troth.vault.store import open_store

pytestmark = pytest.mark.usefixtures("keys")


def after(days: float) -> Any:
    """Return the step a job is given this many days from now."""
    return SimpleNamespace(now=datetime.now(UTC) + timedelta(days=days))


def test_a_young_generation_stays() -> None:
    rotate_when_due(after(6.5))
    assert open_store().generations() == [1]


def test_before_seven_days_are_over_the_next_has_begun() -> None:
    rotate_when_due(after(6.8))
    assert open_store().generations() == [2]
    assert vault.generation_age(datetime.now(UTC)) < timedelta(minutes=1)


def test_one_that_began_by_a_clock_that_was_ahead_is_followed_by_the_next() -> None:
    rotate_when_due(after(-0.01))
    assert open_store().generations() == [2]
    rotate_when_due(after(6.5))
    assert open_store().generations() == [2]
