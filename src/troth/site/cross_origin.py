"""Calls from pages of other origins: to few addresses, by a key, never by a cookie (CORS, Fetch).

Any origin may call these: whose key it is and where it may be used from is for the key to say.
"""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

Handler = Callable[[HttpRequest], HttpResponseBase]

OPEN: Final = frozenset({"/v1/consents"})
ALLOWED: Final = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": (
        "Authorization, Content-Type, Idempotency-Key, Troth-Subject, Troth-Assertion"
    ),
    "Access-Control-Max-Age": "7200",
}
EXPOSED: Final = "Retry-After"


def open_to_pages(get_response: Handler) -> Handler:
    """Let pages of other origins call what is open to them, without anybody's cookies."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        if request.path not in OPEN:
            return get_response(request)
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={**ALLOWED, **PREFLIGHT})
        request.COOKIES.clear()
        response = get_response(request)
        for name, value in ALLOWED.items():
            response[name] = value
        response["Access-Control-Expose-Headers"] = EXPOSED
        return response

    return handle
