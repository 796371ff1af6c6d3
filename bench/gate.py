"""Group *gate*: one decision in process, verb by verb, beside Cedar in the same run.

Cedar gets what it can be given: a parsed policy set, parsed entities, twenty policies that say for
twenty uses of the default policy what the rulebook says, and a request made beforehand.
`--json` prints one JSON object a measure instead of the table.
"""

import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import cedarpy

from bench.timing import Timing, alternate, table
from troth import gate
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
from troth.policy.document import Version
from troth.policy.read import read
from troth.policy.rulebook import Rulebook, compile
from troth.site.config import bundled_policy
from troth.site.policyfolder import read_folder

CALLS: Final = 20_000
CEDAR_CALLS: Final = 500
CEDAR_POLICIES: Final = 20
NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)
LOOK_UP: Final = "compiled look-up"
WITH_FACTS: Final = "with facts made of their parts"
PARSED: Final = "with facts parsed of JSON"
CEDAR: Final = "Cedar, same question"
CEDAR_DENY: Final = "Cedar, a no"
REFUSAL: Final = "a no (undeclared category)"
REACH: Final[Mapping[str, str]] = {LOOK_UP: "≤ 1 µs", WITH_FACTS: "≤ 3 µs"}
RATIO_REACH: Final[Mapping[str, str]] = {LOOK_UP: "≥ 50 ×", WITH_FACTS: "≥ 50 ×", PARSED: ""}
"""Cedar's API takes its context as JSON, so the last is its like in work done, the first in use."""

COLLECT: Final = CollectFacts(
    category="account", fields=frozenset({"email"}), purpose="account", source="direct"
)
DOCUMENT: Final = (
    b'{"verb":"collect","category":"account","fields":["email"],"purpose":"account",'
    b'"source":"direct"}'
)


def verbs(rules: Rulebook) -> dict[str, Facts]:
    """Return facts of every verb that the default policy allows."""
    tomorrow = NOW + timedelta(days=1)
    account = frozenset({"account"})
    return {
        "collect": COLLECT,
        "collect, an event with consent": CollectFacts(
            category="usage",
            fields=frozenset({"installation", "feature", "app_version", "client", "at"}),
            purpose="usage-statistics",
            source="usage",
            event="feature-used",
            client="device",
            agreed=rules.mask(["purpose.usage-statistics"]),
        ),
        "use": UseFacts(category="account", purpose="notices"),
        "set_cookie": SetCookieFacts(
            name="troth-visitor",
            conforms=True,
            region="CN",
            agreed=rules.mask(["class.statistics"]),
        ),
        "read_cookie": ReadCookieFacts(
            name="troth-visitor",
            purpose="visitor-count",
            region="CN",
            agreed=rules.mask(["class.statistics"]),
        ),
        "release": ReleaseFacts(
            ground="law",
            recipient="authorities",
            categories=account,
            purpose="legal",
            persons=1,
            order=Order(
                authority="Example District Court",
                instrument="legal-process",
                documented=True,
                entered_by="member-1",
                reviewed_by="member-2",
                scope=account,
            ),
        ),
        "view": ViewFacts(
            category="account",
            purpose="account",
            undertaking_until=tomorrow,
            review_due=tomorrow,
            grant=Grant(
                categories=account,
                purposes=account,
                until=tomorrow,
                requested_by="member-1",
                approved_by="member-2",
                case="case-1",
            ),
            case="case-1",
        ),
        "take_effect": TakeEffectFacts(
            demands=frozenset({"notice"}),
            announced_at=NOW - timedelta(days=31),
            shown_at=NOW - timedelta(days=31),
        ),
    }


def cedar_policies(version: Version) -> cedarpy.PolicySet:
    """Return twenty uses of the default policy as Cedar has them."""
    rules = []
    for name, category in version.register.category.items():
        fields = ", ".join(f'"{field}"' for field in category.fields)
        required = ", ".join(f'"{k}"' for k, f in category.fields.items() if f.required)
        sources = ", ".join(f'"{source}"' for source in category.sources)
        for purpose in category.purposes:
            consent = version.register.purpose[purpose].consent
            rules.append(
                f'permit(principal, action == Action::"collect", resource == Category::"{name}") '
                f'when {{ context.purpose == "{purpose}" && [{sources}].contains(context.source) '
                f"&& [{fields}].containsAll(context.fields) "
                f"&& context.fields.containsAll([{required}])"
                + (f' && context.agreed.contains("{purpose}")' if consent != "none" else "")
                + " };"
            )
    assert len(rules) >= CEDAR_POLICIES
    return cedarpy.PolicySet.from_str("\n".join(rules[:CEDAR_POLICIES]))


def cedar_request(category: str) -> dict[str, Any]:
    """Return the same question for Cedar, its context serialised beforehand."""
    context = {"purpose": "account", "source": "direct", "fields": ["email"], "agreed": []}
    return {
        "principal": 'Person::"p"',
        "action": 'Action::"collect"',
        "resource": f'Category::"{category}"',
        "context": json.dumps(context),
    }


