"""What was kept for all of its days goes, not a second before; who it was is not known any more."""

import pytest

from tests.people.holding import (
    AT,
    DAY,
    QUERY,
    SECOND,
    entries,
    expired,
    ledger_holds,
    places,
    put,
    somebody,
    told,
)
from tests.versions.cast import FIRST, default_policy, propose_at
from troth.people.models import Detail
from troth.policy.read import read
from troth.policy.retention import days_by_category
from troth.protection.examinations_sealed import examine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
KEPT = 30 * DAY
CENTURY = 36_500 * DAY


@pytest.fixture(autouse=True)
def policy() -> None:
    propose_at(FIRST, default_policy())


def test_the_days_are_those_of_the_register() -> None:
    days = days_by_category(read(default_policy()).register)
    assert (days["query"], days["account"], days["credential"]) == (30, 7, 7)
    endless = default_policy()
    endless["policy.toml"] = endless["policy.toml"].replace(b"\ndays = 30\n", b"\n")
    assert days_by_category(read(endless).register)["query"] is None


def test_a_value_goes_when_its_days_are_over_and_leaves_its_commitment() -> None:
    anna = somebody()
    put(anna, "weather")
    before = Detail.objects.get(category="query")
    assert expired(AT + KEPT - SECOND) == {}
    assert told(anna, "search", AT + KEPT - SECOND)[0][1] == "weather"
    assert expired(AT + KEPT) == {"people": 1}
    row = Detail.objects.get(category="query")
    assert (row.person, row.box) == ("", None)
    assert (row.commitment, row.entry) == (before.commitment, before.entry)
    assert told(anna, "search") == []
    assert len(told(anna)) == 2
    (entry,) = entries("people.expired")
    assert entry["about"] == {"rows": {"query": 1}, "days": {"query": 30}}
    assert examine("default", AT).verdict != "broken"
    assert ledger_holds()


def test_where_nothing_is_over_nothing_is_entered() -> None:
    put(somebody(), "weather")
    expired(AT + KEPT)
    assert expired(AT + KEPT) == {}
    assert len(entries("people.expired")) == 1


def test_what_ends_by_no_day_stays_and_an_account_does_while_it_is_one() -> None:
    put(somebody(), "weather")
    assert expired(AT + CENTURY, query=None, account=7) == {}
    assert expired(AT + CENTURY, account=7) == {}
    assert places() == {"account.email": 1, "account.display_name": 1, "query.text": 1}


def test_only_so_many_go_at_once_the_oldest_first() -> None:
    anna = somebody()
    for number in range(5):
        put(anna, f"query {number}", AT + number * SECOND)
    end = AT + KEPT + DAY
    assert expired(end, 2) == {"people": 2}
    assert [one[1] for one in told(anna, "search")] == ["query 2", "query 3", "query 4"]
    assert expired(end, 0) == {}
    assert expired(end, 100) == {"people": 3}
    assert [one["about"]["rows"] for one in entries("people.expired")] == [
        {"query": 2},
        {"query": 3},
    ]


def test_each_category_ends_by_its_own_days() -> None:
    anna = somebody()
    put(anna, "weather")
    put(anna, "weather", AT + SECOND)
    assert expired(AT + DAY, query=1, contact_message=2) == {"people": 1}
    assert places()["query.text"] == 1
    assert QUERY.category in entries("people.expired")[0]["about"]["days"]
