"""A version's lines as blocks: headings, paragraphs, lists and tables, one or both languages."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

from django.utils.safestring import SafeString
from msgspec import Struct

from troth.policy.document import Line, Statement, Version
from troth.policy.words import LANGS, Lang, StatementId
from troth.site.typeset.inline import inline, plain
from troth.site.typeset.marks import Mark

HEADING_LEVEL_MAX: Final = 6
CELL_EDGE: Final = re.compile(r"(?<!\\)\|")


class Sentence(Struct, frozen=True):
    """One statement as it is shown; `mark` is None for headings, lead-ins and other languages.

    `gap` stands between it and the next sentence: no space follows a full stop in Chinese.
    """

    id: StatementId
    html: SafeString
    kind: str
    label: str = ""
    mark: Mark | None = None
    reading: SafeString | None = None
    cells: tuple[SafeString, ...] = ()
    gap: str = " "


class Item(Struct):
    """One list item: its sentences and the list inside it."""

    label: str
    sentences: list[Sentence]
    level: int
    children: list["Item"]


class Block(Struct):
    """Something that starts on a line of its own. Which fields are filled follows from `kind`."""

    kind: Literal["heading", "paragraph", "list", "table"]
    ids: list[StatementId]
    level: int = 0
    sentences: list[Sentence] = []
    items: list[Item] = []
    rows: list[Sentence] = []


class Pair(Struct, frozen=True):
    """A block and the same statements in the other language (empty where only one is shown)."""

    block: Block | None
    other: tuple[Block, ...] = ()


class Typesetter(Struct, frozen=True):
    """Sets the lines of one version in one language with the marks beside them."""

    version: Version
    lang: Lang
    marks: Mapping[StatementId, Mark]

    def pairs(self, *, both: bool) -> tuple[Pair, ...]:
        """Return the document; with `both`, each block beside the other language's."""
        blocks = list(self._blocks(self.version.lines[self.lang], self.lang))
        if not both:
            return tuple(Pair(block) for block in blocks)
        other = next(lang for lang in LANGS if lang != self.lang)
        lines = self.version.lines[other]
        paired = [
            Pair(block, tuple(self._blocks([x for x in lines if x.id in set(block.ids)], other)))
            for block in blocks
        ]
        placed = {id_ for block in blocks for id_ in block.ids}
        rest = self._blocks([x for x in lines if x.id not in placed], other)
        return (*paired, *(Pair(None, (block,)) for block in rest))

    def _blocks(self, lines: Iterable[Line], lang: Lang) -> Iterator[Block]:
        block: Block | None = None
        statements = {s.id: s for s in self.version.statements}
        for line in lines:
            sentence = self._sentence(line, statements.get(line.id), lang)
            if block is None or _begins(block, line):
                if block is not None:
                    yield block
                block = Block(_kind_of(line), [], min(line.level or 2, HEADING_LEVEL_MAX))
            _add(block, line, sentence)
        if block is not None:
            yield block

    def _sentence(self, line: Line, statement: Statement | None, lang: Lang) -> Sentence:
        own = lang == self.lang
        kind = "heading" if statement is None else statement.kind
        reading = None if statement is None or statement.reading is None else statement.reading
        return Sentence(
            id=line.id,
            html=inline(line.text, lang),
            kind=kind,
            label="" if line.mark == "-" else line.mark,
            mark=self.marks.get(line.id) if own else None,
            reading=plain(reading[lang]) if own and reading is not None else None,
            cells=_cells(line, lang) if line.role == "row" else (),
            gap="" if lang == "zh" else " ",
        )


def cells(text: str) -> tuple[str, ...]:
    """Return the cells of a table row, still as inline Markdown."""
    return tuple(cell.strip() for cell in CELL_EDGE.split(text.strip().strip("|")))


def _cells(line: Line, lang: Lang) -> tuple[SafeString, ...]:
    return tuple(inline(cell, lang) for cell in cells(line.text))


def _kind_of(line: Line) -> Literal["heading", "paragraph", "list", "table"]:
    kinds: Mapping[str, Literal["heading", "paragraph", "list", "table"]] = {
        "heading": "heading", "sentence": "paragraph", "item": "list", "row": "table",
    }  # fmt: skip
    return kinds[line.role]


def _begins(block: Block, line: Line) -> bool:
    """Tell whether a line starts a new block; a list goes on through its nested items."""
    kind = _kind_of(line)
    if kind != block.kind or kind == "heading":
        return True
    return line.opens and (kind != "list" or line.level <= block.level)


def _add(block: Block, line: Line, sentence: Sentence) -> None:
    block.ids.append(line.id)
    if block.kind == "list":
        _add_item(block.items, line, sentence)
    elif block.kind == "table":
        block.rows.append(sentence)
    else:
        block.sentences.append(sentence)


def _add_item(items: list[Item], line: Line, sentence: Sentence) -> None:
    """Put an item at its depth; a line without a mark goes on with the item before it."""
    last = items[-1] if items else None
    if last is not None and line.level > last.level:
        _add_item(last.children, line, sentence)
    elif last is not None and not line.mark and not line.opens:
        last.sentences.append(sentence)
    else:
        items.append(Item(sentence.label, [sentence], line.level, []))


def contents(version: Version, lang: Lang) -> Sequence[Sentence]:
    """Return the headings for the list of contents, each with its printed number."""
    return [
        Sentence(line.id, inline(line.text, lang), "heading", line.mark)
        for line in version.lines[lang]
        if line.role == "heading"
    ]
