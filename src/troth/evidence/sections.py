"""The chapters of a policy: which heading each statement belongs to on the first level of it."""

from collections import Counter
from collections.abc import Mapping

from troth.policy.document import Line, Version
from troth.policy.words import StatementId


def chapters(version: Version) -> Mapping[StatementId, tuple[StatementId, ...]]:
    """Return the marked statements of each chapter, in reading order.

    The key is the chapter's heading, "" before the first. The chapter level is the highest that
    occurs more than once, so a title alone above it is no chapter.
    """
    lines = next((found for found in version.lines.values() if found), ())
    level = _chapter_level(lines)
    marked = {statement.id for statement in version.promises}
    found: dict[StatementId, list[StatementId]] = {}
    current = StatementId("")
    for line in lines:
        if line.role == "heading" and line.level <= level:
            current = line.id
        if line.id in marked:
            found.setdefault(current, []).append(line.id)
    missing = marked.difference(*found.values()) if found else marked
    if missing:
        found.setdefault(StatementId(""), []).extend(
            s.id for s in version.promises if s.id in missing
        )
    return {section: tuple(ids) for section, ids in found.items()}


def _chapter_level(lines: tuple[Line, ...]) -> int:
    levels = Counter(line.level for line in lines if line.role == "heading")
    repeated = [level for level, count in levels.items() if count > 1]
    return min(repeated or levels, default=1)
