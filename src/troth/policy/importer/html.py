"""HTML into blocks, by the parser browsers agree on; page furniture is left out and named."""
# ruff: noqa: SIM905 - a list of words reads better as a sentence

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser, LexborNode

from troth.policy.importer.tree import Block, Parsed, Role, Span, Spans, plain, trimmed

_SILENT: Final = frozenset("script style noscript template svg iframe canvas head".split())
_FURNITURE: Final = frozenset("nav footer aside dialog form button select textarea".split())
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_BLOCKS: Final = frozenset(
    "address article blockquote body caption center dd details div dl dt fieldset figcaption"
    " figure header hgroup hr html main p pre section summary tbody td tfoot th thead tr".split()
)
_STRONG: Final = frozenset({"b", "strong"})
_EMPHASIS: Final = frozenset({"em", "i", "cite", "dfn"})
_CODE: Final = frozenset({"code", "kbd", "samp", "tt"})
_HIDING: Final = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b", re.IGNORECASE
)
_EXCERPT_CHARS: Final = 40


class _Style(Struct, frozen=True):
    """How the text at a place is set."""

    strong: bool = False
    emphasis: bool = False
    code: bool = False
    href: str = ""


def parse(text: str) -> Parsed:
    """Return the blocks of an HTML text; scripts and styles are no text, menus are left out."""
    root = LexborHTMLParser(text).root
    walk = _Walk(text)
    visible: list[str] = []
    if root is not None:
        walk.children(root, _Style())
        walk.flush()
        visible.extend(_visible(root))
    return Parsed(tuple(walk.blocks), "".join(visible), tuple(walk.left_out), "\n".join(walk.aside))


def _visible(root: LexborNode) -> Iterator[str]:
    """Yield the text a reader sees, by a plain walk that knows no blocks."""
    for node in root.iter(include_text=True):
        if node.tag == "-text":
            yield node.text_content or ""
        elif node.tag == "img":
            yield node.attributes.get("alt") or ""
        elif not _is_dropped(node):
            yield from _visible(node)


def _is_dropped(node: LexborNode) -> bool:
    tag = node.tag or ""
    return tag in _SILENT or tag in _FURNITURE or tag.startswith(("-", "!")) or _is_hidden(node)


def _is_hidden(node: LexborNode) -> bool:
    """Tell whether no reader sees an element; `aria-hidden` hides from screen readers only."""
    style = node.attributes.get("style") or ""
    return "hidden" in node.attributes or _HIDING.search(style) is not None


class _List(Struct):
    """A list that is open: its next number (None for bullets), whether an item was written."""

    number: int | None
    fresh: bool = True


