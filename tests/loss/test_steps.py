"""Killed between any two steps, enrolling, erasing and integrating are whole or never were."""

import json
from pathlib import Path

import pytest

from tests.loss.conftest import Drive
from tests.loss.load import demand_whole
from tests.services import forks
from tests.services.server import FreshDatabase, environment

ROOT = Path(__file__).resolve().parents[2]
STEPS_MIN = {"enrol": 12, "enrol-unprepared": 12, "erase": 15, "integrate": 12}
pytestmark = [pytest.mark.slow, pytest.mark.torture]


@pytest.mark.parametrize("what", ["enrol", "enrol-unprepared", "erase", "integrate"])
def test_killed_between_any_two_steps(
    tmp_path: Path, drive: Drive, migrated_database: FreshDatabase, what: str
) -> None:
    url = migrated_database(f"steps-{what}")
    words = ("tests.loss.steps", tmp_path / "data", url, what)
    ended = forks.run(*words, cwd=ROOT, env=environment())
    rounds = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0, ended.stderr
    assert [one for one in rounds if one["wrong"]] == []
    assert len(rounds) > STEPS_MIN[what]
    there = [one["there"] for one in rounds]
    assert there == sorted(there, reverse=what == "erase"), "whole from one step on, and for good"
    assert set(there) == {True, False}
    demand_whole(drive(database=url).call, [])
