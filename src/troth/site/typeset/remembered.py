"""Finished pages, kept in memory by what they depend on, and the HTTP validators they carry."""

from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language

import troth

PAGES_KEPT: Final = 64
ETAG_DIGITS: Final = 32
REVALIDATE: Final = "no-cache"
"""Browsers may keep the page and must ask each time whether it is still so."""

_pages: Final[OrderedDict[str, bytes]] = OrderedDict()
_guard: Final = Lock()


def answer(
    request: HttpRequest, depends_on: tuple[object, ...], render: Callable[[], str]
) -> HttpResponseBase:
    """Answer with a page that is the same for everybody who asks for it in this language.

    `depends_on` names all its content depends on, beside the path, the language, the build and
    the operator's settings: of a query only what a view has understood, never as it was written.
    A browser that holds the page is told so (304) without rendering.
    """
    etag = f'"{_digest(request, depends_on)}"'
    unchanged = get_conditional_response(request, etag=etag)
    response = HttpResponse(_kept(etag, render)) if unchanged is None else unchanged
    response["ETag"] = etag
    response["Cache-Control"] = REVALIDATE
    return response


def kept() -> frozenset[str]:
    """Return the validators of the pages in memory."""
    with _guard:
        return frozenset(_pages)


def forget() -> None:
    """Empty the memory."""
    with _guard:
        _pages.clear()


def _digest(request: HttpRequest, depends_on: tuple[object, ...]) -> str:
    config = settings.CONFIG
    parts = (
        build(), config.name, config.accent, config.logo, get_language(), request.path,
        *depends_on,
    )  # fmt: skip
    return sha256("\0".join(map(str, parts)).encode()).hexdigest()[:ETAG_DIGITS]


@cache
def build() -> str:
    """Return a hash of all that draws pages: templates, styles, catalogues, our code."""
    digest = sha256(troth.__version__.encode() + settings.STATIC_URL.encode())
    site = Path(__file__).resolve().parent.parent
    drawing = [*site.glob("templates/**/*.html"), *site.glob("t*/*.py")]
    drawing += site.parent.glob("*/locale/*/LC_MESSAGES/*.mo")
    for file in sorted(drawing):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _kept(etag: str, render: Callable[[], str]) -> bytes:
    with _guard:
        page = _pages.get(etag)
        if page is not None:
            _pages.move_to_end(etag)
            return page
    page = render().encode()
    with _guard:
        _pages[etag] = page
        while len(_pages) > PAGES_KEPT:
            _pages.popitem(last=False)
    return page
