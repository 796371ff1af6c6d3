"""Who may see a page of the console: members, and of these whom `access.objects` lets."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase

from troth.access.acting import Acting, NoMemberError, acting_as
from troth.access.facts import member_of
from troth.access.objects import NotAllowedError
from troth.access.sign_in import members_only
from troth.site.pages.errors import forbidden

Arguments = ParamSpec("Arguments")


def admitted(
    view: Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]:
    """Let members through; what a verb or page refuses one of them is answered as 403."""

    @wraps(view)
    def guarded(
        request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (NotAllowedError, NoMemberError) as refused:
            return forbidden(request, refused)

    return members_only(guarded)


def actor_of(request: HttpRequest) -> Acting:
    """Return who asks, with her roles. Raises NoMemberError."""
    member = member_of(request)
    if member is None:
        raise NoMemberError
    return acting_as(member)


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was sent by a form, even if that is nothing; None where nothing was sent."""
    return request.POST if request.method == "POST" else None
