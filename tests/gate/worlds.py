"""Random small policies, made so that most refusals are one step away from a yes.

A table is drawn whole, from some hundred made beforehand: a policy costs nine draws, not ninety.
"""

import random
from datetime import date
from itertools import product
from typing import Any, Final, TypeVar

from hypothesis import strategies as st

from tests.gate.house import CITES, STATEMENTS, entry, fields, text

T = TypeVar("T")

IDS: Final = ("a", "b")
TABLES: Final = ("purpose", "category", "event", "cookie", "partner", "source", "recipient")
PATTERNS: Final = ("one", "two", "t*", "t-*", "t-x")
PATTERN_LISTS: Final = (
    *([p] for p in PATTERNS),
    *(list(pair) for pair in product(PATTERNS, repeat=2)),
)
CLASSES: Final = ("necessary", "functional", "statistics", "partner")
TABLES_EACH: Final = 400


def weighted(usual: T, *others: T) -> tuple[T, ...]:
    """Return values of which the usual one comes six times in seven."""
    return (usual,) * (6 * len(others)) + others


WANTED: Final = weighted("a", "b", "c")
MOST_IDS: Final = weighted(list(IDS), ["a"], ["b", "c"], [])
STATEMENT: Final = weighted("collection.direct", *STATEMENTS, "not.in.the.policy")


def table(**values: tuple[Any, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Return tables of two entries; `kind_class` is the key `class`."""
    chance = random.Random(0)  # noqa: S311 (the same tables in every run)

    def one() -> dict[str, Any]:
        drawn = {key.removeprefix("kind_"): chance.choice(of) for key, of in values.items()}
        return entry(chance.choice(STATEMENT), **drawn)

    return st.sampled_from([{name: one() for name in IDS} for _ in range(TABLES_EACH)])


REGISTER: Final[dict[str, st.SearchStrategy[Any]]] = {
    "purpose": table(
        basis=("consent", "contract", "contract"),
        consent=("none", "none", "consent", "separate"),
    ),
    "category": table(
        kind_class=("personal",),
        fields=weighted(
            fields("a", "b", required=("a",)),
            fields("a", "b", "c", required=("b",)),
            fields("b"),
        ),
        purposes=MOST_IDS,
        sources=MOST_IDS,
        retention=("a",),
        sensitive=(False, False, True),
        never_leaves=weighted(False, True),  # noqa: FBT003 (a column of the table)
    ),
    "event": table(
        category=WANTED,
        purpose=WANTED,
        attributes=MOST_IDS,
        clients=(["browser"], ["device", "browser"]),
    ),
    "source": table(
        kind=("direct", "usage", "public", "commercial"),
        permissions=weighted(
            {"CN": text("x"), "US": text("x")}, {"US-CA": text("x")}, {"*": text("x")}, {}
        ),
        licence=weighted(text("licence"), None),
        review=weighted(date(2026, 3, 1), date(2026, 2, 28), None),
    ),
    "cookie": table(
        names=PATTERN_LISTS,
        kind_class=CLASSES,
        purposes=MOST_IDS,
        lifetime_days=weighted(1, 0),
        provider=(text("us"),),
        grammar=("x",),
        partner=(None, None, "a"),
    ),
    "partner": table(
        reading=("handed",),
        feature=(text("x"),),
        identifier=(text("x"),),
        destination=("x",),
        purpose=WANTED,
        rotation_days=(1,),
    ),
    "recipient": table(
        ground=("consent", "contract", "law"),
        categories=MOST_IDS,
        purposes=MOST_IDS,
        countries=((), ("CN", "US"), ("US",)),
        public=(False, True),
    ),
    "region": table(
        mode=("opt-in", "opt-out"),
        places=([], ["CN"], ["US"], ["US-CA"], ["*"], ["US", "*"], ["CN", "US"]),
    ),
    "cites": st.just(CITES),
    "notice": st.sampled_from((None, {"statement": "revision.notice", "period_days": 30})),
    "controller": st.sampled_from(
        [
            {
                "statement": "collection.definition",
                "name": text("Example"),
                "country": country,
                "minimum_age": age,
            }
            for age in (None, 14)
            for country in weighted("CN", "", "{fill: country}")
        ]
    ),
}
registers = st.fixed_dictionaries(REGISTER)
suspensions = st.sampled_from(
    [
        *[frozenset[str]()] * 300,
        *(frozenset({f"{name}.{key}"}) for name in TABLES for key in IDS),
        *(
            frozenset({f"{one}.a", f"{two}.{key}"})
            for one in TABLES
            for two in TABLES
            for key in IDS
        ),
    ]
)
