"""Markdown (CommonMark, tables, front matter, attribute lists) into blocks."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from msgspec import Struct
from msgspec.structs import replace

from troth.policy.importer import html
from troth.policy.importer.tree import Block, Parsed, Role, Span, Spans, trimmed

# `{: .lead}` and `{#id .class key="x"}`: layout hints of kramdown and its kin, no text.
_HINT: Final = r"(?:[#.][A-Za-z0-9_.:-]+|[A-Za-z][A-Za-z0-9_:-]*=(?:\"[^\"\n]*\"|[A-Za-z0-9_.:-]+))"
_ATTRIBUTES: Final = re.compile(
    rf"[ \t]*\{{(?::[ \t]*|(?=[#.]))(?:{_HINT}(?:[ \t]+{_HINT})*)?[ \t]*\}}[ \t]*$", re.MULTILINE
)
_EXCERPT_CHARS: Final = 40
_TAG: Final = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)[^<>]*>")
_ELEMENTS: Final = """
a abbr address article aside b bdi bdo blockquote body br caption center cite code col colgroup dd
del details dfn div dl dt em figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hgroup
hr html i iframe img ins kbd label legend li link main mark menu meta nav noscript object ol p path
picture pre q rp rt ruby s samp script section small source span strike strong style sub summary sup
svg table tbody td template tfoot th thead time title tr tt u ul var video wbr
""".split()  # noqa: SIM905 - as a literal it is a hundred lines
"""The elements of HTML a text may hold; `<Company Name>` is a blank somebody forgot to fill."""
_ADDRESS: Final = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]*:|[/#.?]|www\.|[\x00-\x7f]*$)")


class _Markdown(MarkdownIt):
    """CommonMark, but for links to what is no address.

    Chinese has no spaces, so that `[注]: 我们不出售您的信息。` would make a promise the address of
    a link that no page shows.
    """

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the parser's hook has this name
        """Tell whether a target is an address; what follows is text where it is none."""
        return super().validateLink(url) and _ADDRESS.match(unquote(url)) is not None


_PARSER: Final = (
    _Markdown("commonmark", {"store_labels": True})
    .enable("table")
    .use(front_matter_plugin)
    .use(footnote_plugin, inline=False, move_to_end=False)
)


def parse(text: str) -> Parsed:
    """Return the blocks of a Markdown text; front matter and attribute lists are layout.

    A footnote stays where it stands, with its mark `[^1]`. Link titles, link definitions nothing
    refers to and front matter are named in `left_out`.
    """
    env: dict[str, Any] = {}
    tokens = _PARSER.parse(_ATTRIBUTES.sub("", text), env)
    walk = _Walk()
    for token in tokens:
        walk.take(token)
    walk.aside.extend(_ATTRIBUTES.findall(text))
    asides = _Asides(walk.aside, walk.left_out)
    asides.take(tokens, 1)
    asides.take_definitions(env)
    return Parsed(
        tuple(walk.blocks),
        "".join(_visible(tokens)),
        tuple(walk.left_out),
        "\n".join(walk.aside),
    )


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
        elif token.type == "footnote_ref":
            yield _reference(token)
        elif token.type == "footnote_reference_open":
            yield f"{_reference(token)}: "


def _reference(token: Token) -> str:
    """Return the mark of a footnote as it is written, "" for any other token."""
    return f"[^{token.meta['label']}]" if token.type.startswith("footnote_") else ""


def _spans(tokens: Iterable[Token]) -> Iterable[Span]:
    strong = emphasis = 0
    href = ""
    for token in tokens:
        if token.type in {"text", "image", "footnote_ref"}:
            text = token.content or _reference(token)
            yield Span(text, strong > 0, emphasis > 0, href=href)
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


def _strange_tags(content: str) -> list[str]:
    """Return the tags that are no element of HTML: what stands in them no page shows."""
    return [t.group() for t in _TAG.finditer(content) if t[1].lower() not in _ELEMENTS]


class _Asides:
    """Gathers what a page does not show: addresses, titles, labels; names what might be missed."""

    def __init__(self, aside: list[str], left_out: list[str]) -> None:
        self.aside = aside
        self.left_out = left_out
        self.used: set[str] = set()

    def take(self, tokens: Iterable[Token], at: int) -> None:
        """Take tokens; `at` is the line they stand in, where they have none of their own."""
        for token in tokens:
            line = token.map[0] + 1 if token.map else at
            if token.type in {"html_inline", "html_block"}:
                self.left_out += [f"{line}: {tag}" for tag in _strange_tags(token.content)]
            if token.type in {"link_open", "image"} and token.info != "auto":
                self._take_link(token, line)
            elif token.type == "html_inline" or (token.type == "fence" and token.info):
                self.aside.append(token.content if token.type == "html_inline" else token.info)
            elif token.type == "front_matter":
                self.aside.append(token.content)
                self.left_out.append(f"--- {' '.join(token.content.split())[:_EXCERPT_CHARS]}")
            self.take(token.children or (), line)

    def _take_link(self, token: Token, at: int) -> None:
        title = str(token.attrs.get("title", ""))
        if label := str(token.meta.get("label", "")):
            self.used.add(label)
            self.aside.append(label)
        else:
            self.aside += [unquote(str(token.attrs.get("href", token.attrs.get("src", "")))), title]
        if title:
            self.left_out.append(f'{at}: "{title}"')

    def take_definitions(self, env: Mapping[str, Any]) -> None:
        """Take the definitions `[label]: address "title"`; one nobody refers to is named."""
        named = [*env.get("references", {}).items()]
        named += [(again["label"], again) for again in env.get("duplicate_refs", ())]
        known: set[str] = set()
        for label, target in named:
            address, title = unquote(target["href"]), target["title"]
            self.aside += [label, address, title]
            if label not in self.used or label in known:
                at = target["map"][0] + 1
                shown = f"[{label.lower()}]: {address}" + (f' "{title}"' if title else "")
                self.left_out.append(f"{at}: {shown}")
            known.add(label)


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
        self.aside: list[str] = []
        self.note = ""  # the mark of the footnote whose first words come next
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
        elif kind == "footnote_reference_open":
            self.note = f"{_reference(token)}: "
        elif kind == "footnote_reference_close":
            self._end_note()
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

    def _end_note(self) -> None:
        """Write the mark of a footnote that has no words of its own."""
        if self.note:
            self._text(())

    def _text(self, spans: Spans) -> None:
        if self.note:
            spans, self.note = trimmed((Span(self.note), *spans)), ""
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
        self._end_note()
        parsed = html.parse(content)
        self.blocks.extend(replace(block, at=self.at) for block in parsed.blocks)
        self.left_out.extend(parsed.left_out)
        self.aside.append(parsed.aside)
