"""Texts members write, in Markdown, as HTML that can do no harm: undertakings and procedures.

HTML in the text is shown as text, pictures are left out, links lead only where a reader may be
sent. Headings stand one level lower than they are written, unless the page says otherwise.
"""

from functools import lru_cache
from typing import Any, Final

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from troth.site.typeset.inline import harmless_link

HEADING_MAX: Final = 6
CACHED_TEXTS: Final = 64


@lru_cache(maxsize=CACHED_TEXTS)
def text_html(text: str, down: int = 1) -> SafeString:
    """Return a text as HTML, its headings so many levels down."""
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        _tame(token, down)
    html: str = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return mark_safe(html)  # noqa: S308 - the renderer escapes all text, and HTML is switched off


def _tame(token: Token, down: int) -> None:
    if token.type in {"heading_open", "heading_close"}:
        token.tag = f"h{min(HEADING_MAX, max(2, int(token.tag[1:]) + down))}"
    for child in token.children or ():
        if child.type == "link_open" and ":" in str(child.attrGet("href")):
            child.attrSet("rel", "noopener noreferrer")


def _markdown() -> MarkdownIt:
    markdown: Any = MarkdownIt("commonmark", {"html": False})
    markdown.validateLink = harmless_link
    return MarkdownIt.disable(markdown, ["image", "html_block", "html_inline"])


_MARKDOWN: Final = _markdown()
