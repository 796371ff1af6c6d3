"""Whether the clock was set is told once, by how much, and not what is only late."""

import time

import pytest

from troth.store.clock import Watch

pytestmark = pytest.mark.either


def test_what_the_clock_was_set_by_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    watch, ran = Watch(), iter([100.0, 101.0, 102.0, 103.0, 104.0, 108.0, 110.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(ran))
    clock = (1_000.0, 1_001.0, 4_602.0, 4_603.0, 1_004.0, 1_008.0, 1_014.0)
    assert [watch.jump_seconds(now) for now in clock] == [0, 0, 3_600, 0, -3_600, 0, 0]