def repeat(work: Callable[[], object], calls: int) -> Callable[[], None]:
    """Return a function that does the work many times."""

    def run() -> None:
        for _ in range(calls):
            work()

    return run


def contestants(rules: Rulebook) -> dict[str, Callable[[], object]]:
    """Return what is timed, having made sure that it answers rightly."""
    undeclared = CollectFacts(
        category="horoscope", fields=frozenset({"sign"}), purpose="account", source="direct"
    )
    fields = frozenset({"email"})
    asked = verbs(rules)
    for facts in asked.values():
        decision = gate.decide(rules, facts, NOW)
        assert decision.allowed, decision
    assert not gate.decide(rules, undeclared, NOW).allowed
    work: dict[str, Callable[[], object]] = {
        LOOK_UP: lambda: gate.may_collect(rules, COLLECT, NOW),
        WITH_FACTS: lambda: gate.may_collect(
            rules,
            CollectFacts(category="account", fields=fields, purpose="account", source="direct"),
            NOW,
        ),
        PARSED: lambda: gate.may_collect(rules, gate.parse(DOCUMENT), NOW),  # type: ignore[arg-type]  # the document is a collection
        REFUSAL: lambda: gate.may_collect(rules, undeclared, NOW),
    }
    for name, facts in asked.items():
        work[f"{name}, dispatched"] = decided(rules, facts)
    return work


def decided(rules: Rulebook, facts: Facts) -> Callable[[], object]:
    """Return the decision of facts as work."""
    return lambda: gate.decide(rules, facts, NOW)


def cedar_contestants(version: Version) -> dict[str, Callable[[], object]]:
    """Return Cedar's yes and no, having made sure that it answers rightly."""
    policies = cedar_policies(version)
    entities = cedarpy.Entities.from_json_str("[]")
    yes, no = cedar_request("account"), cedar_request("horoscope")
    assert cedarpy.is_authorized(yes, policies, entities).allowed
    assert not cedarpy.is_authorized(no, policies, entities).allowed
    return {
        CEDAR: lambda: cedarpy.is_authorized(yes, policies, entities),
        CEDAR_DENY: lambda: cedarpy.is_authorized(no, policies, entities),
    }


def measure() -> tuple[dict[str, Timing], Timing]:
    """Time every contestant, Cedar's rounds between ours; and compiling."""
    version = read(read_folder(bundled_policy()))
    rules = compile(version)
    work = {name: repeat(one, CALLS) for name, one in contestants(rules).items()}
    cedar = {name: repeat(one, CEDAR_CALLS) for name, one in cedar_contestants(version).items()}
    calls = dict.fromkeys(work, CALLS) | dict.fromkeys(cedar, CEDAR_CALLS)
    timings = {
        name: Timing(
            name,
            tuple(wall / calls[name] for wall in timing.wall_s),
            tuple(cpu / calls[name] for cpu in timing.cpu_s),
        )
        for name, timing in alternate(work | cedar).items()
    }
    compiling = alternate({"compile the default policy": lambda: compile(version)})
    return timings, compiling["compile the default policy"]


def main(arguments: list[str]) -> None:
    """Measure and print the table, or JSON lines."""
    timings, compiling = measure()
    ratios = {name: timings[CEDAR].median_s / timings[name].median_s for name in RATIO_REACH}
    if arguments == ["--json"]:
        for timing in (*timings.values(), compiling):
            print(json.dumps(figures(timing), ensure_ascii=False))
        for name, ratio in ratios.items():
            print(json.dumps({"measure": f"Cedar ÷ {name}", "ratio": round(ratio, 1)}))
        return
    rows = [row(timing) for timing in timings.values()]
    rows += [
        (f"Cedar ÷ {name}", RATIO_REACH[name], f"{ratio:.0f} ×", "")
        for name, ratio in ratios.items()
    ]
    print(table(rows))
    print(f"\nCompiling the default policy: {compiling.median_s * 1e3:.2f} ms.")


def figures(timing: Timing) -> dict[str, object]:
    """Return one measure as data, in nanoseconds."""
    return {
        "measure": timing.name,
        "median_ns": round(timing.median_s * 1e9),
        "cpu_ns": round(timing.median_cpu_s * 1e9),
        "rounds_ns": [round(wall * 1e9) for wall in timing.wall_s],
    }


def row(timing: Timing) -> tuple[str, str, str, str]:
    """Lay out one measure in microseconds."""
    return (
        timing.name,
        REACH.get(timing.name, ""),
        f"{timing.median_s * 1e6:.2f} µs (CPU {timing.median_cpu_s * 1e9:,.0f} ns)",
        f"{min(timing.wall_s) * 1e6:.2f} … {max(timing.wall_s) * 1e6:.2f} µs",
    )


if __name__ == "__main__":
    main(sys.argv[1:])
