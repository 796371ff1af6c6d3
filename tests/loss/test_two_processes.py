"""What one process erased, no other opens: not with the keys it remembers either."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.loss.conftest import Drive, Driver
from tests.loss.load import Caller, Told, demand_whole, enrol
from tests.services.server import FreshDatabase

PERSONS = 20
WAIT_SECONDS = 30
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


def test_erasures_of_one_person_in_two_processes_are_as_one(
    drive: Drive, migrated_database: FreshDatabase
) -> None:
    """Each is answered as done, and only once it is so."""
    url = migrated_database("erased-twice")
    processes = [drive(database=url), drive(database=url)]
    told = [enrol(processes[0].call) for _ in range(PERSONS)]
    both = Barrier(len(processes))

    def erase_all(process: Driver) -> list[tuple[int, int]]:
        call, answers = Caller(process.port), []
        try:
            for one in told:
                both.wait(WAIT_SECONDS)
                erased, _ = call("erase", person=one.person)
                answers.append((erased, call("open", person=one.person)[0]))
        finally:
            call.close()
        return answers

    with ThreadPoolExecutor(len(processes)) as threads:
        answers = list(threads.map(erase_all, processes))
    assert answers == [[(200, 410)] * PERSONS] * len(processes)
    demand_whole(processes[1].call, [])
