"""A second look for lost text that trusts no parser: the letters of the raw file, counted.

The parsers' own check compares blocks with what the same parser calls visible; a parser that takes
a sentence for an address would pass it. Here tags and comments are struck out of the raw text by
plain patterns, and every other letter must turn up in what was written or named.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from troth.policy.importer.decode import Format

_QUOTED: Final = r"\"[^\"\n]*\"|'[^'\n]*'"
_TAGS: Final = re.compile(rf"</?[A-Za-z](?:{_QUOTED}|[^\"'<>])*>|</?[A-Za-z][^<>]*>")
_COMMENTS: Final = re.compile(r"<!--.*?(?:-->|\Z)|<![A-Za-z\[][^>]*>|<\?[^>]*>", re.DOTALL)
_SILENT: Final = re.compile(
    r"<(script|style|noscript|template|svg|iframe|canvas|title)\b[^>]*>.*?</\1\s*>",
    re.DOTALL | re.IGNORECASE,
)
_ENTITIES: Final = re.compile(r"&#?\w+;")
_EXCERPT_CHARS: Final = 60


def missing(raw: str, form: Format, found: Iterable[str]) -> tuple[int, str] | None:
    """Return (line, its beginning) of the line that lost most; None if every letter was found.

    `raw` is the file's text as it was read; `found` is all that was written, and all that was left
    out or taken out and told, link addresses too. Letters are compared by their number, without
    case; digits and signs may be a list's own and are left to the parsers' check.
    """
    lost = _letters(_bare(raw, form)) - _letters("".join(found))
    if not lost:
        return None
    lines = raw.split("\n")
    at = max(range(len(lines)), key=lambda place: (_letters(lines[place]) & lost).total())
    return at + 1, lines[at].strip()[:_EXCERPT_CHARS]


def _letters(text: str) -> Counter[str]:
    return Counter({c: n for c, n in Counter(text.lower()).items() if c.isalpha()})


def _bare(raw: str, form: Format) -> str:
    """Return the text without what each format's signs say is no text."""
    if form == "text":
        return raw
    raw = _TAGS.sub(" ", _COMMENTS.sub(" ", _SILENT.sub(" ", raw)))
    return html.unescape(raw) if form == "html" else _ENTITIES.sub(" ", raw)
