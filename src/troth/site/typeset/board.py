"""The console's first page: chapters with tallies, the document with its marks, one panel."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final, Literal

from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop
from msgspec import Struct

from troth.evidence.board import VERDICT_SIGNS, VERDICT_WORDS, Board, DayMark
from troth.policy import read
from troth.policy.document import Line, Version
from troth.policy.promise import Verdict
from troth.policy.words import Lang, StatementId
from troth.site.typeset.blocks import cells
from troth.site.typeset.inline import inline, plain
from troth.site.typeset.marks import Mark, mark_of
from troth.site.typeset.marks import marks_of as all_marks

KINDS: Final[Mapping[str, str]] = {
    "promise": gettext_noop("a promise"),
    "practice": gettext_noop("a practice"),
    "right": gettext_noop("a right"),
    "definition": gettext_noop("a definition"),
    "advice": gettext_noop("an advice"),
}
NOT_EXAMINED: Final = gettext_noop("not examined")
CELLS_BETWEEN: Final = " · "
NOTHING_BUILT: Final = gettext_noop("its control is not built yet")


class ChapterLine(Struct, frozen=True):
    """One chapter with how many of its statements are kept."""

    id: str
    label: str
    title: str
    kept: int
    total: int
    broken: int


class Row(Struct, frozen=True):
    """One line of the document; `mark` is None of headings and lead-ins."""

    id: StatementId
    role: Literal["heading", "text"]
    level: int
    label: str
    html: SafeString
    mark: Mark | None
    brief: str


class Day(Struct, frozen=True):
    """One day of the strip."""

    day: date
    verdict: str
    sign: str
    word: str


class Span(Struct, frozen=True):
    """Days in a row with the same verdict, for the table beside the strip."""

    first: date
    last: date
    sign: str
    word: str
    days: int


class Panel(Struct, frozen=True):
    """Everything known behind the mark of one statement."""

    id: StatementId
    label: str
    html: SafeString
    kind: str
    reading: SafeString | None
    mark: Mark
    days: Sequence[Day]
    spans: Sequence[Span]


class Count(Struct, frozen=True):
    """How many statements have a verdict."""

    verdict: Verdict
    sign: str
    word: str
    count: int


class BoardPage(Struct, frozen=True):
    """Everything the board's template shows."""

    title: str
    chapters: Sequence[ChapterLine]
    rows: Sequence[Row]
    counts: Sequence[Count]
    kept: int
    total: int
    examined_at: datetime | None
    panel: Panel | None

    @property
    def is_placed(self) -> bool:
        """Tell whether the panel has its sentence on the page, to stand right after it."""
        chosen = None if self.panel is None else self.panel.id
        return any(row.id == chosen and row.mark is not None for row in self.rows)


def known(asked: str, shown: Board) -> str:
    """Return the id of a statement that has a mark; "" of anything else somebody wrote."""
    return asked if asked in shown.marks else ""


def board_page(version: Version, board: Board, lang: Lang, chosen: str) -> BoardPage:
    """Return the board in a language with the panel of `chosen`, else of what needs care first."""
    marks = all_marks(board)
    lines = {line.id: line for line in version.lines[lang]}
    title = next((x for x in lines.values() if x.role == "heading" and x.level == 1), None)
    return BoardPage(
        title=gettext("Privacy policy") if title is None else read.plain(title.text),
        chapters=[
            ChapterLine(
                chapter.section,
                lines[StatementId(chapter.section)].mark if chapter.section in lines else "",
                read.plain(chapter.heading[lang]) or gettext("Before the first heading"),
                chapter.kept,
                chapter.total,
                chapter.broken,
            )
            for chapter in board.chapters
        ],
        rows=[_row(line, marks.get(line.id)) for line in lines.values() if line is not title],
        counts=[
            Count(verdict, VERDICT_SIGNS[verdict], gettext(VERDICT_WORDS[verdict]), count)
            for verdict, count in board.tally.items()
            if count
        ],
        kept=board.kept,
        total=board.total,
        examined_at=board.examined_at,
        panel=panel(version, board, lang, chosen),
    )


def panel(version: Version, board: Board, lang: Lang, chosen: str) -> Panel | None:
    """Return the panel of a statement: of `chosen`, else the first broken, else the first."""
    ids = [statement.id for statement in version.promises]
    broken = [id_ for id_ in ids if board.marks[id_].verdict == "broken"]
    picked = next((id_ for id_ in (chosen, *broken, *ids) if id_ in board.marks), None)
    if picked is None:
        return None
    id_ = StatementId(picked)
    statement = next(s for s in version.promises if s.id == id_)
    line = next((line for line in version.lines[lang] if line.id == id_), None)
    found = board.marks[id_]
    days = [_day(day) for day in found.days]
    return Panel(
        id=id_,
        label="" if line is None or line.mark == "-" else line.mark,
        html=inline(statement.text[lang] if line is None else _in_a_row(line), lang),
        kind=gettext(KINDS[statement.kind]),
        reading=None if statement.reading is None else plain(statement.reading[lang]),
        mark=mark_of(found),
        days=days,
        spans=_spans(days),
    )


def _row(line: Line, mark: Mark | None) -> Row:
    return Row(
        id=line.id,
        role="heading" if line.role == "heading" else "text",
        level=line.level,
        label="" if line.mark == "-" else line.mark,
        html=plain(read.plain(_in_a_row(line))),
        mark=mark,
        brief="" if mark is None else _brief(mark),
    )


def _in_a_row(line: Line) -> str:
    """Return a line's text; of a table's row its cells one after the other."""
    return CELLS_BETWEEN.join(cells(line.text)) if line.role == "row" else line.text


def _brief(mark: Mark) -> str:
    """Return the reason in a few words; of a broken mark what broke it.

    What a planned control will prove is for the panel.
    """
    if mark.proofs and all(proof.planned for proof in mark.proofs):
        return gettext(NOTHING_BUILT)
    return next((p.why for p in mark.proofs if p.verdict == "broken"), mark.short)


def _day(day: DayMark) -> Day:
    if day.verdict is None:
        return Day(day.day, "none", "–", gettext(NOT_EXAMINED))
    return Day(
        day.day, day.verdict, VERDICT_SIGNS[day.verdict], gettext(VERDICT_WORDS[day.verdict])
    )


def _spans(days: Sequence[Day]) -> list[Span]:
    """Join neighbouring days of the same verdict."""
    spans: list[Span] = []
    for day in days:
        last = spans[-1] if spans else None
        if last is not None and last.word == day.word:
            spans[-1] = Span(last.first, day.day, last.sign, last.word, last.days + 1)
        else:
            spans.append(Span(day.day, day.day, day.sign, day.word, 1))
    return spans
