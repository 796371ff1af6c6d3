"""A suspended entry is refused by its own reason and opens nothing else."""

import pytest

from tests.gate.cases import ACCOUNT, BY_LAW, PAGE_VIEW, SEND, VIEW, answer, names
from tests.gate.house import rulebook
from troth.gate.facts import (
    CollectFacts,
    Facts,
    ReadCookieFacts,
    ReleaseFacts,
    SetCookieFacts,
    UseFacts,
    ViewFacts,
)


@pytest.mark.parametrize(
    ("path", "facts", "statement"),
    [
        ("category.account", CollectFacts(**ACCOUNT), "collection.direct"),
        ("purpose.account", CollectFacts(**ACCOUNT), "collection.direct"),
        ("source.direct", CollectFacts(**ACCOUNT), "collection.direct"),
        ("event.page-view", CollectFacts(**PAGE_VIEW), "collection.usage"),
        ("purpose.support", UseFacts(category="account", purpose="support"), "collection.messages"),
        (
            "cookie.console-session",
            SetCookieFacts(name="__Host-troth-console", conforms=True),
            "cookies.operation",
        ),
        (
            "partner.map",
            SetCookieFacts(name="troth-map", conforms=True, separate=names("partner.map")),
            "cookies.partners",
        ),
        (
            "purpose.visitor-count",
            ReadCookieFacts(
                name="troth-visitor",
                purpose="visitor-count",
                agreed=names("class.statistics"),
            ),
            "cookies.function",
        ),
        ("recipient.courier", ReleaseFacts(**SEND), "disclosure.only"),
        ("category.account", ReleaseFacts(**SEND), "collection.direct"),
        ("purpose.support", ViewFacts(**VIEW), "collection.messages"),
    ],
)
def test_what_is_suspended_is_refused_and_says_so(path: str, facts: Facts, statement: str) -> None:
    assert answer(facts)[0]
    assert answer(facts, rulebook(path)) == (False, "suspended", statement)


def test_suspending_an_event_does_not_open_its_category_to_data_without_one() -> None:
    facts = CollectFacts(**(PAGE_VIEW | {"event": None}))
    assert answer(facts, rulebook("event.page-view"))[1] == "event-missing"


def test_an_order_can_demand_what_is_suspended() -> None:
    stopped = rulebook("category.account", "purpose.legal", "recipient.authorities")
    assert answer(ReleaseFacts(**BY_LAW), stopped)[0]


def test_an_order_cannot_demand_what_the_register_does_not_name_for_it_suspended_or_not() -> None:
    facts = ReleaseFacts(**(BY_LAW | {"recipient": "courier"}))
    assert answer(facts)[:2] == (False, "ground-undeclared")
    assert answer(facts, rulebook("recipient.courier"))[:2] == (False, "suspended")
    wider = ReleaseFacts(**(BY_LAW | {"categories": names("health"), "fields": names()}))
    assert answer(wider, rulebook("category.health"))[1] == "category-undeclared"
