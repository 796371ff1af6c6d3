"""What the server does by itself, what failed, and what people should look at."""

from datetime import UTC, datetime
from typing import Final

from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from troth.access import objects, upkeep
from troth.site.admitted import actor_of, admitted
from troth.site.background import known_jobs
from troth.site.navigation import kept, page_number
from troth.site.typeset.jobs import jobs_page
from troth.store import transact_as

CLOSED: Final = "closed in the console"


@require_safe
@admitted
def jobs(request: HttpRequest) -> HttpResponse:
    """Show periodic jobs, those that failed, and a page of the open signals."""
    number = page_number(request.GET.get("page", ""))
    page = jobs_page(DEFAULT_DB_ALIAS, known_jobs(), datetime.now(UTC), number)
    actor = actor_of(request)
    shown = {
        "member": actor.member,
        "page": page,
        "kept": kept(page=page.turned_to),
        "may_act": objects.may_house(actor, "jobs.act"),
        "may_close": objects.may_house(actor, "signal.close"),
    }
    return render(request, "console/jobs.html", shown)


@require_POST
@admitted
def again(request: HttpRequest, row: int) -> HttpResponse:
    """Have a failed job tried again."""
    transact_as(actor_of(request).member.handle, upkeep.try_again, row)
    return HttpResponseRedirect(reverse("jobs"))


@require_POST
@admitted
def drop(request: HttpRequest, row: int) -> HttpResponse:
    """Give a failed job up."""
    transact_as(actor_of(request).member.handle, upkeep.give_up, row)
    return HttpResponseRedirect(reverse("jobs"))


@require_POST
@admitted
def close_signal(request: HttpRequest, row: int) -> HttpResponse:
    """Close a signal that somebody has looked at."""
    transact_as(actor_of(request).member.handle, upkeep.close_signal, row, CLOSED)
    return HttpResponseRedirect(reverse("jobs"))
