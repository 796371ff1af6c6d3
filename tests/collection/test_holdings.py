"""A person's records end with her, and with their days; what was entered stays."""

import pytest

from tests.collection.cast import AT, message, somebody, taken
from tests.people.holding import DAY, SECOND, entries, expired, told
from tests.versions.cast import FIRST, default_policy, propose_at
from troth.collection.models import Record
from troth.people import erasure
from troth.people.models import Detail

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture(autouse=True)
def version() -> None:
    propose_at(FIRST, default_policy())


def whose() -> list[str]:
    return list(Record.objects.order_by("at", "pk").values_list("person", flat=True))


def test_erased_her_records_are_nobodys() -> None:
    anna, bert = somebody(), somebody()
    taken(message(anna), message(bert), message(anna))
    erasure.erase(anna, "asked")
    assert sorted(whose()) == ["", "", bert]
    assert entries("people.erased")[0]["about"]["rows"]["collection"] == 2


def test_her_values_are_told_once() -> None:
    anna = somebody()
    taken(message(anna, {"text": "Where is it?"}))
    assert told(anna) == [("contact-message.text", "Where is it?", AT, "support", "direct")]


def test_a_record_ends_with_its_values_at_the_end_of_its_days() -> None:
    anna = somebody()
    taken(message(anna))
    taken(message(anna), at=AT + DAY)
    assert expired(AT + 30 * DAY - SECOND, contact_message=30, query=None).get("collection", 0) == 0
    assert expired(AT + 30 * DAY, contact_message=30, query=None)["collection"] == 1
    assert whose() == ["", anna]
    assert Detail.objects.filter(box=None).count() == 1
    (entry,) = entries("collection.expired")
    assert entry["about"] == {"rows": {"contact-message": 1}, "days": {"contact-message": 30}}


def test_no_more_end_at_once_than_may() -> None:
    anna = somebody()
    taken(*[message(anna)] * 5)
    # values and records share the limit, and records come first
    assert expired(AT + 30 * DAY, 2, contact_message=30) == {"collection": 2}
    assert whose().count("") == 2
