"""Killed at any moment under load: what was answered is there, nothing is half done or twice."""

import os
import random
import time

import pytest

from tests.loss.conftest import Drive, Driver
from tests.loss.load import Load, Told, demand_whole
from tests.services.server import FreshDatabase

ROUNDS = max(2, int(os.environ.get("TROTH_ROUNDS", "8")) // 2)
LOAD_S = (0.02, 0.5)
ANSWERS = (1, 60)
pytestmark = [pytest.mark.slow, pytest.mark.torture]


def test_killed_at_random_under_parallel_writers(
    drive: Drive, migrated_database: FreshDatabase
) -> None:
    url, told = migrated_database("killed-at-random"), list[Told]()
    driver = drive(database=url)
    for _ in range(ROUNDS):
        with Load(driver.port) as load:
            time.sleep(random.uniform(*LOAD_S))  # noqa: S311 - any moment
            driver.kill()
        driver.end()
        assert load.odd == []
        told += load.told
        driver = drive(database=url)
        demand_whole(driver.call, load.told)
    assert demand_whole(driver.call, told)["persons"] > 0


def test_killed_at_once_after_an_answer(drive: Drive, migrated_database: FreshDatabase) -> None:
    """The client that was answered kills the server in the same breath."""
    url = migrated_database("killed-at-once")
    driver = drive(database=url)
    for _ in range(ROUNDS):
        last = random.randint(*ANSWERS)  # noqa: S311 - any answer

        def at_once(count: int, driver: Driver = driver, last: int = last) -> None:
            if count == last:
                driver.kill()

        with Load(driver.port, at_once) as load:
            driver.process.wait(60)
        driver.end()
        assert load.odd == []
        assert len(load.told) >= last
        driver = drive(database=url)
        demand_whole(driver.call, load.told)
