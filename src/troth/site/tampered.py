"""What is answered in place of a version whose stored text was changed."""

from collections.abc import Callable
from typing import Final

import structlog
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy

from troth.versions.facts import TamperedVersionError
from troth.versions.problem import ProblemError
from troth.versions.problem import response as problem

UNAVAILABLE: Final = 503

log = structlog.get_logger("troth.site")


class WithholdTampered:
    """Answers 503 where a version cannot be trusted: a page to readers, a problem to programs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for a tampered version; every other error is none of its business."""
        if not isinstance(error, TamperedVersionError):
            return None
        log.error("version tampered with", number=error.number)
        if request.path.startswith("/v1/"):
            return problem(ProblemError(UNAVAILABLE, "version-tampered", error.message))
        shown = {
            "status": UNAVAILABLE,
            "title": gettext_lazy("This version is withheld"),
            "says": error.message.render(gettext),
        }
        response = render(request, "errors/error.html", shown, status=UNAVAILABLE)
        response["Cache-Control"] = "no-store"
        return response
