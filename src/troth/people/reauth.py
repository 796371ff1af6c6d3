"""Asked again who one is: before what binds, a password or a second factor of minutes ago is due.

`confirmed(request, within) -> bool`           whether she proved it of late (five minutes)
`form_open(request, sent) -> bool`              whether a form that wants it is shown
`confirm(request) -> None`                     right after she has
`redirect_to_confirm(request, back)`           asks her, and leads back to this page, or to `back`
`confirmed_only(back) -> decorator`            of a view that is posted to: asks her, and leads to
                                               the page named `back`, as nothing is posted twice
A page she comes back to without what she sent says so, at its top: its address has `DUE`.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeAlias

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

Arguments = ParamSpec("Arguments")
View: TypeAlias = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]

LASTS: Final = timedelta(minutes=5)
WRITING: Final = timedelta(minutes=20)
"""A form is shown to who is confirmed, and taken for so long after the proof: what she wrote in it
is not lost."""
DUE: Final = "due=1"
CONFIRMED: Final = "people.confirmed"
PAGE: Final = "confirm"


def confirmed(request: HttpRequest, within: timedelta = LASTS) -> bool:
    """Tell whether whoever is signed in has proved of late who she is."""
    if not request.user.is_authenticated:
        return False
    said = request.session.get(CONFIRMED)
    if not isinstance(said, list) or len(said) != 2:  # noqa: PLR2004 - whose, and when
        return False
    whose, at = said
    return bool(whose == request.user.pk and 0 <= time.time() - at < within.total_seconds())


def form_open(request: HttpRequest, *, sent: bool) -> bool:
    """Tell whether a form is shown to her; one she has `sent` and mends, as long as it is taken."""
    return confirmed(request, WRITING if sent else LASTS)


def confirm(request: HttpRequest) -> None:
    """Note in the session that she has just proved who she is; it ends with the session."""
    request.session[CONFIRMED] = [request.user.pk, time.time()]


def redirect_to_confirm(request: HttpRequest, back: str = "") -> HttpResponseRedirect:
    """Send her to the page that asks, from which she comes back to the one she is on, or `back`."""
    query = urlencode({"next": back or request.get_full_path()})
    return HttpResponseRedirect(f"{reverse(PAGE)}?{query}")


def confirmed_only(
    back: str,
) -> Callable[[View[Arguments]], View[Arguments]]:
    """Run a view for who is confirmed; anybody else confirms first and comes to the page `back`."""

    def decorate(view: View[Arguments]) -> View[Arguments]:
        @wraps(view)
        def guarded(
            request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
        ) -> HttpResponseBase:
            if confirmed(request):
                return view(request, *args, **kwargs)
            return redirect_to_confirm(request, f"{reverse(back)}?{DUE}")

        return guarded

    return decorate
