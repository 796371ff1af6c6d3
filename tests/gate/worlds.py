"""Random small policies and facts about them, made so that most refusals are one step away."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.gate.house import CITES, NOW, STATEMENTS, entry, fields, text
from troth.gate.facts import (
    CollectFacts,
    Facts,
    Grant,
    Order,
    ReadCookieFacts,
    ReleaseFacts,
    SetCookieFacts,
    TakeEffectFacts,
    UseFacts,
    ViewFacts,
)
from troth.policy.words import Pseudonym

IDS = ("a", "b")
TABLES = ("purpose", "category", "event", "cookie", "partner", "source", "recipient")
COOKIES = ("one", "two", "t", "t-x", "t-x-1")
PATTERNS = ("one", "two", "t*", "t-*", "t-x")
CLASSES = ("necessary", "functional", "statistics", "partner")
PLACES = ("CN", "US", "US-CA", "FR", "")


def mostly(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    """Return the usual value four times in five, so that most facts are one step from a yes."""
    return st.integers(0, 4).flatmap(
        lambda dice: st.sampled_from(others) if dice == 4 and others else st.just(usual)
    )


ids = st.sampled_from(IDS)
likely = st.integers(0, 4).map(bool)
unlikely = likely.map(lambda value: not value)
wanted = mostly("a", "b", "c")
most_ids = mostly(list(IDS), ["a"], ["b", "c"], [])
statements = mostly("collection.direct", *STATEMENTS, "not.in.the.policy")
moments = st.sampled_from((-40, -31, -30, -29, -1, 0, 1, 30)).map(
    lambda days: NOW + timedelta(days=days)
)
later = mostly(NOW + timedelta(days=1), None, NOW, NOW - timedelta(days=1))
members = st.sampled_from(("m1", "m2", ""))
CONSENTS = tuple(
    f"{table}.{name}"
    for table in ("purpose", "category", "partner", "recipient", "cookie")
    for name in IDS
) + tuple(f"class.{name}" for name in CLASSES[1:])
consents = st.one_of(
    st.just(frozenset(CONSENTS)),
    st.just(frozenset[str]()),
    st.frozensets(st.sampled_from(CONSENTS)),
)


def table(values: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a table of two entries."""
    one = st.builds(
        lambda statement, drawn: entry(statement, **drawn),
        statements,
        st.fixed_dictionaries(values),
    )
    return st.fixed_dictionaries(dict.fromkeys(IDS, one))


