"""What wraps every page: request id and log line, strict headers, the reader's language."""

import re
import secrets
import time
from collections.abc import Callable
from typing import Final

import structlog
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from troth.site.language import chosen

Handler = Callable[[HttpRequest], HttpResponseBase]

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
PERMISSIONS_POLICY: Final = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation",
        "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb",
    )
)  # fmt: skip
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")

log = structlog.get_logger("troth.request")


def observe(get_response: Handler) -> Handler:
    """Give each request an id and write one log line: no address, no query, no personal data."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = get_response(request)
            match = request.resolver_match
            log.info(
                "request",
                method=request.method,
                route=match.route if match else None,  # the pattern: a path may hold a secret
                status=response.status_code,
                ms=round((time.perf_counter() - begun) * 1000, 1),
            )
        response["X-Request-ID"] = request_id
        return response

    return handle


def strict_headers(get_response: Handler) -> Handler:
    """Forbid whatever our pages don't need: inline code, frames, sensors, other origins."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return handle


def choose_language(get_response: Handler) -> Handler:
    """Answer in the language of `?lang=`, else of the cookie, else of `Accept-Language`."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        lang = chosen(request)
        request.LANGUAGE_CODE = lang  # type: ignore[attr-defined]  # as LocaleMiddleware sets it
        with translation.override(lang):
            response = get_response(request)
            if isinstance(response, HttpResponse) and not response.has_header("Content-Language"):
                response["Content-Language"] = lang
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    return handle
