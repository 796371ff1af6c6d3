"""The board: every statement of a version with its mark and the evidence behind it.

`board(alias, version, at)` loads what is stored in two queries and examines nothing.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

import msgspec

from troth.evidence import facts
from troth.evidence.combine import (
    VERDICT_SIGNS,
    VERDICT_WORDS,
    WORST_FIRST,
    Known,
    control_mark,
    statement_mark,
)
from troth.evidence.marks import (
    Board,
    Chapter,
    ControlMark,
    DayMark,
    SabotageMark,
    StatementMark,
)
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
    return assemble(version, facts.known(alias, at))


def assemble(version: Version, known: Known) -> Board:
    """Return the board of a version from what is known of its controls."""
    names = {name for statement in version.promises for name in statement.kept_by}
    controls = {name: control_mark(name, known) for name in sorted(names)}
    marks = {s.id: statement_mark(s, controls, known) for s in version.promises}
    found = tuple(_chapter(version, i, ids, marks) for i, ids in chapters(version).items())
    counted = Counter(mark.verdict for mark in marks.values())
    examined = [control.at for control in controls.values() if control.at is not None]
    return Board(
        version=version.hash,
        at=known.at,
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
