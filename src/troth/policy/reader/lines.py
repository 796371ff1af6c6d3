"""The lines of one language's file: one statement a line, each ending in its id."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from troth.policy.codes import Place, finding
from troth.policy.diagnostic import Diagnostic
from troth.policy.document import Line, Role
from troth.policy.marks import split_mark
from troth.policy.words import StatementId, mark

LINE_END: Final = re.compile(r"\r\n|\r|\n")
TAGGED: Final = re.compile(r"^(.*?)\s*\{#([^{}]*)\}\s*$")
ID: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
HEADING: Final = re.compile(r"(#{1,6})\s+(.*)")
BULLET: Final = re.compile(r"[-*+]\s+(.*)")
NUMBERED: Final = re.compile(r"(\d{1,9}[.)])\s+(.*)")
TABLE_RULE: Final = re.compile(r"[\s|:-]*-[\s|:-]*")
INDENT_COLUMNS: Final = 2
ID_CHARACTERS_MAX: Final = 120


class Source(Struct, frozen=True):
    """What one language's file holds: its lines, and what was wrong with others."""

    lines: tuple[Line, ...]
    problems: tuple[Diagnostic, ...]


class _Above(Struct):
    """What stands above a line: how it may go on."""

    role: Role | None = None
    level: int = 0
    blank: bool = True


def split_lines(source: str) -> list[str]:
    """Return the lines as editors number them."""
    return LINE_END.split(source)


def read_lines(file: str, source: str) -> Source:
    """Return the statements' lines of one file; a line that carries no good id is left out."""
    lines: list[Line] = []
    problems: list[Diagnostic] = []
    first_at: dict[str, int] = {}
    above = _Above()
    for at, raw in _content(split_lines(source)):
        if not raw.strip():
            above.blank = True
            continue
        tagged = TAGGED.match(raw)
        if tagged is None:
            if not (above.role == "row" and TABLE_RULE.fullmatch(raw)):
                problems.append(_without_id(file, at, raw))
            continue
        body, id_ = tagged[1], tagged[2]
        place = Place(file, at, tagged.start(2) + 1, tagged.end(2) + 1)
        if not ID.fullmatch(id_) or len(id_) > ID_CHARACTERS_MAX:
            problems.append(_bad_id(place, id_))
        elif id_ in first_at:
            problems.append(_twice(place, id_, first_at[id_]))
        else:
            first_at[id_] = at
            lines.append(_line(StatementId(id_), body, at, above))
    return Source(tuple(lines), tuple(problems))


def _content(raw_lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield each line with its number, without the comments (an unclosed one is a line)."""
    ends = [at for at, raw in enumerate(raw_lines, 1) if raw.rstrip().endswith("-->")]
    skipped_to = 0
    for at, raw in enumerate(raw_lines, 1):
        if at <= skipped_to:
            continue
        if raw.lstrip().startswith("<!--"):
            place = bisect_left(ends, at)
            if place < len(ends):
                skipped_to = ends[place]
                continue
        yield at, raw


def _line(id_: StatementId, body: str, at: int, above: _Above) -> Line:
    """Read one line and note it as what stands above the next."""
    stripped = body.strip()
    indent = len(body) - len(body.lstrip())
    role, text, label, level = _shape(stripped, indent, above)
    opens = above.blank or above.role != role
    above.role, above.level, above.blank = role, level, False
    return Line(id_, role, text, label, level, opens, at)


def _shape(stripped: str, indent: int, above: _Above) -> tuple[Role, str, str, int]:
    """Return role, text, printed mark and level of a line's body."""
    if found := HEADING.fullmatch(stripped):
        label, text = split_mark(found[2])
        return "heading", text, label, len(found[1])
    if found := BULLET.fullmatch(stripped):
        label, text = split_mark(found[1])
        return "item", text, label or "-", indent // INDENT_COLUMNS + 1
    if found := NUMBERED.fullmatch(stripped):
        return "item", found[2], found[1], indent // INDENT_COLUMNS + 1
    if stripped.startswith("|") and stripped.endswith("|") and len(stripped) > 1:
        return "row", stripped[1:-1].strip(), "", 0
    if indent >= INDENT_COLUMNS and above.role == "item" and not above.blank:
        return "item", stripped, "", min(indent // INDENT_COLUMNS, above.level)
    return "sentence", stripped, "", 0


def _without_id(file: str, at: int, raw: str) -> Diagnostic:
    start = len(raw) - len(raw.lstrip())
    return finding(
        "T005",
        Place(file, at, start + 1, len(raw.rstrip()) + 1),
        mark("This line carries no id, so no statement of the policy holds it."),
        mark("End the line in ` {#section.name}`, the same id in each language."),
    )


def _bad_id(place: Place, id_: str) -> Diagnostic:
    return finding(
        "T006",
        place,
        mark("`%(id)s` cannot be an id."),
        mark("Use lower-case letters a-z, digits, `-`, and `.` between parts: `cookies.sent`."),
        id=id_,
    )


def _twice(place: Place, id_: str, first: int) -> Diagnostic:
    return finding(
        "T007",
        place,
        mark("The id `%(id)s` stands in line %(first)s already."),
        mark("Give this line an id of its own, in each language."),
        id=id_,
        first=first,
    )
