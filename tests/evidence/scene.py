"""Small statements, controls and runs to combine, and when things happen."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from troth.evidence.marks import Run
from troth.policy.document import Statement, Version
from troth.policy.promise import Control, Evidence, Sabotage, Store, Verdict
from troth.policy.register import Register
from troth.policy.words import Message, StatementId, Text, VersionHash

START: Final = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
NOW: Final = START + timedelta(days=20)
NOTHING_YET: Final = frozenset(
    {
        "access.live-grants",
        "access.log-complete",
        "access.reviews-on-time",
        "access.undertakings",
        "collection.keys-in-scope",
        "consent.shown-text",
        "protection.procedures",
    }
)
"""Controls that prove nothing in a house without members, in which nobody has chosen anything."""


def statement(statement_id: str, *kept_by: str) -> Statement:
    """Return a promise kept by controls of these names."""
    return Statement(
        id=StatementId(statement_id),
        kind="promise",
        text=Text("我们会信守。", "We will keep it."),
        section="",
        kept_by=kept_by,
    )


def policy_of(*statements: Statement) -> Version:
    """Return a policy that holds nothing but these statements."""
    return Version(
        hash=VersionHash("0" * 64),
        statements=statements,
        register=Register(),
        lines={},
        sources={},
    )


def control(
    name: str,
    examine: Callable[[Store, datetime], Evidence],
    *sabotages: Sabotage,
    period: timedelta = timedelta(minutes=10),
) -> Control:
    """Return a control of this name."""
    proves = Message("A thing is so.")
    return Control(name=name, proves=proves, period=period, examine=examine, sabotages=sabotages)


def answering(
    name: str, verdict: Verdict, examined: int = 1
) -> Callable[[Store, datetime], Evidence]:
    """Return an examination that always gives the same verdict."""

    def examine(_store: Store, now: datetime) -> Evidence:
        return Evidence(
            control=name,
            verdict=verdict,
            examined=examined,
            at=now,
            why=Message("It is %(verdict)s.", {"verdict": verdict}),
        )

    return examine


def run(control_name: str, verdict: Verdict, at: datetime, since: datetime | None = None) -> Run:
    """Return a stored run of one examination."""
    return Run(
        control=control_name,
        verdict=verdict,
        day=at.date(),
        at=at,
        since=since or at,
        why=Message("It is %(verdict)s.", {"verdict": verdict}),
        examined=1,
    )