purposes = table(
    {
        "basis": st.sampled_from(("consent", "contract")),
        "consent": st.sampled_from(("none", "none", "consent", "separate")),
    }
)
categories = table(
    {
        "class": st.just("personal"),
        "fields": mostly(fields("a", "b", required=("a",)), fields("a", "b", "c"), fields("b")),
        "purposes": most_ids,
        "sources": most_ids,
        "retention": st.just("a"),
        "sensitive": st.sampled_from((False, False, True)),
    }
)
events = table(
    {
        "category": wanted,
        "purpose": wanted,
        "attributes": most_ids,
        "clients": st.sampled_from((["browser"], ["device", "browser"])),
    }
)
sources = table(
    {
        "kind": st.sampled_from(("direct", "usage", "public", "commercial")),
        "permissions": mostly(
            {"CN": text("x"), "US": text("x")}, {"US-CA": text("x")}, {"*": text("x")}, {}
        ),
        "licence": mostly(text("licence"), None),
        "review": mostly(date(2026, 3, 1), date(2026, 2, 28), None),
    }
)
cookies = table(
    {
        "names": st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=2),
        "class": st.sampled_from(CLASSES),
        "purposes": most_ids,
        "lifetime_days": mostly(1, 0),
        "provider": st.just(text("us")),
        "grammar": st.just("x"),
        "partner": st.sampled_from((None, None, "a")),
    }
)
partners = table(
    {
        "reading": st.just("handed"),
        "feature": st.just(text("x")),
        "identifier": st.just(text("x")),
        "destination": st.just("x"),
        "purpose": wanted,
        "rotation_days": st.just(1),
    }
)
recipients = table(
    {
        "ground": st.sampled_from(("consent", "contract", "law")),
        "categories": most_ids,
        "purposes": most_ids,
        "countries": st.sampled_from(((), ("CN", "US"))),
        "public": st.booleans(),
    }
)
regions = table(
    {
        "mode": st.sampled_from(("opt-in", "opt-out")),
        "places": st.lists(st.sampled_from(("CN", "US", "US-CA", "*")), max_size=2),
    }
)
registers = st.fixed_dictionaries(
    {
        "purpose": purposes,
        "category": categories,
        "event": events,
        "source": sources,
        "cookie": cookies,
        "partner": partners,
        "recipient": recipients,
        "region": regions,
        "cites": st.just(CITES),
        "notice": st.sampled_from((None, {"statement": "revision.notice", "period_days": 30})),
        "controller": st.sampled_from((None, 14)).map(
            lambda age: {
                "statement": "collection.definition",
                "name": text("Example"),
                "country": "CN",
                "minimum_age": age,
            }
        ),
    }
)
suspensions = st.just(frozenset[str]()) | st.frozensets(
    st.builds("{}.{}".format, st.sampled_from(TABLES), ids), max_size=3
)
collect_facts = st.builds(
    CollectFacts,
    category=wanted,
    fields=mostly(frozenset("a"), frozenset("ab"), frozenset("b"), frozenset("ac")),
    purpose=wanted,
    source=wanted,
    agreed=consents,
    separate=consents,
    accepted=st.booleans(),
    region=st.sampled_from(PLACES),
    event=st.sampled_from((None, "a", "a", "b", "c")),
    client=st.sampled_from((None, "browser", "device", "server")),
    of_age=st.sampled_from((None, True, False)),
)
use_facts = st.builds(
    UseFacts,
    category=wanted,
    purpose=wanted,
    agreed=consents,
    separate=consents,
    accepted=st.booleans(),
)
set_cookie_facts = st.builds(
    SetCookieFacts,
    name=st.sampled_from(COOKIES),
    conforms=likely,
    max_age_seconds=mostly(60, 0, 86_400, 86_401),
    region=st.sampled_from(PLACES),
    agreed=consents,
    separate=consents,
    refused=mostly(frozenset[str](), frozenset(CONSENTS), frozenset({"cookie.a"})),
    accepted=st.booleans(),
)
read_cookie_facts = st.builds(
    ReadCookieFacts,
    name=st.sampled_from(COOKIES),
    purpose=wanted,
    refused=mostly(frozenset[str](), frozenset(CONSENTS)),
)
scopes = mostly(frozenset("ab"), frozenset({"a.x", "b"}), frozenset({"a", "b.x"}))
orders = st.builds(
    Order,
    authority=mostly("A court", ""),
    instrument=st.just("legal-process"),
    documented=likely,
    entered_by=st.just("m1"),
    reviewed_by=mostly("m2", "m1", "", None),
    scope=scopes,
    foreign=st.booleans(),
    approved=st.booleans(),
)
release_facts = st.builds(
    ReleaseFacts,
    ground=st.sampled_from(("consent", "law", "contract")),
    recipient=wanted,
    categories=mostly(frozenset("a"), frozenset("ab"), frozenset("bc"), frozenset[str]()),
    purpose=wanted,
    persons=st.sampled_from((1, 1, 2, 3, 0)),
    consenting=st.sampled_from((0, 1, 2, 3)),
    separate=consents,
    accepted=st.booleans(),
    fields=st.one_of(
        st.just(frozenset[str]()), st.frozensets(st.sampled_from(("a.x", "b.x", "b.y")))
    ),
    public=st.booleans(),
    country=st.sampled_from(("", "CN", "US", "FR")),
    order=likely.flatmap(lambda there: orders if there else st.none()),
)
people = mostly(Pseudonym("p1"), Pseudonym("p2"), None)
cases = st.sampled_from((None, "case-1", "case-2"))
grants = st.builds(
    Grant,
    categories=mostly(frozenset("ab"), frozenset("b")),
    purposes=mostly(frozenset("ab"), frozenset("b")),
    until=mostly(NOW + timedelta(days=1), NOW),
    requested_by=st.just("m1"),
    approved_by=mostly("m2", "m1", ""),
    person=people,
    case=cases,
)
view_facts = st.builds(
    ViewFacts,
    category=wanted,
    purpose=wanted,
    undertaking_until=later,
    review_due=later,
    frozen=unlikely,
    grant=likely.flatmap(lambda there: grants if there else st.none()),
    person=people,
    case=cases,
)
take_effect_facts = st.builds(
    TakeEffectFacts,
    first=st.sampled_from((False, False, True)),
    demands=st.frozensets(st.sampled_from(("notice", "prominent", "in_software"))),
    announced_at=st.none() | moments,
    shown_at=st.none() | moments,
    prominently=st.booleans(),
    old_period_days=st.sampled_from((0, 29, 31)),
)
any_facts: st.SearchStrategy[Facts] = st.one_of(
    collect_facts,
    use_facts,
    set_cookie_facts,
    read_cookie_facts,
    release_facts,
    view_facts,
    take_effect_facts,
)
FACTS_BY_VERB: dict[str, st.SearchStrategy[Facts]] = {
    "collect": collect_facts,
    "use": use_facts,
    "set_cookie": set_cookie_facts,
    "read_cookie": read_cookie_facts,
    "release": release_facts,
    "view": view_facts,
    "take_effect": take_effect_facts,
}
