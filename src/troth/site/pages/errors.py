"""What a reader sees when there is no page: a sentence, in her language."""

import sys
from collections.abc import Callable
from typing import Final

import structlog
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from troth.access.facts import member_of
from troth.access.models import Member
from troth.policy.words import Message
from troth.site.language import chosen
from troth.store.committer import LOST, BusyError, UnavailableError

Handler = Callable[[HttpRequest], HttpResponseBase]

API: Final = "/v1/"
"""Here refusals are problem documents."""
CONSOLE: Final = "/console/"
STAYS: Final = (403, 404, 405)
"""After these a member goes on where she was."""
NOT_ALLOWED: Final = 405
RETRY_SECONDS: Final = 2
AWAY: Final = (*LOST, BusyError, UnavailableError)

log = structlog.get_logger("troth.site")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """400: the request is not one a browser sends."""
    return _error(
        request,
        400,
        gettext_lazy("That was not understood"),
        gettext_lazy("The request is not one this server can read. Go back and try again."),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: not allowed; why, where it was a verb that refused."""
    why = getattr(exception, "message", None)
    if why is None:
        title = gettext_lazy("You may not see this")
        return _error(request, 403, title, gettext_lazy("This page is for somebody else."))
    return _error(request, 403, gettext_lazy("You may not do this"), why)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's shape
    """403: a form without the proof that it is ours (CSRF)."""
    return _error(
        request,
        403,
        gettext_lazy("This form has expired"),
        gettext_lazy(
            "Nothing was done. Go back, reload the page and send the form again;"
            " cookies must be allowed for this site."
        ),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """404: no such page."""
    return _error(
        request,
        404,
        gettext_lazy("There is no such page"),
        gettext_lazy("The address may be mistyped, or what it names is not here any more."),
    )


def not_allowed(get_response: Handler) -> Handler:
    """405: this address is only read, or only written to; Django says so with an empty page."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.path.startswith(API) or not isinstance(response, HttpResponseNotAllowed):
            return response
        page = _error(
            request,
            NOT_ALLOWED,
            gettext_lazy("That cannot be done here"),
            gettext_lazy("This address does not answer to what was asked of it. Nothing was done."),
        )
        page["Allow"] = response["Allow"]
        return page

    return handle


def broken(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours; 503 where the database does not answer: that may pass."""
    if (lost := unavailable(sys.exc_info()[1])) is not None:
        return later(request, lost)
    return _error(
        request,
        500,
        gettext_lazy("Something went wrong here"),
        gettext_lazy("The fault is ours, and it was noted. Nothing you sent was stored half-way."),
    )


def unavailable(error: BaseException | None) -> BaseException | None:
    """Return an error that says the database is away, full or locked; None for any other."""
    return error if isinstance(error, AWAY) else None


def later(request: HttpRequest, lost: BaseException) -> HttpResponse:
    """503: nothing is known to be stored; the connection is given up, so the next may be a new."""
    log.error("database unavailable", error=type(lost).__name__)
    connection.close()
    page = _error(
        request,
        503,
        gettext_lazy("Not just now"),
        gettext_lazy(
            "The database does not answer. Nothing you sent was stored half-way;"
            " try again in a moment."
        ),
    )
    page["Retry-After"] = str(RETRY_SECONDS)
    return page


def _error(
    request: HttpRequest, status: int, title: Promise, says: Promise | Message
) -> HttpResponse:
    with translation.override(chosen(request)):
        told = says.render(gettext) if isinstance(says, Message) else says
        shown = {"status": status, "title": title, "says": told, "member": _member(request, status)}
        page = "errors/error.html" if shown["member"] is None else "errors/console.html"
        response = render(request, page, shown, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _member(request: HttpRequest, status: int) -> Member | None:
    """Return the member who stays in the console: nobody is asked for where something broke."""
    if request.path.startswith(CONSOLE) and any(status == one for one in STAYS):
        return member_of(request)
    return None
