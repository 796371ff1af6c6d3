"""Run controls and store what they found: on demand, or those whose period has passed."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import structlog
from msgspec.structs import replace

from troth.evidence import facts
from troth.evidence.actions import record
from troth.evidence.discovery import discover
from troth.evidence.facts import Caught
from troth.evidence.findings import Finding
from troth.policy.promise import Control, Cursor, Evidence, Store
from troth.policy.words import Message, mark
from troth.store import SYSTEM, transact_on
from troth.store import Store as OurStore

PROOF_LASTS: Final = timedelta(days=30)
"""How long a caught sabotage speaks for a control that has nothing to examine."""

log = structlog.get_logger("troth.evidence")


def examine_all(store: OurStore, now: datetime) -> tuple[Finding, ...]:
    """Run every control over everything there is and store what each found."""
    return _examine(store, [(control, None) for control in discover()], now)


def examine_due(store: OurStore, now: datetime) -> tuple[Finding, ...]:
    """Run the controls whose period has passed since they last ran, and store what they found.

    Each goes on from where it got, if it can and its full scan is not due.
    """
    last = facts.last_examined(store.alias, now)
    due = [c for c in discover() if c.name not in last or now - last[c.name] >= c.period]
    work = [(control, facts.cursor_of(store.alias, control, now)) for control in due]
    return _examine(store, work, now) if work else ()


def _examine(
    store: OurStore, work: Iterable[tuple[Control, Cursor | None]], now: datetime
) -> tuple[Finding, ...]:
    caught = facts.last_caught(store.alias, now)
    findings = tuple(examine(control, store, now, caught, cursor) for control, cursor in work)
    transact_on(store, SYSTEM, now, record, findings)
    return findings


def examine(
    control: Control, store: Store, now: datetime, caught: Caught, cursor: Cursor | None = None
) -> Finding:
    """Run one control, over everything or on from a cursor; stores nothing.

    A control that raises has proven nothing: its finding is *unproven* and `failed`, which an
    audit reports as a finding. A control that examined nothing is not believed (`honest`).
    """
    begun = time.perf_counter()
    failed = False
    try:
        evidence = honest(_look(control, store, now, cursor), control, caught)
    except Exception as error:
        log.exception("control failed", control=control.name)
        failed = True
        evidence = Evidence(
            control=control.name,
            verdict="unproven",
            examined=0,
            at=now,
            why=Message(
                mark("The control itself failed (%(error)s), so nothing is proven."),
                {"error": type(error).__name__},
            ),
        )
    took_ms = round((time.perf_counter() - begun) * 1000)
    return Finding(evidence=evidence, took_ms=took_ms, failed=failed, full=cursor is None)


def _look(control: Control, store: Store, now: datetime, cursor: Cursor | None) -> Evidence:
    if cursor is None or control.resume is None:
        return control.examine(store, now)
    return control.resume(store, now, cursor)


def honest(evidence: Evidence, control: Control, caught: Caught) -> Evidence:
    """Hold a control to the rule that nothing examined proves nothing.

    It may answer *kept* all the same where every one of its sabotages was caught on a scratch
    store within `PROOF_LASTS`, and then says so.
    """
    if evidence.examined > 0 or evidence.verdict in {"broken", "unproven"}:
        return evidence
    times = [caught.get((control.name, sabotage.name)) for sabotage in control.sabotages]
    known = [at for at in times if at is not None and evidence.at - at <= PROOF_LASTS]
    if not known or len(known) < len(times):
        why = Message(mark("Nothing has happened yet that could be examined."))
        return replace(evidence, verdict="unproven", why=why)
    why = Message(
        mark(
            "Nothing has happened yet; each of its sabotages was caught on a scratch store,"
            " last on %(day)s."
        ),
        {"day": f"{min(known):%Y-%m-%d}"},
    )
    return replace(evidence, why=why)
