"""What one process erased, no other opens: not with the keys it remembers either."""

import pytest

from tests.loss.conftest import Drive
from tests.loss.load import demand_whole, enrol
from tests.services.server import FreshDatabase

PERSONS = 20
pytestmark = [pytest.mark.slow]


def test_a_process_that_remembers_a_key_forgets_it_when_another_erases(
    drive: Drive, fresh_database: FreshDatabase
) -> None:
    url = fresh_database("two-processes")
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
