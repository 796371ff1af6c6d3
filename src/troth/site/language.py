"""Which language a reader gets: zh (Simplified) or en."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation.trans_real import parse_accept_lang_header

from troth.policy.words import Lang

COOKIE_DAYS: Final = 365
CODES: Final[dict[Lang, str]] = {"zh": "zh-hans", "en": "en"}


def as_lang(code: str) -> Lang | None:
    """Return our language for a BCP 47 tag: every variant of Chinese reads zh, of English en."""
    primary = code.lower().replace("_", "-").partition("-")[0]
    if primary == "zh":
        return "zh"
    return "en" if primary == "en" else None


def chosen(request: HttpRequest) -> str:
    """Return the Django language code for the request: `?lang=`, cookie, `Accept-Language`, en."""
    asked = (request.GET.get("lang", ""), request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))
    found = (CODES[lang] for code in asked if (lang := as_lang(code)))
    return next(found, accepted(request.headers.get("Accept-Language", "")))


def accepted(header: str) -> str:
    """Return the Django language code that an `Accept-Language` header asks for, else en."""
    told = (code for code, quality in parse_accept_lang_header(header) if quality > 0)
    return next((CODES[lang] for code in told if (lang := as_lang(code))), CODES["en"])


def lang_of(request: HttpRequest) -> Lang:
    """Return the language chosen for this request, as the policy names it."""
    return as_lang(getattr(request, "LANGUAGE_CODE", "en")) or "en"


def remember(response: HttpResponseBase, lang: Lang) -> None:
    """Keep the reader's choice in the language cookie (declared as `language` in the register)."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        lang,
        max_age=COOKIE_DAYS * 24 * 60 * 60,
        secure=settings.CONFIG.secure,
        httponly=True,
        samesite="Lax",
    )
