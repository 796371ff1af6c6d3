"""Facts that are allowed in the house; each test changes one of them."""

from datetime import timedelta
from typing import Any

from tests.gate.house import NOW, rulebook
from troth.gate import decide
from troth.gate.facts import Facts, Grant, Order
from troth.policy.rulebook import Rulebook

RULES = rulebook()
DAY = timedelta(days=1)
ACCOUNT: dict[str, Any] = {
    "category": "account",
    "fields": frozenset({"email"}),
    "purpose": "account",
    "source": "direct",
}
PAGE_VIEW: dict[str, Any] = {
    "category": "usage",
    "fields": frozenset({"page", "at"}),
    "purpose": "usage-statistics",
    "source": "usage",
    "event": "page-view",
    "client": "browser",
    "agreed": frozenset({"purpose.usage-statistics"}),
}
BOUGHT: dict[str, Any] = {
    "category": "third-party",
    "fields": frozenset({"company"}),
    "purpose": "third-party-enrichment",
    "source": "public-records",
    "region": "CN",
    "separate": frozenset({"purpose.third-party-enrichment"}),
}
ORDER = Order(
    authority="Example District Court",
    instrument="legal-process",
    documented=True,
    entered_by="member-1",
    reviewed_by="member-2",
    scope=frozenset({"account.email"}),
)
BY_LAW: dict[str, Any] = {
    "ground": "law",
    "recipient": "authorities",
    "categories": frozenset({"account"}),
    "fields": frozenset({"account.email"}),
    "purpose": "legal",
    "persons": 1,
    "order": ORDER,
}
PUBLISH: dict[str, Any] = {
    "ground": "consent",
    "recipient": "everyone",
    "categories": frozenset({"account"}),
    "purpose": "support",
    "persons": 3,
    "consenting": 3,
    "public": True,
}
SEND: dict[str, Any] = {
    "ground": "contract",
    "recipient": "courier",
    "categories": frozenset({"account"}),
    "purpose": "account",
    "persons": 1,
    "country": "CN",
}
GRANT = Grant(
    categories=frozenset({"account"}),
    purposes=frozenset({"support"}),
    until=NOW + DAY,
    requested_by="member-1",
    approved_by="member-2",
    case="case-1",
)
VIEW: dict[str, Any] = {
    "category": "account",
    "purpose": "support",
    "undertaking_until": NOW + DAY,
    "review_due": NOW + DAY,
    "grant": GRANT,
    "case": "case-1",
}
NOTICED: dict[str, Any] = {
    "demands": frozenset({"notice", "prominent"}),
    "announced_at": NOW - 30 * DAY,
    "shown_at": NOW - 30 * DAY,
    "prominently": True,
}


def answer(facts: Facts, rules: Rulebook = RULES) -> tuple[bool, str, str]:
    """Decide and return what a reader sees."""
    decision = decide(rules, facts, NOW)
    return decision.allowed, decision.reason.code, decision.statement


def changed(grant: Any, **values: Any) -> Any:
    """Return a struct with some values exchanged."""
    return type(grant)(**{f: getattr(grant, f) for f in grant.__struct_fields__} | values)


def names(*values: str) -> frozenset[str]:
    """Return names as facts hold them."""
    return frozenset(values)
