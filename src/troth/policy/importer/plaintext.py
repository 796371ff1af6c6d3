"""Plain text into blocks: headings by number or by shape, items by dash or number."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from msgspec import Struct

from troth.policy.importer.sentences import sentence_ends
from troth.policy.importer.tree import Block, Parsed, Role, Span, is_wide
from troth.policy.marks import split_mark

_BULLET: Final = re.compile(r"^(?P<indent>[ \t\u3000]*)(?P<bullet>[-*+•·●○◦▪■‣–—])[ \t]+(?=\S)")
_TABLE_RULE: Final = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_UNDERLINE: Final = re.compile(r"^\s*(?:={3,}|-{3,}|\*{3,}|_{3,})\s*$")
_CLOSED: Final = re.compile(r"[.。!！?？;；:：,，、…][\"'”’)）」』】]*$")
_LEAD: Final = re.compile(r"[:：][\"'”’)）」』】]*$")
_HEADING_WIDTH: Final = 90
_TITLE_WIDTH: Final = 64
_TITLE: Final = re.compile(
    r"\b(?:policy|notice|statement)$|(?:政策|声明|条款|协议|指引)$", re.IGNORECASE
)
_WORDS: Final = frozenset({*"章节条款篇分", "section", "article", "chapter", "part"})
_HAN_NUMBERS: Final = {d: n for n, d in enumerate("零一二三四五六七八九十")}
_WRAP_MIN, _WRAP_MAX = 45, 130
_WRAP_SHARE: Final = 0.7
_WRAP_LINES_MIN: Final = 3
_CLOSED_SHARE: Final = 0.5  # broken lines end anywhere; whole ones with a stop
_WIDE: Final = re.compile("[\u2e80-\u9fff\uff00-\uff60]")


class _Line(Struct, frozen=True):
    """A logical line: its text, 1-based number, indent in columns, bullet or ""; blank before."""

    text: str
    at: int
    indent: int
    bullet: str
    apart: bool


def parse(text: str) -> Parsed:
    """Return the blocks of a plain text."""
    lines = list(_logical_lines(text))
    walk = _Walk(lines)
    blocks = tuple(walk.blocks())
    visible = "".join(
        _BULLET.sub("", line).replace("|", " ") if "|" in line else _BULLET.sub("", line)
        for line in text.split("\n")
        if not _UNDERLINE.match(line) and not _TABLE_RULE.match(line)
    )
    return Parsed(blocks, visible)


def _logical_lines(text: str) -> Iterator[_Line]:
    raw = [line.rstrip() for line in text.split("\n")]
    wrapped = _is_wrapped(raw)
    apart = True
    pending: _Line | None = None
    for number, line in enumerate(raw, 1):
        if not line.strip() or _UNDERLINE.match(line) or _TABLE_RULE.match(line):
            apart = True
            continue
        found = _BULLET.match(line)
        body = line[found.end() :] if found else line.strip()
        indent = len(line[: len(line) - len(line.lstrip())].expandtabs(4))
        starts = found is not None or split_mark(body)[0] or body.startswith("|")
        if pending is not None and wrapped and not apart and not starts:
            space = "" if is_wide(pending.text[-1]) and is_wide(body[0]) else " "
            pending = _Line(
                pending.text + space + body,
                pending.at,
                pending.indent,
                pending.bullet,
                pending.apart,
            )
            continue
        if pending is not None:
            yield pending
        pending = _Line(body, number, indent, found["bullet"] if found else "", apart)
        apart = False
    if pending is not None:
        yield pending


def _is_wrapped(raw: list[str]) -> bool:
    """Tell whether paragraphs are broken into lines of about one width, as e-mail does."""
    inner = [a for a, b in pairwise(raw) if a.strip() and b.strip()]
    if len(inner) < _WRAP_LINES_MIN or max(map(_width, raw), default=0) > _WRAP_MAX:
        return False
    if sum(_CLOSED.search(line) is not None for line in inner) > _CLOSED_SHARE * len(inner):
        return False
    return sum(_width(line) >= _WRAP_MIN for line in inner) >= _WRAP_SHARE * len(inner)


def _width(text: str) -> int:
    """Return the columns a text takes: a Chinese character takes two."""
    return len(text) + len(_WIDE.findall(text))


class _Walk:
    """Decides line by line what each is, looking one line back and one on."""

    def __init__(self, lines: list[_Line]) -> None:
        self.lines = lines
        self.families: dict[bool, list[str]] = {True: [], False: []}  # by: is it Chinese
        self.run = ""  # the family of numbers of the list being read, "" outside one
        self.last = 0  # the number of the item before
        self.lead = False  # whether the line before promises a list
        self.indents: list[int] = []
        self.role: Role | None = None
        self.script: bool | None = None  # of the line before: is it Chinese

    def blocks(self) -> Iterator[Block]:
        """Yield the block of each line."""
        for at, line in enumerate(self.lines):
            following = self.lines[at + 1] if at + 1 < len(self.lines) else None
            block = self._block(line, following)
            self.role = block.role
            self.script = any(map(is_wide, block.plain))
            yield block

    def _block(self, line: _Line, following: _Line | None) -> Block:
        spans = (Span(" ".join(line.text.split())),)
        mark, rest = split_mark(spans[0].text)
        if line.text.startswith("|") and line.text.endswith("|"):
            self.run, self.lead = "", False
            cells = tuple(
                (Span(c.strip()),) if c.strip() else () for c in line.text[1:-1].split("|")
            )
            return Block("row", at=line.at, opens=self.role != "row", cells=cells)
        if line.bullet:
            self.run, self.lead = "-", False
            return self._item(line, spans[0])
        kind = family(mark)
        if mark and self._continues_list(mark, kind, rest):
            self.run, self.last, self.lead = kind, value(mark), False
            return self._item(line, spans[0])
        self.run, self.last, self.indents = "", 0, []
        self.lead = _LEAD.search(line.text) is not None
        if mark and _is_title(rest, _HEADING_WIDTH):
            return Block("heading", spans, self._level(mark, kind, rest), at=line.at)
        if not mark and following is not None and self._is_bare_heading(line, following):
            level = 1 if self._begins_language(line.text) and _TITLE.search(line.text) else 2
            return Block("heading", spans, level, at=line.at)
        return Block("paragraph", spans, at=line.at)

    def _item(self, line: _Line, span: Span) -> Block:
        opens = self.role != "item"
        if opens:
            self.indents = []
        while self.indents and line.indent < self.indents[-1]:
            self.indents.pop()
        deeper = not self.indents or line.indent > self.indents[-1]
        if deeper:
            self.indents.append(line.indent)
        return Block("item", (span,), len(self.indents), "-", line.at, opens or deeper)

    def _continues_list(self, mark: str, kind: str, rest: str) -> bool:
        """Tell an item from a heading: both may be numbered."""
        if kind in _WORDS or "." in mark.strip(".．"):
            return False
        number = value(mark)
        if self.run == kind:
            return number in {0, self.last + 1}
        if kind in {"(a)", "a)", "1)", "①"}:
            return True
        return number in {0, 1} and (self.lead or _CLOSED.search(rest) is not None)

    def _begins_language(self, text: str) -> bool:
        return any(map(is_wide, text)) is not self.script

    def _is_bare_heading(self, line: _Line, following: _Line) -> bool:
        if not _is_title(line.text, _TITLE_WIDTH) or (following.bullet and not following.apart):
            return False
        return not line.indent

    def _level(self, mark: str, kind: str, rest: str) -> int:
        """Return the level by the order in which kinds of numbers first appear."""
        families = self.families[any(map(is_wide, rest))]
        if kind not in families:
            families.append(kind)
        depth = len([p for p in re.split(r"[.．]", mark) if p.strip()]) if kind == "1." else 1
        return min(2 + families.index(kind) + depth - 1, 6)


def _is_title(text: str, width: int) -> bool:
    if not text or len(text) > width or "|" in text or _CLOSED.search(text):
        return False
    if len(sentence_ends(text, "zh" if any(map(is_wide, text)) else "en")) > 1:
        return False
    return _width(text) <= width


def family(mark: str) -> str:
    """Return the kind of a mark: `1.`, `一、`, `（一）`, `(a)`, `a)`, `1)`, `①` or a word."""
    if not mark:
        return ""
    first = mark[0]
    if first == "第":
        found = mark.rstrip(":：、.")[-1]
    elif first in "(（":
        found = "（一）" if mark[1] in _HAN_NUMBERS else "(a)"
    elif first in _HAN_NUMBERS:
        found = "一、"
    elif "①" <= first <= "⑳":
        found = "①"
    elif first.isalpha() and " " in mark:
        found = mark.partition(" ")[0].lower()
    else:
        found = ("1" if first.isdigit() else "a") + (")" if mark[-1] in ")）" else ".")
    return found


def value(mark: str) -> int:
    """Return the number a mark counts to, 0 where it cannot be told."""
    body = mark.strip("()（）.．、：: ")
    if body.isdecimal():
        return int(body)
    if len(body) == 1 and "①" <= body <= "⑳":
        return ord(body) - ord("①") + 1
    if body and all(character in _HAN_NUMBERS for character in body):
        tens, ten, ones = body.rpartition("十")
        return (_HAN_NUMBERS.get(tens, 1) * 10 if ten else 0) + _HAN_NUMBERS.get(ones, 0)
    if len(body) == 1 and body.isascii() and body.isalpha() and body.lower() not in "ivx":
        return ord(body.lower()) - ord("a") + 1
    return 0
