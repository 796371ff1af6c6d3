"""Markdown (CommonMark, tables, front matter, attribute lists) into blocks."""

import re
from collections.abc import Iterable
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin
from msgspec import Struct
from msgspec.structs import replace

from troth.policy.importer import html
from troth.policy.importer.tree import Block, Parsed, Role, Span, Spans, trimmed

# `{: .lead}` and `{#id .class key="x"}`: layout hints of kramdown and its kin, no text.
_ATTRIBUTES: Final = re.compile(
    r"[ \t]*\{(?::[^}\n]*|[#.][\w.:-]+(?:[ \t]+[^}\n]*)?)\}[ \t]*$", re.MULTILINE
)
_PARSER: Final = MarkdownIt("commonmark").enable("table").use(front_matter_plugin)


def parse(text: str) -> Parsed:
    """Return the blocks of a Markdown text; front matter and attribute lists are layout."""
    tokens = _PARSER.parse(_ATTRIBUTES.sub("", text))
    walk = _Walk()
    for token in tokens:
        walk.take(token)
    return Parsed(tuple(walk.blocks), "".join(_visible(tokens)), tuple(walk.left_out))


def spans_of(text: str) -> Spans:
    """Return the spans of one line of inline Markdown."""
    tokens = _PARSER.parseInline(text)
    return trimmed(tuple(_spans(tokens[0].children or ())))


def _visible(tokens: Iterable[Token]) -> Iterable[str]:
    for token in tokens:
        if token.type == "inline":
            yield from _visible(token.children or ())
        elif token.type in {"text", "code_inline", "code_block", "fence", "image"}:
            yield token.content
        elif token.type in {"softbreak", "hardbreak"}:
            yield "\n"
        elif token.type == "html_block":
            yield html.parse(token.content).visible


def _spans(tokens: Iterable[Token]) -> Iterable[Span]:
    strong = emphasis = 0
    href = ""
    for token in tokens:
        if token.type in {"text", "image"}:
            yield Span(token.content, strong > 0, emphasis > 0, href=href)
        elif token.type == "code_inline":
            yield Span(token.content, code=True, href=href)
        elif token.type in {"softbreak", "hardbreak"}:
            yield Span("\n", strong > 0, emphasis > 0, href=href)
        elif token.type == "html_inline" and token.content.lower().startswith("<br"):
            yield Span(" ")
        elif token.type in {"strong_open", "strong_close"}:
            strong += token.nesting
        elif token.type in {"em_open", "em_close"}:
            emphasis += token.nesting
        elif token.type == "link_open":
            href = str(token.attrs.get("href", ""))
        elif token.type == "link_close":
            href = ""


class _List(Struct):
    """A list that is open: its next number (None for bullets) and whether an item was written."""

    number: int | None
    delimiter: str = "."
    fresh: bool = True


class _Walk:
    """Collects blocks from the flat list of tokens."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.left_out: list[str] = []
        self.lists: list[_List] = []
        self.begun: list[bool] = []
        self.mark = ""
        self.opens = False
        self.role: Role = "paragraph"
        self.level = 0
        self.at = 0
        self.row: list[Spans] | None = None

    def take(self, token: Token) -> None:
        """Take the next token."""
        if token.map and token.type != "inline":
            self.at = token.map[0] + 1
        kind = token.type
        if kind == "inline":
            self._text(trimmed(tuple(_spans(token.children or ()))))
        elif kind in {"fence", "code_block"}:
            self._text(trimmed((Span(token.content, code=True),)))
        elif kind == "html_block":
            self._html(token.content)
        elif kind == "heading_open":
            self.role, self.level = "heading", int(token.tag[1])
        elif "list" in kind:
            self._take_list(token)
        else:
            self._take_table(kind)

    def _take_list(self, token: Token) -> None:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            start = token.attrs.get("start", 1) if token.type.startswith("o") else None
            self.lists.append(_List(None if start is None else int(start), token.markup or "."))
        elif token.type == "list_item_open":
            self._begin_item(token)
        elif token.type == "list_item_close":
            self.begun.pop()
        else:
            self.lists.pop()

    def _take_table(self, kind: str) -> None:
        if kind == "table_open":
            self.opens = True
        elif kind == "tr_open":
            self.row = []
        elif kind == "tr_close":
            self._end_row()

    def _begin_item(self, token: Token) -> None:
        top = self.lists[-1]
        self.mark = "-"
        if top.number is not None:
            self.mark = f"{token.info or top.number}{token.markup or top.delimiter}"
            top.number += 1
        self.opens, top.fresh = top.fresh, False
        self.begun.append(False)

    def _end_row(self) -> None:
        cells = tuple(self.row or ())
        self.row = None
        if any(cells):
            self.blocks.append(Block("row", at=self.at, opens=self.opens, cells=cells))
            self.opens = False

    def _text(self, spans: Spans) -> None:
        if self.row is not None:
            self.row.append(spans)
        elif spans and self.role == "heading":
            self.blocks.append(Block("heading", spans, self.level, at=self.at))
        elif spans and self.begun:
            continues = self.begun[-1]
            self.begun[-1] = True
            mark, opens = ("", False) if continues else (self.mark, self.opens)
            self.blocks.append(
                Block("item", spans, len(self.begun), mark, self.at, opens, continues)
            )
            self.opens = False
        elif spans:
            self.blocks.append(Block("paragraph", spans, at=self.at))
        self.role = "paragraph"

    def _html(self, content: str) -> None:
        parsed = html.parse(content)
        self.blocks.extend(replace(block, at=self.at) for block in parsed.blocks)
        self.left_out.extend(parsed.left_out)
