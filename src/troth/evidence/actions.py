"""Verbs of evidence: record what controls found, record which sabotages were caught."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any, Final

import msgspec

from troth.evidence.facts import newest
from troth.evidence.findings import Finding
from troth.evidence.models import Examination, Proof
from troth.evidence.trial import Trial
from troth.ledger import LedgerEntry
from troth.ledger import record as enter
from troth.store import Tx
from troth.store.locks import serialise

LOCK: Final = "evidence.record"
KEPT_DAYS: Final = 400
"""Examinations and proofs older than this are dropped: a year can be compared with the last."""


def record(tx: Tx, findings: Sequence[Finding]) -> None:
    """Store what controls found; an examination older than the last one stored is left out."""
    serialise(tx, LOCK)
    for finding in findings:
        _record_one(tx, finding)
    oldest = tx.now - timedelta(days=KEPT_DAYS)
    Examination.objects.using(tx.alias).filter(at__lt=oldest).delete()


def _record_one(tx: Tx, finding: Finding) -> None:
    """Bring the last row up to date if day and verdict are the same, else begin a new one."""
    evidence = finding.evidence
    examinations = Examination.objects.using(tx.alias)
    last = newest(tx.alias, evidence.control, tx.now)
    if last is not None and last.at > evidence.at:
        return
    found: dict[str, Any] = {
        "at": evidence.at,
        "examined": evidence.examined,
        "figures": dict(evidence.figures),
        "samples": list(evidence.samples),
        "why": msgspec.to_builtins(evidence.why),
        "took_ms": finding.took_ms,
        "failed": finding.failed,
        "cursor": None if evidence.cursor is None else dict(evidence.cursor),
        "full_at": evidence.at if finding.full or last is None else last.full_at,
    }
    day = evidence.at.astimezone(UTC).date()
    same = last is not None and last.verdict == evidence.verdict
    if last is not None and same and last.day == day:
        examinations.filter(pk=last.pk).update(times=last.times + 1, **found)
        return
    if not same:
        _tell(tx, finding)
    examinations.create(
        control=evidence.control,
        verdict=evidence.verdict,
        day=day,
        began_at=evidence.at,
        since=last.since if last is not None and same else evidence.at,
        **found,
    )


def _tell(tx: Tx, finding: Finding) -> None:
    """Enter that a control came to another verdict than before."""
    evidence = finding.evidence
    about = {
        "control": evidence.control,
        "verdict": evidence.verdict,
        "examined": evidence.examined,
        "failed": finding.failed,
    }
    enter(tx, LedgerEntry("evidence.verdict", about=about))


def record_proofs(tx: Tx, trials: Sequence[Trial], code: str) -> None:
    """Store which sabotages were caught by the code of this hash, and what each broke."""
    caught = sum(trial.caught for trial in trials)
    about = {"sabotages": len(trials), "caught": caught, "code": code}
    enter(tx, LedgerEntry("evidence.proven", about=about))
    Proof.objects.using(tx.alias).bulk_create(
        Proof(
            control=trial.control,
            sabotage=trial.sabotage,
            caught=trial.caught,
            at=tx.now,
            broke=sorted(trial.broke),
            code=code,
        )
        for trial in trials
    )
    Proof.objects.using(tx.alias).filter(at__lt=tx.now - timedelta(days=KEPT_DAYS)).delete()
