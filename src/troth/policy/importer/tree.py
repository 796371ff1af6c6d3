"""What every input format is parsed into: blocks of styled text in order of reading."""

from typing import Literal

from msgspec import Struct

Role = Literal["heading", "paragraph", "item", "row"]


class Span(Struct, frozen=True):
    """A run of text in one style; `href` is a link's address or ""."""

    text: str
    strong: bool = False
    emphasis: bool = False
    code: bool = False
    href: str = ""


Spans = tuple[Span, ...]


class Block(Struct, frozen=True):
    """One heading, paragraph, list item or table row.

    `level` is the heading level (1-6) or the depth of an item (1 = outermost). `mark` is the
    bullet of an item, or the number its list gives it (`1.`), and is no part of the text.
    `continues` is true for a further paragraph of the item before it. `opens` begins a list or a
    table. A row has `cells` (their text), the others `spans`. `at` is the 1-based line, 0 unknown.
    """

    role: Role
    spans: Spans = ()
    level: int = 0
    mark: str = ""
    at: int = 0
    opens: bool = False
    continues: bool = False
    cells: tuple[Spans, ...] = ()

    @property
    def plain(self) -> str:
        """The visible text without the list's own mark."""
        if self.role == "row":
            return " ".join(plain(cell) for cell in self.cells)
        return plain(self.spans)


class Parsed(Struct, frozen=True):
    """A parsed file: its blocks; its `visible` text, gathered apart from them to check them.

    `left_out` are the beginnings of page furniture that is no policy text (menus, footers).
    `aside` is, in full, the source's text that is in no block by rule: that furniture, addresses.
    """

    blocks: tuple[Block, ...]
    visible: str
    left_out: tuple[str, ...] = ()
    aside: str = ""


def plain(spans: Spans) -> str:
    """Return the visible text of spans."""
    return "".join(span.text for span in spans)


def cut(spans: Spans, start: int, end: int) -> Spans:
    """Return the spans of the visible characters from `start` to `end`."""
    pieces = []
    at = 0
    for span in spans:
        first, last = max(start - at, 0), min(end - at, len(span.text))
        if first < last:
            pieces.append(
                Span(span.text[first:last], span.strong, span.emphasis, span.code, span.href)
            )
        at += len(span.text)
    return tuple(pieces)


def trimmed(spans: Spans) -> Spans:
    """Return the spans with white space as a reader sees it: runs as one space, none at the ends.

    A line break between two Chinese characters is no space.
    """
    pieces: list[Span] = []
    before = ""
    for span in _merged(spans):
        text = squeezed(span.text, before)
        if text:
            before = text[-1]
            pieces.append(Span(text, span.strong, span.emphasis, span.code, span.href))
    while pieces and pieces[-1].text.endswith(" "):
        last = pieces.pop()
        if last.text.rstrip():
            pieces.append(
                Span(last.text.rstrip(), last.strong, last.emphasis, last.code, last.href)
            )
    return tuple(pieces)


def _merged(spans: Spans) -> list[Span]:
    """Join neighbours of one style, so that white space between them is seen whole."""
    merged: list[Span] = []
    for span in spans:
        last = merged[-1] if merged else None
        if last is not None and _style(last) == _style(span):
            merged[-1] = Span(last.text + span.text, *_style(span))
        elif span.text:
            merged.append(span)
    return merged


def _style(span: Span) -> tuple[bool, bool, bool, str]:
    return span.strong, span.emphasis, span.code, span.href


def squeezed(text: str, before: str) -> str:
    """Return `text` with single spaces, given the visible character before it ("" at the start)."""
    lines = text.split("\n")
    joined = lines[0]
    for line in map(str.strip, lines[1:]):
        last = joined[-1:] or before
        joined += line if line and last and is_wide(last) and is_wide(line[0]) else f" {line}"
    words = joined.split()
    if not words:
        return " " if joined and before not in {"", " "} else ""
    lead = " " if joined[0].isspace() and before not in {"", " "} else ""
    return lead + " ".join(words) + (" " if text[-1].isspace() else "")


def is_wide(character: str) -> bool:
    """Tell whether a character is Chinese or full-width punctuation."""
    return "\u2e80" <= character <= "\u9fff" or "\uff00" <= character <= "\uff60"
