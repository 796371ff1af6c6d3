"""When a version may take effect."""

from typing import Any

import pytest

from tests.gate.cases import DAY, NOTICED, answer, names
from tests.gate.house import NOW
from troth.gate.facts import TakeEffectFacts


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"first": True, "announced_at": None}, "first-version"),
        ({"demands": names(), "announced_at": None}, "nothing-demanded"),
        ({}, "notice-given"),
        ({"announced_at": None}, "not-announced"),
        ({"shown_at": None}, "not-shown"),
        ({"prominently": False}, "not-prominent"),
        ({"prominently": False, "demands": names("notice")}, "notice-given"),
        ({"shown_at": NOW - 29 * DAY}, "notice-too-short"),
        ({"announced_at": NOW - 29 * DAY}, "notice-too-short"),
        ({"old_period_days": 31}, "notice-too-short"),
        ({"old_period_days": 7}, "notice-given"),
    ],
)
def test_a_version_takes_effect_at_once_only_if_nothing_is_demanded(
    change: dict[str, Any], code: str
) -> None:
    allowed = code in {"first-version", "nothing-demanded", "notice-given"}
    assert answer(TakeEffectFacts(**(NOTICED | change))) == (allowed, code, "revision.notice")
