"""What may be taken in, and what for: allowed, refused, and who is named."""

from datetime import timedelta
from typing import Any

import pytest

from tests.gate.cases import ACCOUNT, BOUGHT, PAGE_VIEW, RULES, answer, names
from tests.gate.house import HOUSE, NOW, rulebook
from troth.gate import decide
from troth.gate.facts import CollectFacts, UseFacts


@pytest.mark.parametrize(
    ("change", "allowed", "code", "statement"),
    [
        ({}, True, "collection-declared", "collection.direct"),
        ({"fields": names("email", "nickname")}, True, "collection-declared", "collection.direct"),
        ({"fields": names("nickname")}, False, "field-required", "collection.direct"),
        ({"fields": names("email", "age")}, False, "field-undeclared", "collection.definition"),
        ({"category": "horoscope"}, False, "category-undeclared", "collection.definition"),
        ({"purpose": "visitor-count"}, False, "purpose-undeclared", "collection.definition"),
        ({"source": "public-records"}, False, "source-undeclared", "collection.definition"),
        (PAGE_VIEW, True, "collection-declared", "collection.usage"),
        (PAGE_VIEW | {"agreed": names()}, False, "consent-missing", "collection.usage"),
        (
            PAGE_VIEW | {"agreed": names(), "accepted": True},
            False,
            "acceptance-is-no-consent",
            "collection.usage",
        ),
        (PAGE_VIEW | {"event": None}, False, "event-missing", "collection.definition"),
        (PAGE_VIEW | {"event": "click"}, False, "event-undeclared", "collection.definition"),
        (PAGE_VIEW | {"client": "device"}, False, "client-undeclared", "collection.usage"),
        (PAGE_VIEW | {"client": None}, False, "client-undeclared", "collection.usage"),
        (PAGE_VIEW | {"fields": names("page")}, False, "field-required", "collection.usage"),
        (
            PAGE_VIEW | {"fields": names("at", "device")},
            False,
            "field-undeclared",
            "collection.definition",
        ),
        ({"event": "page-view"}, False, "event-mismatch", "collection.usage"),
        (BOUGHT, True, "collection-declared", "collection.third-party"),
        (BOUGHT | {"region": "CN-11"}, True, "collection-declared", "collection.third-party"),
        (BOUGHT | {"region": "FR"}, False, "source-not-permitted", "collection.third-party"),
        (BOUGHT | {"region": ""}, False, "source-not-permitted", "collection.third-party"),
        (
            BOUGHT | {"source": "commercial-data"},
            False,
            "source-unlicensed",
            "collection.third-party",
        ),
        (
            BOUGHT | {"separate": names(), "agreed": names("purpose.third-party-enrichment")},
            False,
            "separate-consent-missing",
            "collection.third-party",
        ),
    ],
)
def test_collect_takes_what_the_register_declares_and_nothing_else(
    change: dict[str, Any],
    allowed: bool,  # noqa: FBT001 (a column of the table)
    code: str,
    statement: str,
) -> None:
    facts = CollectFacts(**(ACCOUNT | change))
    assert answer(facts) == (allowed, code, statement)


def test_a_third_party_source_lapses_the_day_after_its_review() -> None:
    facts = CollectFacts(**BOUGHT)
    last_moment = NOW.replace(hour=23, minute=59)
    assert decide(RULES, facts, last_moment).allowed
    late = decide(RULES, facts, last_moment + timedelta(minutes=1))
    assert (late.allowed, late.reason.code) == (False, "source-lapsed")


@pytest.mark.parametrize("kind", ["public", "commercial"])
def test_a_third_party_source_needs_a_licence_or_contract_even_if_public(kind: str) -> None:
    licensed = HOUSE["source"]["public-records"] | {"kind": kind}
    facts = CollectFacts(**BOUGHT)
    assert answer(facts, rulebook(source={"public-records": licensed}))[0]
    without = rulebook(source={"public-records": licensed | {"licence": None}})
    assert answer(facts, without) == (False, "source-unlicensed", "collection.third-party")


@pytest.mark.parametrize(
    ("of_age", "consented", "plain"),
    [
        (True, "collection-declared", "collection-declared"),
        (None, "age-unknown", "collection-declared"),
        (False, "below-minimum-age", "below-minimum-age"),
    ],
)
def test_a_minimum_age_is_asked_where_consent_is_relied_on(
    of_age: bool | None,  # noqa: FBT001 (a column of the table)
    consented: str,
    plain: str,
) -> None:
    rules = rulebook(controller=HOUSE["controller"] | {"minimum_age": 14})
    sensitive = CollectFacts(
        category="health",
        fields=names("allergy"),
        purpose="support",
        source="direct",
        separate=names("category.health"),
        of_age=of_age,
    )
    assert answer(sensitive, rules)[1] == consented
    assert answer(CollectFacts(**ACCOUNT, of_age=of_age), rules)[1] == plain


def test_the_age_behind_a_browser_is_not_asked_with_each_event() -> None:
    rules = rulebook(controller=HOUSE["controller"] | {"minimum_age": 14})
    assert answer(CollectFacts(**PAGE_VIEW), rules)[1] == "collection-declared"
    assert answer(CollectFacts(**PAGE_VIEW, of_age=False), rules)[1] == "below-minimum-age"


@pytest.mark.parametrize(
    ("facts", "allowed", "code", "statement"),
    [
        (
            UseFacts(category="account", purpose="support"),
            True,
            "use-declared",
            "collection.messages",
        ),
        (
            UseFacts(category="account", purpose="legal"),
            False,
            "purpose-undeclared",
            "purpose.collection",
        ),
        (
            UseFacts(category="gossip", purpose="support"),
            False,
            "category-undeclared",
            "purpose.collection",
        ),
        (
            UseFacts(category="usage", purpose="usage-statistics"),
            False,
            "consent-missing",
            "collection.usage",
        ),
        (
            UseFacts(
                category="usage",
                purpose="usage-statistics",
                separate=names("purpose.usage-statistics"),
            ),
            True,
            "use-declared",
            "collection.usage",
        ),
        (
            UseFacts(category="health", purpose="support", agreed=names("category.health")),
            False,
            "separate-consent-missing",
            "collection.messages",
        ),
    ],
)
def test_use_needs_a_declared_purpose_and_its_consent(
    facts: UseFacts,
    allowed: bool,  # noqa: FBT001 (a column of the table)
    code: str,
    statement: str,
) -> None:
    assert answer(facts) == (allowed, code, statement)


def test_what_never_leaves_is_used_inside_alone() -> None:
    kept = HOUSE["category"]["account"] | {"never_leaves": True}
    rules = rulebook(category=HOUSE["category"] | {"account": kept})
    inside = UseFacts(category="account", purpose="support")
    assert answer(inside, rules)[1] == "use-declared"
    outside = UseFacts(category="account", purpose="support", outside=True)
    assert answer(outside, rules) == (False, "category-never-leaves", "collection.direct")
    assert answer(outside)[1] == "use-declared"
