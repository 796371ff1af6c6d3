"""The clock jumps ahead and back: what is written keeps its order, and the rules in force hold."""

import json
import time

import pytest

from tests.loss.browsing import Browser
from tests.loss.conftest import Drive
from tests.loss.load import (
    LOOK_S,
    TIMEOUT_S,
    Caller,
    Load,
    demand_integrated,
    demand_whole,
    enrol,
    new_email,
)
from tests.services.server import FreshDatabase

HOUR_S, DAY_S = 3_600, 86_400
JUMPS_S = (DAY_S, DAY_S - HOUR_S, 0, 2 * DAY_S, DAY_S)
PASSWORD = "a long and quiet river"
pytestmark = [pytest.mark.slow]


def test_a_clock_that_jumps_mixes_nothing_up(
    drive: Drive, migrated_database: FreshDatabase
) -> None:
    driver = drive(database=migrated_database("clock"))
    call, owner = driver.call, Browser(driver.port)
    handle = owner.claim(driver.owner_link, PASSWORD)
    told, others = [enrol(call)], []
    version = json.loads(owner.get("/v1/policy").text)["version"]
    for jump_s in JUMPS_S:
        with Load(driver.port) as load:
            load.more(10)
            assert call("clock", shift_s=jump_s)[0] == 200
            load.more(20)
        assert (load.odd, load.unanswered) == ([], 0)
        others += load.told
        told.append(enrol(call))
        demand_integrated(call, told[-1])
        again = Browser(driver.port)
        assert again.sign_in(handle, "a wrong password").status == 422
        assert again.sign_in(handle, PASSWORD).status == 302
        # a generator's codes of the past are refused while the clock is back: none is taken twice
        assert again.second(owner.codes.pop()).status == 302
        assert again.get("/console/").status == 200
        assert json.loads(again.get("/v1/policy").text)["version"] == version
        assert again.get("/").status == 200
        demand_whole(call, told)
    indexes = call("index", entries=[one.entry for one in told])[1]["indexes"]
    assert indexes == sorted(indexes)
    assert len(set(indexes)) == len(indexes)
    back_at = time.time()
    call("clock", shift_s=0)
    demand_begun_since(call, back_at)
    demand_whole(call, [*told, *others])


def demand_begun_since(call: Caller, at: float) -> None:
    """Demand that every job that comes round by itself does, though the clock was ahead."""
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        begun = call("begun")[1]["begun"]
        if all(moment and at <= moment <= time.time() for moment in begun.values()):
            return
        assert time.monotonic() < deadline, (at, begun)
        time.sleep(LOOK_S)


def test_before_any_version_was_in_force_nothing_is_taken_in(
    drive: Drive, migrated_database: FreshDatabase
) -> None:
    driver = drive(database=migrated_database("clock-before"))
    known = enrol(driver.call)
    driver.call("clock", shift_s=-HOUR_S)
    status, answer = driver.call("enrol", given={"email": new_email()})
    assert (status, answer["says"]) == (403, "No version of the policy is in force.")
    assert driver.call("open", person=known.person)[0] == 403
    reader = Browser(driver.port)
    assert [reader.get(path).status < 500 for path in ("/", "/console/sign-in", "/v1/policy")]
    driver.call("clock", shift_s=0)
    demand_whole(driver.call, [known, enrol(driver.call)])


def test_a_session_ends_by_the_clock_and_does_not_begin_again(
    drive: Drive, migrated_database: FreshDatabase
) -> None:
    driver = drive(database=migrated_database("clock-session"))
    owner = Browser(driver.port)
    owner.claim(driver.owner_link, PASSWORD)
    assert owner.get("/console/").status == 200
    driver.call("clock", shift_s=DAY_S)
    assert owner.get("/console/").status == 302
    driver.call("clock", shift_s=0)
    assert owner.get("/console/").status in {200, 302}
