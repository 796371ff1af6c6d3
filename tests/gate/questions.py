"""Random facts of every verb about the random policies."""

from datetime import timedelta
from itertools import combinations
from typing import Any, Final

from hypothesis import strategies as st

from tests.gate.house import NOW
from tests.gate.worlds import CLASSES, IDS, WANTED, weighted
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

COOKIES: Final = ("one", "two", "t", "t-x", "t-x-1")
PLACES: Final = ("CN", "US", "US-CA", "FR", "")
CONSENTS: Final = tuple(
    f"{table}.{name}"
    for table in ("purpose", "category", "partner", "recipient", "cookie")
    for name in IDS
) + tuple(f"class.{name}" for name in CLASSES[1:])


def mostly(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    """Return the usual value six times in seven, so that most facts are one step from a yes."""
    return st.sampled_from(weighted(usual, *others))


wanted = st.sampled_from(WANTED)
likely = st.sampled_from((True, True, True, True, False))
unlikely = st.sampled_from((False, False, False, False, True))
moments = st.sampled_from(
    [NOW + timedelta(days=days) for days in (-40, -31, -30, -29, -1, 0, 1, 30)]
)
later = mostly(NOW + timedelta(days=1), None, NOW, NOW - timedelta(days=1))
consents = st.sampled_from(
    [
        *[frozenset(CONSENTS)] * 100,
        *[frozenset[str]()] * 100,
        *(frozenset({name}) for name in CONSENTS),
        *(frozenset(CONSENTS) - {name} for name in CONSENTS),
        *(frozenset(pair) for pair in combinations(CONSENTS, 2)),
    ]
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
    event=st.sampled_from((None, None, None, "a", "a", "a", "b", "c")),
    client=mostly("browser", None, "device", "server"),
    of_age=st.sampled_from((True, True, None, False)),
)
use_facts = st.builds(
    UseFacts,
    category=wanted,
    purpose=wanted,
    agreed=consents,
    separate=consents,
    accepted=st.booleans(),
    outside=st.booleans(),
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
    region=st.sampled_from(PLACES),
    agreed=consents,
    separate=consents,
    refused=mostly(frozenset[str](), frozenset(CONSENTS)),
    accepted=st.booleans(),
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
    many=unlikely,
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
