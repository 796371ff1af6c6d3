"""What wraps every page: request id and log line, strict headers, the reader's language."""

import re
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar
from http import HTTPStatus
from typing import Final

import structlog
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from troth.policy.words import Message, mark
from troth.site.language import chosen
from troth.versions.problem import CONTENT_TYPE, ProblemError
from troth.versions.problem import response as problem

Handler = Callable[[HttpRequest], HttpResponseBase]

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
    " connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'"
)
PERMISSIONS_POLICY: Final = ", ".join(
    f"{feature}=()"
    for feature in [
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    ]
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
FIRST_REFUSAL: Final = 400
PLAIN_REFUSAL: Final = mark("The API has no answer to this request; see /v1/openapi.json.")
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")

BY_OURSELVES: Final[ContextVar[bool]] = ContextVar("asked_by_ourselves", default=False)
"""Whether a request is made by an examination, not by anybody: no line tells of it."""

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
            if not BY_OURSELVES.get():
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


def tell_problems(get_response: Handler) -> Handler:
    """Turn whatever refuses a call of the API into a problem document (RFC 9457)."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        refused = request.path.startswith("/v1/") and response.status_code >= FIRST_REFUSAL
        if not refused or response.headers.get("Content-Type") == CONTENT_TYPE:
            return response
        code = HTTPStatus(response.status_code).phrase.lower().replace(" ", "-")
        told = problem(ProblemError(response.status_code, code, Message(PLAIN_REFUSAL)))
        if "Allow" in response.headers:
            told["Allow"] = response.headers["Allow"]
        return told

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
        request.LANGUAGE_CODE = lang  # as Django's own middleware does
        with translation.override(lang):
            response = get_response(request)
            if isinstance(response, HttpResponse) and not response.has_header("Content-Language"):
                response["Content-Language"] = lang
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    return handle
