"""What the default policy lets be done, and which sentence says so."""

import json
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from troth.gate import decide, parse
from troth.policy.document import Version
from troth.policy.rulebook import Rulebook, compile

NOW: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
VISITOR: Final = {"verb": "set_cookie", "name": "troth-visitor", "conforms": True}
MESSAGE: Final = {
    "verb": "collect",
    "category": "contact-message",
    "purpose": "support",
    "source": "direct",
}
USED: Final = {
    "verb": "collect",
    "category": "usage",
    "purpose": "usage-statistics",
    "source": "usage",
    "event": "feature-used",
    "client": "device",
    "fields": ["installation", "feature"],
}
PUBLISH: Final = {
    "verb": "release",
    "ground": "consent",
    "recipient": "public-with-consent",
    "categories": ["contact-message"],
    "purpose": "publication",
    "public": True,
    "persons": 2,
}
COMPANY: Final = {
    "verb": "collect",
    "category": "third-party",
    "purpose": "third-party-enrichment",
    "source": "public-records",
    "fields": ["name"],
    "region": "CN",
    "separate": ["purpose.third-party-enrichment"],
}

ALLOWED: Final[list[tuple[dict[str, Any], str]]] = [
    ({"verb": "set_cookie", "name": "__Host-troth-console", "conforms": True}, "cookies.operation"),
    ({"verb": "set_cookie", "name": "troth-csrf", "conforms": True}, "cookies.operation"),
    ({**VISITOR, "agreed": ["class.statistics"]}, "cookies.function"),
    (
        {
            "verb": "read_cookie",
            "name": "troth-visitor",
            "purpose": "visitor-count",
            "agreed": ["class.statistics"],
        },
        "cookies.function",
    ),
    ({**MESSAGE, "fields": ["text"]}, "collection.messages"),
    ({**USED, "agreed": ["purpose.usage-statistics"]}, "collection.usage"),
    ({**PUBLISH, "consenting": 2}, "disclosure.consent"),
    ({"verb": "use", "category": "account", "purpose": "account"}, "collection.direct"),
]

REFUSED: Final[list[tuple[dict[str, Any], str, str]]] = [
    (VISITOR, "cookie-not-chosen", "cookies.function"),
    ({**VISITOR, "accepted": True}, "acceptance-is-no-consent", "cookies.function"),
    (
        {**VISITOR, "agreed": ["class.statistics"], "conforms": False},
        "cookie-malformed",
        "cookies.function",
    ),
    (
        {"verb": "set_cookie", "name": "_ga", "conforms": True},
        "cookie-undeclared",
        "cookies.operation",
    ),
    (
        {"verb": "set_cookie", "name": "troth-partner-x", "conforms": True},
        "cookie-undeclared",
        "cookies.operation",
    ),
    (
        {"verb": "read_cookie", "name": "troth-visitor", "purpose": "visitor-count"},
        "cookie-not-chosen",
        "cookies.function",
    ),
    (
        {"verb": "read_cookie", "name": "troth-visitor", "purpose": "credit-scoring"},
        "purpose-undeclared",
        "cookies.purpose-limit",
    ),
    ({**MESSAGE, "fields": ["text", "birthday"]}, "field-undeclared", "collection.definition"),
    ({**MESSAGE, "fields": ["subject"]}, "field-required", "collection.messages"),
    (USED, "consent-missing", "collection.usage"),
    (
        {**USED, "event": "typed-a-key", "agreed": ["purpose.usage-statistics"]},
        "event-undeclared",
        "collection.definition",
    ),
    (COMPANY, "source-not-permitted", "collection.third-party"),
    (
        {"verb": "use", "category": "account", "purpose": "marketing"},
        "purpose-undeclared",
        "protection.measures",
    ),
    ({**PUBLISH, "consenting": 1}, "separate-consent-missing", "disclosure.consent"),
    (
        {**PUBLISH, "recipient": "data-broker", "consenting": 2},
        "recipient-undeclared",
        "disclosure.only",
    ),
    (
        {"verb": "view", "category": "contact-message", "purpose": "support"},
        "undertaking-missing",
        "protection.access",
    ),
    ({"verb": "take_effect", "demands": ["notice"]}, "not-announced", "revision.notice"),
]


@pytest.fixture(scope="module")
def rules(policy: Version) -> Rulebook:
    return compile(policy)


@pytest.mark.parametrize(("facts", "statement"), ALLOWED)
def test_what_the_text_tells_of_is_allowed(
    facts: dict[str, Any], statement: str, rules: Rulebook
) -> None:
    decision = decide(rules, parse(json.dumps(facts)), NOW)
    assert (decision.allowed, decision.statement) == (True, statement), decision.reason


@pytest.mark.parametrize(("facts", "code", "statement"), REFUSED)
def test_what_it_does_not_tell_of_is_refused_by_a_sentence(
    facts: dict[str, Any], code: str, statement: str, rules: Rulebook
) -> None:
    decision = decide(rules, parse(json.dumps(facts)), NOW)
    assert (decision.allowed, decision.reason.code, decision.statement) == (False, code, statement)