class _Walk:
    """Collects blocks while walking the tree in order of reading."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.searched = 0
        self.line = 1
        self.blocks: list[Block] = []
        self.left_out: list[str] = []
        self.aside: list[str] = []
        self.buffer: list[Span] = []
        self.role: Role = "paragraph"
        self.level = 0
        self.lists: list[_List] = []
        self.items: list[tuple[str, bool]] = []
        self.begun: list[bool] = []

    def children(self, parent: LexborNode, style: _Style) -> None:
        """Walk what is inside an element."""
        for node in parent.iter(include_text=True):
            tag = node.tag or ""
            if tag == "-text":
                self.buffer.append(self._span(node.text_content or "", style))
            elif tag == "img":
                self.buffer.append(self._span(node.attributes.get("alt") or "", style))
            elif tag in _SILENT or tag.startswith(("-", "!")):
                continue
            elif _is_dropped(node):
                self._leave_out(node)
            else:
                self._element(node, tag, style)

    def _span(self, text: str, style: _Style) -> Span:
        text = text.replace("\xa0", " ")
        return Span(text, style.strong, style.emphasis, style.code, style.href)

    def _leave_out(self, node: LexborNode) -> None:
        text = " ".join((node.text() or "").split())
        if text:
            self.aside.append(text)
            self.left_out.append(f"<{node.tag}> {text[:_EXCERPT_CHARS]}")

    def _element(self, node: LexborNode, tag: str, style: _Style) -> None:
        if tag == "br":
            self._break()
        elif tag in _HEADINGS:
            self.flush()
            self.role, self.level = "heading", _HEADINGS[tag]
            self.children(node, style)
            self.flush()
            self.role = "paragraph"
        elif tag in {"ul", "ol", "menu"}:
            self._list(node, tag, style)
        elif tag == "li":
            self._item(node, style)
        elif tag == "table":
            self._table(node, style)
        elif tag in _BLOCKS:
            self.flush()
            self.children(node, style)
            self.flush()
        else:
            self.children(node, self._styled(node, tag, style))

    def _styled(self, node: LexborNode, tag: str, style: _Style) -> _Style:
        return _Style(
            style.strong or tag in _STRONG,
            style.emphasis or tag in _EMPHASIS,
            style.code or tag in _CODE,
            (node.attributes.get("href") or "") if tag == "a" else style.href,
        )

    def _break(self) -> None:
        """One line break is white space; two make a paragraph."""
        tail = next((s for s in reversed(self.buffer) if s.text.strip() or s.text == "\v"), None)
        if tail is not None and tail.text == "\v":
            self.flush()
        else:
            self.buffer.append(Span("\v"))

    def _list(self, node: LexborNode, tag: str, style: _Style) -> None:
        self.flush()
        start = node.attributes.get("start") or "1"
        number = (int(start) if start.isdecimal() else 1) if tag == "ol" else None
        self.lists.append(_List(number))
        self.children(node, style)
        self.flush()
        self.lists.pop()

    def _item(self, node: LexborNode, style: _Style) -> None:
        self.flush()
        top = self.lists[-1] if self.lists else _List(None)
        mark = "-"
        if top.number is not None:
            mark = f"{top.number}."
            top.number += 1
        self.items.append((mark, top.fresh))
        top.fresh = False
        self.begun.append(False)
        self.children(node, style)
        self.flush()
        self.begun.pop()
        self.items.pop()

    def _table(self, node: LexborNode, style: _Style) -> None:
        self.flush()
        if node.css_first("td table, td h1, td h2, td h3, td h4, td li") is not None:
            self.children(node, style)  # a table that lays out the page, as old pages do
            self.flush()
            return
        opens = True
        for caption in node.css("caption"):
            self.children(caption, style)
            self.flush()
        for row in node.css("tr"):
            cells = [self._cell(cell, style) for cell in row.iter() if cell.tag in {"td", "th"}]
            if any(cells):
                at = self._line_of(next(plain(cell) for cell in cells if cell))
                self.blocks.append(Block("row", at=at, opens=opens, cells=tuple(cells)))
                opens = False

    def _cell(self, cell: LexborNode, style: _Style) -> Spans:
        """Return a cell's text in one line, whatever is nested in it."""
        inner = _Walk("")
        inner.children(cell, style)
        inner.flush()
        self.left_out.extend(inner.left_out)
        self.aside.extend(inner.aside)
        spans: list[Span] = []
        for block in inner.blocks:
            for part in block.cells or (block.spans,):
                spans.extend((*([Span(" ")] if spans else []), *part))
        return trimmed(tuple(spans))

    def flush(self) -> None:
        """End the block being gathered."""
        spans = trimmed(tuple(Span(" ") if s.text == "\v" else s for s in self.buffer))
        self.buffer.clear()
        if not spans:
            return
        at = self._line_of(plain(spans))
        if self.role == "heading":
            self.blocks.append(Block("heading", spans, self.level, at=at))
        elif self.begun:
            continues, self.begun[-1] = self.begun[-1], True
            mark, opens = ("", False) if continues else self.items[-1]
            self.blocks.append(Block("item", spans, len(self.begun), mark, at, opens, continues))
        else:
            self.blocks.append(Block("paragraph", spans, at=at))

    def _line_of(self, text: str) -> int:
        """Return the line on which a text begins, looking on from the one before."""
        found = self.source.find(text[:12].partition("&")[0], self.searched)
        if found >= 0:
            self.line += self.source.count("\n", self.searched, found)
            self.searched = found
        return self.line
