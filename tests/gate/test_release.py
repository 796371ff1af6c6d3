"""What may leave: with consent, by contract, by order."""

from typing import Any

import pytest

from tests.gate.cases import BY_LAW, ORDER, PUBLISH, SEND, answer, changed, names
from tests.gate.house import HOUSE, rulebook
from troth.gate.facts import ReleaseFacts


@pytest.mark.parametrize(
    ("facts", "allowed", "code", "statement"),
    [
        (PUBLISH, True, "release-consented", "disclosure.consent"),
        (PUBLISH | {"consenting": 2}, False, "separate-consent-missing", "disclosure.consent"),
        (
            PUBLISH | {"consenting": 0, "accepted": True},
            False,
            "acceptance-is-no-consent",
            "disclosure.consent",
        ),
        (
            PUBLISH | {"consenting": 0, "persons": 1, "separate": names("recipient.everyone")},
            True,
            "release-consented",
            "disclosure.consent",
        ),
        (
            PUBLISH | {"consenting": 0, "persons": 2, "separate": names("recipient.everyone")},
            False,
            "separate-consent-missing",
            "disclosure.consent",
        ),
        (PUBLISH | {"categories": names("usage")}, False, "category-undeclared", "disclosure.only"),
        (PUBLISH | {"categories": names()}, False, "release-empty", "disclosure.only"),
        (PUBLISH | {"persons": 0}, False, "release-empty", "disclosure.only"),
        (PUBLISH | {"purpose": "legal"}, False, "purpose-undeclared", "disclosure.only"),
        (PUBLISH | {"recipient": "press"}, False, "recipient-undeclared", "disclosure.only"),
        (SEND, True, "release-contracted", "disclosure.only"),
        (SEND | {"public": True}, False, "recipient-not-public", "disclosure.only"),
        (PUBLISH | {"public": False}, False, "recipient-public", "disclosure.consent"),
        (SEND | {"ground": "consent"}, False, "ground-undeclared", "disclosure.only"),
        (SEND | {"country": "US"}, False, "country-undeclared", "disclosure.only"),
        (SEND | {"country": "SG"}, False, "separate-consent-missing", "disclosure.only"),
        (SEND | {"country": "SG", "consenting": 1}, True, "release-consented", "disclosure.only"),
        (BY_LAW, True, "release-ordered", "disclosure.law"),
        (BY_LAW | {"order": None}, False, "order-missing", "disclosure.law"),
        (
            BY_LAW | {"order": changed(ORDER, documented=False)},
            False,
            "order-unauthenticated",
            "disclosure.law",
        ),
        (
            BY_LAW | {"order": changed(ORDER, reviewed_by="member-1")},
            False,
            "order-unreviewed",
            "disclosure.law",
        ),
        (
            BY_LAW | {"order": changed(ORDER, foreign=True)},
            False,
            "order-unapproved",
            "disclosure.law",
        ),
        (
            BY_LAW | {"order": changed(ORDER, foreign=True, approved=True)},
            True,
            "release-ordered",
            "disclosure.law",
        ),
        (BY_LAW | {"fields": names()}, False, "order-scope", "disclosure.law"),
        (
            BY_LAW | {"fields": names("account.email", "account.nickname")},
            False,
            "order-scope",
            "disclosure.law",
        ),
        (BY_LAW | {"purpose": "gossip"}, False, "purpose-undeclared", "disclosure.law"),
        (BY_LAW | {"purpose": "account"}, False, "purpose-undeclared", "disclosure.law"),
        (BY_LAW | {"recipient": "police"}, False, "recipient-undeclared", "disclosure.law"),
        (BY_LAW | {"recipient": "courier"}, False, "ground-undeclared", "disclosure.only"),
        (BY_LAW | {"public": True}, False, "order-public", "disclosure.law"),
        (
            BY_LAW
            | {
                "categories": names("health"),
                "fields": names(),
                "order": changed(ORDER, scope=names("health")),
            },
            False,
            "category-undeclared",
            "disclosure.law",
        ),
    ],
)
def test_nothing_leaves_without_everyones_consent_a_contract_or_a_reviewed_order(
    facts: dict[str, Any],
    allowed: bool,  # noqa: FBT001 (a column of the table)
    code: str,
    statement: str,
) -> None:
    assert answer(ReleaseFacts(**facts)) == (allowed, code, statement)


def test_a_release_that_names_no_country_stays_at_home_and_goes_to_no_recipient_abroad() -> None:
    far = HOUSE["recipient"]["courier"] | {"countries": ["US"]}
    rules = rulebook(recipient={"courier": far})
    facts = ReleaseFacts(**(SEND | {"country": ""}))
    assert answer(facts) == (True, "release-contracted", "disclosure.only")
    assert answer(facts, rules) == (False, "country-undeclared", "disclosure.only")


@pytest.mark.parametrize("unknown", ["", "{fill: two-letter country code}"])
@pytest.mark.parametrize("declared", [[], ["CN"]])
def test_who_does_not_say_where_she_is_releases_nothing_by_contract_alone(
    unknown: str, declared: list[str]
) -> None:
    rules = rulebook(
        controller=HOUSE["controller"] | {"country": unknown},
        recipient={"courier": HOUSE["recipient"]["courier"] | {"countries": declared}},
    )
    for country in ("", "CN"):
        assert not answer(ReleaseFacts(**(SEND | {"country": country})), rules)[0]
    where = "CN" if declared else ""
    agreed = ReleaseFacts(**(SEND | {"country": where, "consenting": 1}))
    assert answer(agreed, rules) == (True, "release-consented", "disclosure.only")


def test_sensitive_data_needs_everyones_consent_even_under_a_contract() -> None:
    courier = HOUSE["recipient"]["courier"] | {"categories": ["account", "health"]}
    rules = rulebook(recipient={"courier": courier})
    assert answer(ReleaseFacts(**SEND), rules)[1] == "release-contracted"
    for categories in (names("health"), names("account", "health")):
        facts = SEND | {"categories": categories, "persons": 2}
        refused = (False, "separate-consent-missing", "disclosure.only")
        assert answer(ReleaseFacts(**facts, consenting=1), rules) == refused
        agreed = (True, "release-consented", "disclosure.only")
        assert answer(ReleaseFacts(**facts, consenting=2), rules) == agreed


@pytest.mark.parametrize(
    "change",
    [
        PUBLISH,
        SEND | {"consenting": 1},
        BY_LAW | {"order": changed(ORDER, scope=names("account"))},
        BY_LAW | {"categories": names("usage")},
    ],
)
@pytest.mark.parametrize("suspended", [(), ("category.account",)])
def test_what_never_leaves_is_in_no_release_agreed_to_contracted_or_ordered(
    change: dict[str, Any], suspended: tuple[str, ...]
) -> None:
    kept = HOUSE["category"]["account"] | {"never_leaves": True}
    rules = rulebook(*suspended, category=HOUSE["category"] | {"account": kept})
    facts = ReleaseFacts(**({"fields": names("account.email")} | change))
    assert answer(facts, rules) == (False, "category-never-leaves", "collection.direct")


def test_a_publication_needs_everyones_consent_even_under_a_contract() -> None:
    shop = HOUSE["recipient"]["courier"] | {"public": True}
    rules = rulebook(recipient={"courier": shop})
    facts = ReleaseFacts(**(SEND | {"public": True}))
    assert answer(facts, rules) == (False, "separate-consent-missing", "disclosure.only")
    agreed = ReleaseFacts(**(SEND | {"public": True, "consenting": 1}))
    assert answer(agreed, rules) == (True, "release-consented", "disclosure.only")
