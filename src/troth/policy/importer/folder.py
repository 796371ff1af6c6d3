"""The files of a policy folder, written from entries: `en.md`, `zh.md`, `policy.toml`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from troth.policy.importer.markdown import spans_of
from troth.policy.importer.pieces import Entry, Piece
from troth.policy.importer.tree import Span, Spans, plain
from troth.policy.words import Lang, StatementId

_SPECIAL: Final = re.compile(r"[\\`*\[\]<]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|~~|!(?=\[)")
_AT_START: Final = re.compile(r"^(?:[#>+|-]|[0-9]+(?=[.)](?:\s|$))|=+$|~~~)")
_NUMBERED: Final = re.compile(r"^[0-9]+[.)] ")
_ID_AT_END: Final = re.compile(r"\{(?=#[^}]*\}\s*$)")


def language_file(entries: Sequence[Entry], ids: Sequence[StatementId], lang: Lang) -> str:
    """Return one language's file: a statement a line, a blank line where a block begins."""
    lines: list[str] = []
    before = ""
    for entry, name in zip(entries, ids, strict=True):
        piece = entry[lang]
        if piece is None:
            continue
        apart = entry.role == "heading" or piece.opens or before != entry.role
        nested = entry.role == before == "item"
        if lines and apart and not nested:
            lines.append("")
        lines.append(f"{line_of(entry, piece)} {{#{name}}}")
        if entry.role == "row" and piece.opens:
            lines.append("|" + "---|" * len(piece.cells))
        before = entry.role
    return "\n".join([*lines, ""])


def line_of(entry: Entry, piece: Piece) -> str:
    """Return one line without its id."""
    if entry.role == "heading":
        return f"{'#' * max(1, piece.level)} {inline(piece.text)}"
    if entry.role == "row":
        return f"| {' | '.join(inline(cell).replace('|', chr(92) + '|') for cell in piece.cells)} |"
    if entry.role == "sentence":
        return at_start(inline(piece.text))
    indent = "  " * (max(1, piece.level) - 1)
    text = inline(piece.text)
    if piece.continues:
        return f"{indent}  {at_start(text)}"
    if piece.mark == "-" and _NUMBERED.match(text):
        return f"{indent}{text}"
    return f"{indent}{piece.mark or '-'} {text}"


def at_start(text: str) -> str:
    """Escape what would begin a heading, list or table at the start of a line."""
    found = _AT_START.match(text)
    if found is None:
        return text
    if found.group()[0].isdigit():
        return f"{found.group()}\\{text[found.end() :]}"
    return "\\" + text


def inline(spans: Spans) -> str:
    """Return spans as inline Markdown that reads back as the same text.

    Emphasis that CommonMark would not read back (its rules know no Chinese) is left off: it is
    style, not text.
    """
    if all(_is_bare(span) for span in spans):
        return _escape(plain(spans))
    for styled in (True, False):
        text = "".join(_render(span, styled=styled) for span in spans)
        if plain(spans_of(text)) == plain(spans):
            return text
    return _escape(plain(spans))


def _is_bare(span: Span) -> bool:
    return not (span.strong or span.emphasis or span.code or span.href)


def _escape(text: str) -> str:
    return _ID_AT_END.sub(r"\\{", _SPECIAL.sub(r"\\\g<0>", text))


def _render(span: Span, *, styled: bool) -> str:
    body = span.text.strip()
    if not body:
        return span.text
    if span.code and "`" not in body:
        text = f"`{body}`"
    else:
        signs = "**" * (styled and span.strong) + "*" * (styled and span.emphasis)
        text = f"{signs}{_escape(body)}{signs[::-1]}"
    if span.href:
        address = span.href if not re.search(r"[\s()<>]", span.href) else f"<{_address(span.href)}>"
        text = f"[{text}]({address})"
    lead = span.text[: len(span.text) - len(span.text.lstrip())]
    return lead + text + span.text[len(span.text.rstrip()) :]


def _address(href: str) -> str:
    return href.replace("<", "%3C").replace(">", "%3E").replace("\n", "")


def loss(
    visible: Mapping[str, str], blocks: Mapping[str, Iterable[str]]
) -> tuple[str, str, str] | None:
    """Return (file, expected, found) at the first difference between source and statements.

    White space does not count; None means that nothing was lost and nothing invented.
    """
    for name, expected in visible.items():
        before = "".join(expected.split())
        after = "".join("".join(blocks[name]).split())
        if before != after:
            at = next(
                (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
                min(len(before), len(after)),
            )
            start = max(0, at - 10)
            return name, before[start : at + 20], after[start : at + 20]
    return None
