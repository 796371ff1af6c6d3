"""Inline Markdown to HTML that cannot do harm, whatever the policy folder holds.

HTML in the text is shown as text; links lead only where a reader may be sent.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import unescape
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_noop, override
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from troth.site.language import CODES
from troth.site.typeset.prose import is_chinese

SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
KNOWN_PLACES: Final = frozenset(
    {
        gettext_noop("two-letter country code"),
        gettext_noop("privacy e-mail"),
        gettext_noop("address of the site, https://…"),
    }
)
"""What the bundled policy asks for in fields that have one text for all languages."""
HAN: Final = re.compile(r"[\u3400-\u9fff]")
PLACE_HOLDER: Final = re.compile(r"\{fill:\s*([^{}]*)\}")
RULES: Final = ("backticks", "emphasis", "balance_pairs", "escape", "entity", "link", "autolink")
CACHED_TEXTS: Final = 4_096


def inline(text: str, language: str) -> SafeString:
    """Return one line of inline Markdown as HTML; `language` is the text's and its frame's.

    Emphasis, code and links survive; place-holders are marked; everything else is escaped.
    """
    return _rendered(text, language)


def plain(text: str) -> SafeString:
    """Return a register's text as HTML: escaped, with its place-holders marked.

    A place-holder in another language than the page says which one it is.
    """
    return _with_place_holders(str(escape(text)))


def _with_place_holders(escaped: str) -> SafeString:
    return mark_safe(PLACE_HOLDER.sub(_show_place_holder, escaped))  # noqa: S308 - escaped above


def _show_place_holder(found: re.Match[str]) -> str:
    what = unescape(found[1].strip())  # it was escaped with the text around it
    hint = gettext(what) if what in KNOWN_PLACES else what
    foreign = "" if bool(HAN.search(hint)) == is_chinese() else "en" if is_chinese() else "zh-Hans"
    shown: SafeString = format_html(
        '<span class="fill">{}{}</span>',
        gettext("to be filled in: "),
        format_html('<span lang="{}">{}</span>', foreign, hint) if foreign else hint,
    )
    return shown


@lru_cache(maxsize=CACHED_TEXTS)
def _rendered(text: str, language: str) -> SafeString:
    with override(CODES["zh" if language == "zh" else "en"]):
        html: str = _MARKDOWN.renderInline(text)
    return mark_safe(html)  # noqa: S308 - the renderer escapes all text


def harmless_link(url: str) -> bool:
    """Tell whether a link may stay: no script, no data, no file, nothing unparsable."""
    try:
        scheme = urlsplit(url.strip()).scheme.lower()
    except ValueError:
        return False
    return scheme in SCHEMES or (not scheme and not url.strip().startswith(("//", "\\")))


class _Renderer(RendererHTML):
    """Markdown's renderer with our place-holders, and links that tell other sites nothing."""

    def text(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType) -> str:
        return _with_place_holders(str(escape(tokens[idx].content)))

    def link_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        if ":" in str(tokens[idx].attrGet("href")):
            tokens[idx].attrSet("rel", "noopener noreferrer")
        return self.renderToken(tokens, idx, options, env)


def _markdown() -> MarkdownIt:
    markdown: Any = MarkdownIt("zero", {"html": False}, renderer_cls=_Renderer)
    markdown.validateLink = harmless_link
    return MarkdownIt.enable(markdown, list(RULES))


_MARKDOWN: Final = _markdown()
