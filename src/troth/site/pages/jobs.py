"""What the server does by itself, what failed, and what people should look at."""

from datetime import UTC, datetime
from typing import Final

from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from troth.access.facts import member_of
from troth.access.sign_in import members_only
from troth.site.background import known_jobs
from troth.site.navigation import kept, page_number
from troth.site.typeset.jobs import jobs_page
from troth.store import SYSTEM, transact_as
from troth.store.jobs_seen import let_go, retry
from troth.store.signals import close

CLOSED: Final = "closed in the console"


@require_safe
@members_only
def jobs(request: HttpRequest) -> HttpResponse:
    """Show periodic jobs, those that failed, and a page of the open signals."""
    number = page_number(request.GET.get("page", ""))
    page = jobs_page(DEFAULT_DB_ALIAS, known_jobs(), datetime.now(UTC), number)
    shown = {"member": member_of(request), "page": page, "kept": kept(page=page.turned_to)}
    return render(request, "console/jobs.html", shown)


@require_POST
@members_only
def again(request: HttpRequest, row: int) -> HttpResponse:
    """Have a failed job tried again."""
    transact_as(_actor(request), retry, row)
    return HttpResponseRedirect(reverse("jobs"))


@require_POST
@members_only
def drop(request: HttpRequest, row: int) -> HttpResponse:
    """Give a failed job up."""
    transact_as(_actor(request), let_go, row)
    return HttpResponseRedirect(reverse("jobs"))


@require_POST
@members_only
def close_signal(request: HttpRequest, row: int) -> HttpResponse:
    """Close a signal that somebody has looked at."""
    transact_as(_actor(request), close, row, _actor(request), CLOSED)
    return HttpResponseRedirect(reverse("jobs"))


def _actor(request: HttpRequest) -> str:
    """Return the handle of the member who asks."""
    member = member_of(request)
    return SYSTEM if member is None else member.account.handle
