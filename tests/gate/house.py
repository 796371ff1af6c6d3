"""A small invented policy with the default policy's ids, and how to build others from tables."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from troth.policy.document import Statement, Version
from troth.policy.register import Register
from troth.policy.rulebook import Rulebook, compile
from troth.policy.words import StatementId, Text, VersionHash

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HASH = VersionHash("a" * 64)

CITES = {
    "collect": "collection.definition",
    "use": "purpose.collection",
    "set_cookie": "cookies.sent",
    "read_cookie": "cookies.purpose-limit",
    "release": "disclosure.only",
    "view": "protection.access",
    "take_effect": "revision.notice",
}
STATEMENTS = (
    *CITES.values(),
    "collection.direct",
    "collection.usage",
    "collection.third-party",
    "collection.messages",
    "cookies.operation",
    "cookies.function",
    "cookies.options",
    "cookies.partners",
    "disclosure.consent",
    "disclosure.law",
)


def entry(statement: str, **values: Any) -> dict[str, Any]:
    """Return an entry as policy.toml has it."""
    return {"statement": statement, "label": {"zh": "条目", "en": "Entry"}, **values}


def text(word: str) -> dict[str, str]:
    """Return the same word in each language."""
    return {"zh": word, "en": word}


def fields(*names: str, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return fields by name, those `required` marked so."""
    return {name: {"label": text(name), "required": name in required} for name in names}


def cookie(statement: str, kind: str, name: str, *purposes: str, **values: Any) -> dict[str, Any]:
    """Return a cookie of a class that lasts ten days."""
    return entry(
        statement,
        names=[name],
        purposes=list(purposes),
        provider=text("us"),
        grammar="[a-z]+",
        **{"class": kind, "lifetime_days": 10, **values},
    )


HOUSE: dict[str, Any] = {
    "controller": {
        "statement": "collection.definition",
        "name": text("Example"),
        "country": "CN",
    },
    "notice": {"statement": "revision.notice", "period_days": 30},
    "region": {
        "careful": entry("cookies.sent", mode="opt-in", places=["CN", "FR", "US-CA"]),
        "loose": entry("cookies.sent", mode="opt-out", places=["US", "*"]),
    },
    "purpose": {
        "account": entry("collection.direct", basis="contract"),
        "support": entry("collection.messages", basis="contract"),
        "usage-statistics": entry("collection.usage", basis="consent"),
        "visitor-count": entry("cookies.function", basis="legitimate-interest"),
        "operation": entry("cookies.operation", basis="contract"),
        "options": entry("cookies.options", basis="contract"),
        "partner-services": entry("cookies.partners", basis="consent", consent="separate"),
        "third-party-enrichment": entry(
            "collection.third-party", basis="consent", consent="separate"
        ),
        "legal": entry("disclosure.law", basis="legal-obligation"),
    },
    "source": {
        "direct": entry("collection.direct", kind="direct"),
        "usage": entry("collection.usage", kind="usage"),
        "public-records": entry(
            "collection.third-party",
            kind="public",
            permissions={"CN": text("PIPL 13(6)"), "US": text("public record")},
            licence=text("open data licence"),
            review=date(2026, 3, 1),
        ),
        "commercial-data": entry(
            "collection.third-party", kind="commercial", permissions={"CN": text("contract")}
        ),
    },
    "category": {
        "account": entry(
            "collection.direct",
            fields=fields("email", "nickname", required=("email",)),
            purposes=["account", "support"],
            sources=["direct"],
            retention="account",
            **{"class": "personal"},
        ),
        "health": entry(
            "collection.messages",
            fields=fields("allergy"),
            purposes=["support"],
            sources=["direct"],
            retention="account",
            sensitive=True,
            **{"class": "personal"},
        ),
        "usage": entry(
            "collection.usage",
            fields=fields("page", "at", "device", required=("at",)),
            purposes=["usage-statistics"],
            sources=["usage"],
            retention="usage",
            **{"class": "linkable"},
        ),
        "third-party": entry(
            "collection.third-party",
            fields=fields("company"),
            purposes=["third-party-enrichment"],
            sources=["public-records", "commercial-data"],
            retention="account",
            **{"class": "personal"},
        ),
    },
    "event": {
        "page-view": entry(
            "collection.usage",
            category="usage",
            purpose="usage-statistics",
            attributes=["page", "at"],
            clients=["browser"],
        ),
    },
    "partner": {
        "map": entry(
            "cookies.partners",
            reading="handed",
            feature=text("map"),
            identifier=text("number"),
            destination="https://partner.example.com",
            purpose="partner-services",
            rotation_days=30,
        ),
    },
    "cookie": {
        "console-session": cookie(
            "cookies.operation", "necessary", "__Host-troth-console", "operation", lifetime_days=0
        ),
        "language": cookie("cookies.options", "functional", "troth-lang", "options"),
        "visitor": cookie("cookies.function", "statistics", "troth-visitor", "visitor-count"),
        "campaign": cookie("cookies.function", "statistics", "troth-c-*", "visitor-count"),
        "partner": cookie(
            "cookies.partners", "partner", "troth-map", "partner-services", partner="map"
        ),
    },
    "recipient": {
        "everyone": entry(
            "disclosure.consent",
            ground="consent",
            categories=["account"],
            purposes=["support"],
            public=True,
        ),
        "courier": entry(
            "disclosure.only",
            ground="contract",
            categories=["account"],
            purposes=["account"],
            countries=["CN", "SG"],
        ),
        "authorities": entry(
            "disclosure.law", ground="law", categories=["account"], purposes=["legal"]
        ),
    },
    "cites": CITES,
}


def version(tables: dict[str, Any], statements: tuple[str, ...] = STATEMENTS) -> Version:
    """Return a version with this register and one sentence an id."""
    return Version(
        hash=HASH,
        statements=tuple(
            Statement(StatementId(name), "practice", Text(f"声明 {name}", f"Says {name}"), "")
            for name in statements
        ),
        register=msgspec.convert(tables, Register),
        lines={},
        sources={},
    )


def rulebook(*suspended: str, **tables: Any) -> Rulebook:
    """Return the house's rulebook, with whole tables exchanged and paths suspended."""
    return compile(version({**HOUSE, **tables}), frozenset(suspended))
