"""The statements of a policy: the lines of all languages, merged by id, in reading order."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from troth.policy.codes import Place, finding
from troth.policy.diagnostic import Diagnostic
from troth.policy.document import Kind, Line, Statement
from troth.policy.reader.files import LANG_FILES
from troth.policy.register import Binding
from troth.policy.words import LANGS, Lang, StatementId, Text, mark

LEAD_IN_ENDS: Final = (":", "：")
READING_LANG: Final[Lang] = "en"
"""The language whose order of statements is the reading order where the languages differ."""

Lines = Mapping[Lang, tuple[Line, ...]]


def merge(lines: Lines, bindings: Mapping[str, Binding]) -> tuple[Statement, ...]:
    """Return the statements; where a language has none, its text is empty."""
    by_id: dict[Lang, dict[StatementId, Line]] = {
        lang: {line.id: line for line in lines[lang]} for lang in LANGS
    }
    headings = {id_ for lang in LANGS for id_ in _headings(lines[lang])}
    sections = {id_: section for lang in LANGS for id_, section in _sections(lines[lang])}
    sections |= dict(_sections(lines[READING_LANG]))
    return tuple(
        _statement(id_, by_id, sections[id_], bindings.get(id_), is_heading=id_ in headings)
        for id_ in _order(lines)
    )


def _statement(
    id_: StatementId,
    by_id: Mapping[Lang, Mapping[StatementId, Line]],
    section: str,
    binding: Binding | None,
    *,
    is_heading: bool,
) -> Statement:
    zh, en = by_id["zh"].get(id_), by_id["en"].get(id_)
    text = Text(zh=zh.text if zh else "", en=en.text if en else "")
    if binding is None:
        return Statement(id_, "heading" if is_heading else "practice", text, section)
    kind: Kind = "practice" if binding.kind == "retired" else binding.kind
    return Statement(id_, kind, text, section, binding.kept_by, binding.reading)


def _headings(lines: Sequence[Line]) -> Iterator[StatementId]:
    """Yield the ids of headings, and of lead-ins: a colon at the end and a list that follows."""
    for line, below in zip(lines, (*lines[1:], None), strict=True):
        is_lead_in = (
            line.role != "row"
            and line.text.endswith(LEAD_IN_ENDS)
            and below is not None
            and below.role == "item"
            and below.level > (line.level if line.role == "item" else 0)
        )
        if line.role == "heading" or is_lead_in:
            yield line.id


def _sections(lines: Sequence[Line]) -> Iterator[tuple[StatementId, str]]:
    """Yield each line's id and the id of the heading it stands under."""
    open_headings: list[Line] = []
    for line in lines:
        if line.role == "heading":
            open_headings = [h for h in open_headings if h.level < line.level]
        yield line.id, open_headings[-1].id if open_headings else ""
        if line.role == "heading":
            open_headings.append(line)


def _order(lines: Lines) -> list[StatementId]:
    """Return all ids in the order of the reading language, others after their predecessor."""
    order = [line.id for line in lines[READING_LANG]]
    known = set(order)
    after: dict[StatementId | None, list[StatementId]] = {}
    for lang in LANGS:
        anchor: StatementId | None = None
        for line in lines[lang]:
            if line.id in known:
                anchor = line.id
            elif line.id not in (placed := after.setdefault(anchor, [])):
                placed.append(line.id)
    merged = list(after.get(None, ()))
    for id_ in order:
        merged += (id_, *after.get(id_, ()))
    return merged


def missing(lines: Lines) -> Iterator[Diagnostic]:
    """Yield a finding for each statement that a language lacks, where the other has it."""
    ids = {lang: {line.id for line in lines[lang]} for lang in LANGS}
    for lang in LANGS:
        for other in LANGS:
            for line in lines[lang]:
                if line.id not in ids[other]:
                    yield finding(
                        "T008",
                        Place(LANG_FILES[lang], line.at),
                        mark("`%(id)s` is missing in %(file)s."),
                        mark("Add the line to %(file)s, or strike it here."),
                        id=line.id,
                        file=LANG_FILES[other],
                    )
