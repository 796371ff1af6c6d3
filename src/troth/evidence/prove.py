"""Show that controls can fail: commit each sabotage, look at what turns red, undo it.

Only ever on a scratch store: each sabotage is committed inside a transaction that is then undone,
but what guards the true store is switched off in it.
"""

import time
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

from django.db import connections
from msgspec.structs import replace

import troth
from troth.evidence.discovery import discover
from troth.evidence.examination import examine
from troth.evidence.findings import Finding
from troth.evidence.fingerprint import fingerprint
from troth.evidence.trial import Proving, Trial, red_statements
from troth.policy.document import Version
from troth.policy.promise import Control, Sabotage
from troth.policy.words import StatementId
from troth.store import SYSTEM, Store, Tx, transact_on


class _UndoError(Exception):
    """Carries a trial's outcome out of its transaction, undoing all the sabotage did."""

    def __init__(self, trial: Trial) -> None:
        super().__init__(trial.sabotage)
        self.trial = trial


def prove(
    scratch: Store, version: Version, now: datetime, controls: tuple[Control, ...] | None = None
) -> Proving:
    """Try every sabotage of the controls (None: all there are) on a scratch store.

    `version` is the policy in force there; it says which statements a red control breaks.
    """
    begun = time.perf_counter()
    tried = discover() if controls is None else controls
    before = _examine(tried, scratch, now)
    trials = tuple(
        attempt(scratch, version, now, control, sabotage, tried)
        for control in tried
        for sabotage in control.sabotages
    )
    return Proving(
        red_before=_red(version, before),
        failed_before=tuple(f.evidence.control for f in before if f.failed),
        unprovable=tuple(c.name for c in tried if not c.sabotages),
        trials=trials,
        red_after=_red(version, _examine(tried, scratch, now)),
        took_ms=_since(begun),
    )


def attempt(
    scratch: Store,
    version: Version,
    now: datetime,
    control: Control,
    sabotage: Sabotage,
    controls: tuple[Control, ...],
) -> Trial:
    """Commit one sabotage, examine everything, undo it."""
    begun = time.perf_counter()
    before = fingerprint(connections[scratch.alias])
    trial = Trial(control=control.name, sabotage=sabotage.name, expected=sabotage.breaks)
    try:
        transact_on(scratch, SYSTEM, now, _attempt, version, trial, before, sabotage, controls)
    except _UndoError as undone:
        trial = undone.trial
    except Exception as error:  # noqa: BLE001 - whatever a sabotage raises is reported as its fault
        trial = replace(trial, error=f"{type(error).__name__}: {error}")
    if sabotage.undo is not None:
        try:
            sabotage.undo(scratch)
        except Exception as error:  # noqa: BLE001 - the same
            trial = replace(trial, error=f"{type(error).__name__}: {error}")
    stays = fingerprint(connections[scratch.alias]) != before
    return replace(trial, stays=stays, took_ms=_since(begun))


def _attempt(
    tx: Tx,
    version: Version,
    trial: Trial,
    before: str,
    sabotage: Sabotage,
    controls: tuple[Control, ...],
) -> NoReturn:
    scratch, connection = Store(tx.alias), connections[tx.alias]
    sabotage.commit(scratch)
    # what needs an undo of its own may have changed something outside the database
    changed = sabotage.undo is not None or fingerprint(connection) != before
    findings = _examine(controls, scratch, tx.now)
    verdicts = {f.evidence.control: f.evidence.verdict for f in findings}
    raise _UndoError(
        replace(
            trial,
            broke=_red(version, findings),
            changed=changed,
            failed=tuple(f.evidence.control for f in findings if f.failed),
            turned_red=verdicts.get(trial.control) == "broken",
        )
    )


def _examine(controls: tuple[Control, ...], scratch: Store, now: datetime) -> tuple[Finding, ...]:
    return tuple(examine(control, scratch, now, {}) for control in controls)


def _red(version: Version, findings: tuple[Finding, ...]) -> frozenset[StatementId]:
    return red_statements(version, {f.evidence.control: f.evidence.verdict for f in findings})


def _since(begun: float) -> int:
    return round((time.perf_counter() - begun) * 1000)


def code_hash() -> str:
    """Return the SHA-256 over Troth's own source files: which code a proof speaks of."""
    package = Path(troth.__file__).resolve().parent
    digest = sha256()
    for file in sorted(package.rglob("*.py")):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(package)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
