"""The topics a policy says it is about, and whether its page really has each of them."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Final
from wsgiref.util import setup_testing_defaults

import structlog
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser

from troth.evidence.sections import chapters
from troth.policy.document import Version
from troth.policy.promise import Evidence
from troth.policy.read import plain
from troth.policy.words import LANGS, Lang, Message, StatementId, mark
from troth.versions import facts

CONTROL: Final = "site.topics"
ACCEPT_LANGUAGE: Final[Mapping[Lang, str]] = {"zh": "zh-CN", "en": "en"}
OK: Final = 200
INTERNAL_ERROR: Final = 500
SAMPLES_MAX: Final = 10

log = structlog.get_logger("troth.site")


class Page(Struct, frozen=True):
    """The policy page as a stranger gets it: status, HTML, and the names of cookies it sets."""

    status: int
    html: str
    cookies: tuple[str, ...]


def topics(version: Version) -> tuple[StatementId, ...]:
    """Return the headings the policy says it is about.

    A statement bound to this control points to the heading its id ends with
    (`purpose.cookies` → `cookies`); where none does, the topics are all chapters.
    """
    headings = {s.id for s in version.statements if s.kind == "heading"}
    named = [StatementId(s.id.rpartition(".")[2]) for s in version.promises if CONTROL in s.kept_by]
    return tuple(i for i in named if i in headings) or tuple(i for i in chapters(version) if i)


def examine(alias: str, now: datetime) -> Evidence:
    """Fetch the policy page in each language and look for each topic's section."""
    stored = facts.in_force(alias, now)
    if stored is None:
        return _evidence(now, 1, 0, ["no version in force"])
    wrong: list[str] = []
    expected: tuple[StatementId, ...] = ()
    try:
        version = facts.stored_document(stored)  # as the next start will find it
    except Exception as error:  # noqa: BLE001 - a version nobody can read has no page: that is the finding
        wrong.append(f"version {stored.number}: {type(error).__name__}")
    else:
        expected = topics(version)
    for lang in LANGS:
        page = fetch(lang)
        if page.status != OK:
            wrong.append(f"{lang}: {page.status}")
            continue
        wrong += [f"{lang}: sets cookie {name}" for name in page.cookies]
        wrong += [f"{lang}: {topic}" for topic in expected if not _has(page, version, topic, lang)]
    return _evidence(now, len(LANGS) * max(1, len(expected)), len(expected), wrong)


def _evidence(now: datetime, examined: int, found: int, wrong: list[str]) -> Evidence:
    return Evidence(
        control=CONTROL,
        verdict="broken" if wrong else "kept",
        examined=examined,
        at=now,
        why=Message(
            mark("The policy page fails, or a topic of it cannot be reached.")
            if wrong
            else mark(
                "Each topic reached on the policy page, in each language (topics: %(count)s)."
            ),
            {} if wrong else {"count": found},
        ),
        figures={mark("Topics"): found, mark("Pages fetched"): len(LANGS)},
        samples=tuple(wrong[:SAMPLES_MAX]),
    )


def fetch(lang: Lang) -> Page:
    """Answer a stranger's request for the policy page, through everything a request passes."""
    environ = {
        "HTTP_HOST": "localhost",
        "HTTP_ACCEPT_LANGUAGE": ACCEPT_LANGUAGE[lang],
        "wsgi.url_scheme": "https" if settings.CONFIG.secure else "http",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
    }
    setup_testing_defaults(environ)
    try:
        response = _handler().get_response(WSGIRequest(environ))
        content = response.getvalue()
    except Exception:
        # whatever a request runs into is no failure of the control but of the page
        log.exception("the policy page failed")
        return Page(status=INTERNAL_ERROR, html="", cookies=())
    # not closed: that would tell Django that a request is over, and close the caller's connection
    return Page(
        status=response.status_code,
        html=content.decode(response.charset, "replace"),
        cookies=tuple(response.cookies),
    )


@cache
def _handler() -> WSGIHandler:
    return WSGIHandler()


def _has(page: Page, version: Version, topic: StatementId, lang: Lang) -> bool:
    """Tell whether the topic's section is there: its anchor with its heading, in the language."""
    heading = next((line for line in version.lines[lang] if line.id == topic), None)
    found = LexborHTMLParser(page.html).css_first(f'[id="{topic}"]')
    if heading is None or found is None:
        return False
    return _squeezed(plain(heading.text)) in _squeezed(found.text())


def _squeezed(text: str) -> str:
    """Return the text without white space, which a page may break where it likes."""
    return "".join(text.split())
