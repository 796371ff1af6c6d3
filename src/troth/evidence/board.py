"""The board: every statement of a version with its mark and the evidence behind it.

`board(alias, version, at)` loads what is stored in two queries and examines nothing.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
from django.db.models import Max

from troth.evidence.combine import (
    DAYS_SHOWN,
    VERDICT_SIGNS,
    VERDICT_WORDS,
    WORST_FIRST,
    Known,
    control_mark,
    statement_mark,
)
from troth.evidence.discovery import discover, planned
from troth.evidence.marks import (
    Board,
    Chapter,
    ControlMark,
    DayMark,
    Run,
    SabotageMark,
    StatementMark,
)
from troth.evidence.models import Examination, Proof
from troth.evidence.sections import chapters
from troth.policy.document import Version
from troth.policy.words import StatementId, Text

__all__ = [
    "VERDICT_SIGNS",
    "VERDICT_WORDS",
    "Board",
    "Chapter",
    "ControlMark",
    "DayMark",
    "SabotageMark",
    "StatementMark",
    "board",
]

REVISION_DIGITS = 16


def board(alias: str, version: Version, at: datetime) -> Board:
    """Return the board of a version as it stood at a time (UTC)."""
    return assemble(version, known(alias, at))


def known(alias: str, at: datetime) -> Known:
    """Load what is known of all controls at a time."""
    first_day = at.date() - timedelta(days=DAYS_SHOWN - 1)
    runs: dict[str, list[Run]] = {}
    for row in Examination.objects.using(alias).filter(day__gte=first_day, began_at__lte=at):
        runs.setdefault(row.control, []).append(row.as_run())
    proofs = (
        Proof.objects.using(alias)
        .filter(caught=True, at__lte=at)
        .values_list("control", "sabotage")
        .annotate(Max("at"))
    )
    return Known(
        at=at,
        built={control.name: control for control in discover()},
        planned={control.name: control for control in planned()},
        runs=runs,
        caught={(control, sabotage): last for control, sabotage, last in proofs},
    )


def assemble(version: Version, facts: Known) -> Board:
    """Return the board of a version from what is known of its controls."""
    names = {name for statement in version.promises for name in statement.kept_by}
    controls = {name: control_mark(name, facts) for name in sorted(names)}
    marks = {s.id: statement_mark(s, controls, facts) for s in version.promises}
    found = tuple(_chapter(version, i, ids, marks) for i, ids in chapters(version).items())
    counted = Counter(mark.verdict for mark in marks.values())
    examined = [control.at for control in controls.values() if control.at is not None]
    return Board(
        version=version.hash,
        at=facts.at,
        chapters=found,
        marks=marks,
        tally={verdict: counted[verdict] for verdict in WORST_FIRST},
        examined_at=max(examined, default=None),
        revision=sha256(msgspec.json.encode((version.hash, found))).hexdigest()[:REVISION_DIGITS],
    )


def _chapter(
    version: Version,
    section: StatementId,
    ids: tuple[StatementId, ...],
    marks: Mapping[StatementId, StatementMark],
) -> Chapter:
    headings = {s.id: s.text for s in version.statements if s.kind == "heading"}
    inside = tuple(marks[i] for i in ids)
    return Chapter(
        section=section,
        heading=headings.get(section, Text("", "")),
        kept=sum(mark.verdict == "kept" for mark in inside),
        total=len(inside),
        broken=sum(mark.verdict == "broken" for mark in inside),
        marks=inside,
    )
