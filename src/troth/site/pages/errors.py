"""What a reader sees when there is no page: a sentence, in her language."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext

from troth.site.language import chosen


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """400: the request is not one a browser sends."""
    return _error(
        request,
        400,
        gettext("That was not understood"),
        gettext("The request is not one this server can read. Go back and try again."),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """403: not allowed."""
    return _error(
        request, 403, gettext("You may not see this"), gettext("This page is for somebody else.")
    )


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's shape
    """403: a form without the proof that it is ours (CSRF)."""
    return _error(
        request,
        403,
        gettext("This form has expired"),
        gettext(
            "Nothing was done. Go back, reload the page and send the form again;"
            " cookies must be allowed for this site."
        ),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """404: no such page."""
    return _error(
        request,
        404,
        gettext("There is no such page"),
        gettext("The address may be mistyped, or the version was never recorded."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours."""
    return _error(
        request,
        500,
        gettext("Something went wrong here"),
        gettext("The fault is ours, and it was noted. Nothing you sent was stored half-way."),
    )


def _error(request: HttpRequest, status: int, title: str, says: str) -> HttpResponse:
    with translation.override(chosen(request)):
        response = render(
            request,
            "errors/error.html",
            {"status": status, "title": title, "says": says},
            status=status,
        )
    response["Cache-Control"] = "no-store"
    return response
