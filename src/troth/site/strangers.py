"""What a stranger gets who asks for each page and each call that is not public."""

import logging
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from inspect import unwrap
from io import BytesIO
from typing import Any, Final
from wsgiref.util import setup_testing_defaults

import structlog
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.middleware.csrf import CSRF_SECRET_LENGTH
from django.urls import URLPattern, URLResolver, get_resolver
from msgspec import Struct

from troth.policy.promise import Evidence
from troth.policy.words import Message, mark
from troth.site.middleware import BY_OURSELVES

CONTROL: Final = "protection.authorised-only"
PUBLIC: Final[Mapping[str, str]] = {
    "": "the policy itself",
    "history": "which versions there were",
    "history/<number:number>": "a version that was published",
    "changes/<number:number>": "what a version changed",
    "ledger/": "the public half of the ledger: hashes alone",
    "ledger/epochs.json": "the same",
    "ledger/key": "the same",
    "ledger/checkpoint": "the same",
    "ledger/<number:epoch>/checkpoint": "the same",
    "ledger/<number:epoch>/<path:path>": "the same",
    "^language/(?P<lang>zh|en)$": "the reader's language",
    "^accent-(?P<colour>[0-9a-fA-F]{6})\\.css$": "a colour",
    "logo": "the operator's logo",
    "robots.txt": "for crawlers",
    "console/owner/<str:token>": "the link is what admits, once",
    "console/join/<str:token>": "the link is what admits, once",
    "console/sign-in": "how one comes in",
    "console/sign-in/second": "the second step, for who has done the first",
    "console/sign-in/second/passkey": "the same",
    "console/sign-in/second/passkey/answer": "the same",
    "console/sign-in/provider": "how one comes in by the company's provider",
    "console/sign-in/provider/back": "where it sends one back to",
    "console/sign-out": "ends one's own session, if there is one",
    "v1/": "names no data",
    "v1/openapi.json": "what the API offers",
    "v1/policy": "the policy itself",
    "v1/decisions": "a question about no person",
}
"""Whatever is not named here is guarded: a new page is, until somebody says why it is not."""
PLACE: Final = re.compile(r"<(?:(\w+):)?\w+>")
SAMPLES: Final[Mapping[str, str]] = {
    "number": "1",
    "row": "1",
    "int": "1",
    "str": "sample",
    "slug": "sample",
    "path": "sample",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
METHODS: Final = ("GET", "POST")
REFUSALS: Final = frozenset({401, 403, 405})
FOUND: Final = 302
FAILED: Final = 500
SAMPLES_MAX: Final = 10

log = structlog.get_logger("troth.site")


def _worth_telling(_record: logging.LogRecord) -> bool:
    """Keep refusals that are asked for out of the log."""
    return not BY_OURSELVES.get()


for _name in ("django.request", "django.security.csrf"):
    logging.getLogger(_name).addFilter(_worth_telling)


class Guarded(Struct, frozen=True):
    """An address that is not public: its pattern, and a path that fits it."""

    route: str
    path: str
    pattern: URLPattern


def guarded() -> tuple[Guarded, ...]:
    """Return every address that is not public."""
    found = []
    for route, pattern in _walk(get_resolver(), ""):
        if route not in PUBLIC:
            path = PLACE.sub(lambda place: SAMPLES.get(place[1] or "str", "sample"), route)
            found.append(Guarded(route, f"/{path}", pattern))
    return tuple(found)


def _walk(resolver: URLResolver, before: str) -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one, route)
        else:
            yield route, one


def examine(_alias: str, now: datetime) -> Evidence:
    """Ask for everything that is not public as somebody who is not signed in."""
    pages = guarded()
    refused, failed = 0, 0
    wrong = []
    for page in pages:
        for method in METHODS:
            status, target = fetch(method, page.path)
            if status >= FAILED:
                failed += 1  # it told nothing, but that is no refusal either
            elif status in REFUSALS or (status == FOUND and _is_sign_in(target)):
                refused += 1
            else:
                wrong.append(f"{method} /{page.route}: {status}")
    return Evidence(
        control=CONTROL,
        verdict="broken" if wrong else "kept",
        examined=refused or len(wrong),
        at=now,
        why=Message(
            mark("A page that is not public opens to a stranger.")
            if wrong
            else mark("Every address that is not public refused a stranger (%(count)s requests)."),
            {} if wrong else {"count": refused},
        ),
        figures={
            mark("Addresses that are not public"): len(pages),
            mark("Requests refused"): refused,
            mark("Requests that failed"): failed,
        },
        samples=tuple(wrong[:SAMPLES_MAX]),
    )


def _is_sign_in(target: str) -> bool:
    return target.partition("?")[0] == settings.LOGIN_URL


def fetch(method: str, path: str) -> tuple[int, str]:
    """Ask as a stranger who passes all but the guard; return the status and where it leads."""
    token = secrets.token_hex(CSRF_SECRET_LENGTH // 2)
    scheme = "https" if settings.CONFIG.secure else "http"
    environ = {
        "REQUEST_METHOD": method,
        "HTTP_HOST": "localhost",
        "HTTP_REFERER": f"{scheme}://localhost/",
        "HTTP_COOKIE": f"{settings.CSRF_COOKIE_NAME}={token}",
        "HTTP_X_CSRFTOKEN": token,
        "wsgi.url_scheme": scheme,
        "wsgi.input": BytesIO(),
        "CONTENT_LENGTH": "0",
        "PATH_INFO": path,
        "QUERY_STRING": "",
    }
    setup_testing_defaults(environ)
    token_of_log = BY_OURSELVES.set(True)
    try:
        # not closed: that would tell Django that a request is over, and close our connection
        response = _handler().get_response(WSGIRequest(environ))
    except Exception:
        # whatever a request runs into is no failure of the control but of the page
        log.exception("a page failed for a stranger")
        return FAILED, ""
    finally:
        BY_OURSELVES.reset(token_of_log)
    return response.status_code, response.headers.get("Location", "")


@cache
def _handler() -> WSGIHandler:
    return WSGIHandler()


def unguarded(name: str) -> tuple[URLPattern, Callable[..., Any]]:
    """Return the pattern of a name with its view as it would be without its guard."""
    page = next(one for one in guarded() if one.pattern.name == name)
    return page.pattern, unwrap(page.pattern.callback)
