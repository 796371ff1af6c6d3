"""Records: what was taken in and what was refused, in figures and one by one; never a value."""

from datetime import UTC, datetime

from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.access import objects
from troth.site.admitted import actor_of, admitted
from troth.site.navigation import kept, page_number, server_address
from troth.site.typeset.recordnames import understood
from troth.site.typeset.records import records_page


@require_safe
@admitted
def records(request: HttpRequest) -> HttpResponse:
    """Show what was taken in and refused in some days, and the newest records."""
    actor = actor_of(request)
    objects.on_house(actor, "record.see")
    query = understood(request.GET)
    turned = page_number(request.GET.get("page", ""))
    page = records_page(DEFAULT_DB_ALIAS, query, turned, datetime.now(UTC))
    shown = {
        "member": actor.member,
        "page": page,
        "query": query,
        "spans": query.spans(request.path),
        "address": server_address(request),
        "may_view": objects.may_self(actor, "view.ask"),
        "kept": query.kept | kept(page=page.turned_to),
    }
    return render(request, "console/records/records.html", shown)
