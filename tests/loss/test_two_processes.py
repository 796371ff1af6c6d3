"""What one process erased, no other opens: not with the keys it remembers either."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.loss.conftest import Drive, Driver
from tests.loss.load import Caller, Told, demand_whole, enrol
from tests.services.server import FreshDatabase

PERSONS = 20
pytestmark = [pytest.mark.slow]


def test_a_process_that_remembers_a_key_forgets_it_when_another_erases(
    drive: Drive, migrated_database: FreshDatabase
) -> None:
    url = migrated_database("two-processes")
    here, there = drive(database=url), drive(database=url)
    stays = enrol(here.call)
    for _ in range(PERSONS):
        goes = enrol(here.call)
        for process in (here, there):
            assert process.call("open", person=goes.person) == (200, {"email": goes.email})
        assert there.call("erase", person=goes.person)[0] == 200
        assert here.call("open", person=goes.person)[0] == 410
        assert here.call("find", email=goes.email) == (200, {"person": None})
        assert here.call("open", person=stays.person) == (200, {"email": stays.email})
    demand_whole(here.call, [stays])


def test_erasures_at_once_in_two_processes_wait_for_each_other(
    drive: Drive, migrated_database: FreshDatabase
) -> None:
    """SQLite refuses a checkpoint while another is at it, and does not wait for that one."""
    url = migrated_database("erased-at-once")
    processes = [drive(database=url), drive(database=url)]

    def erase_all(process: Driver, told: list[Told]) -> list[int]:
        call = Caller(process.port)
        try:
            return [call("erase", person=one.person)[0] for one in told]
        finally:
            call.close()

    told = [[enrol(processes[0].call) for _ in range(PERSONS)] for _ in range(6)]
    with ThreadPoolExecutor(len(told)) as threads:
        answers = list(threads.map(erase_all, processes * 3, told))
    assert answers == [[200] * PERSONS] * len(told)
    demand_whole(processes[1].call, [])
