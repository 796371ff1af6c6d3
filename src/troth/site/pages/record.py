"""The record of access and the access map: who saw what, who can see what, and why."""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import DEFAULT_DB_ALIAS
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from troth.access import bulk, log, objects
from troth.access.map import access_map
from troth.access.models import Bulk
from troth.access.notes import NoteError
from troth.site.admitted import actor_of, admitted
from troth.site.forms_access import ExportForm
from troth.site.navigation import address, page_number
from troth.site.pages.access import UNFIT, abilities
from troth.site.typeset import access as typeset
from troth.site.typeset import accessmap as typeset_map
from troth.site.typeset.record import as_csv, drawn, understood
from troth.store import transact_as

PURPOSE: Final = "staff-access"
CATEGORY: Final = "access-log"
GONE: Final = 410


@require_safe
@admitted
def record(request: HttpRequest) -> HttpResponse:
    """Show a page of the record, narrowed to what is looked for."""
    return _record(request, ExportForm())


def _record(request: HttpRequest, form: ExportForm) -> HttpResponse:
    actor = actor_of(request)
    query = understood(request.GET)
    asked = query.asked
    page = log.search(actor, asked, page_number(request.GET.get("page", "")))
    labels = typeset.Labels(DEFAULT_DB_ALIAS, datetime.now(UTC))
    mine = Bulk.objects.filter(member=actor.member, what=log.EXPORT, used_at=None)
    ready = mine.filter(digest=asked.digest(), lapses_at__gt=datetime.now(UTC))
    shown = {
        "member": actor.member,
        "page": page,
        "labels": labels,
        "rows": [drawn(one, labels) for one in page.rows],
        "query": query,
        "form": form,
        "may": abilities(actor),
        "waiting": ready.filter(decided_at=None).exists(),
        "confirmed": ready.filter(confirmed=True).first(),
        "done": request.GET.get("done", ""),
        "kept": query.kept,
    }
    return render(
        request, "console/access/record.html", shown, status=UNFIT if form.errors else 200
    )


@require_POST
@admitted
def ask_export(request: HttpRequest) -> HttpResponse:
    """Ask another member to confirm that what is shown is taken out."""
    actor, form, query = actor_of(request), ExportForm(request.POST), understood(request.GET)
    objects.on_house(actor, "log.export")
    if form.is_valid():
        wish = bulk.Wish(
            what=log.EXPORT,
            category=CATEGORY,
            purpose=PURPOSE,
            persons=log.search(actor, query.asked).count,
            digest=query.asked.digest(),
            reason=form.cleaned_data["reason"],
        )
        try:
            transact_as(actor.member.handle, bulk.ask, wish)
        except NoteError as refused:
            form.tell(refused)
        else:
            place = address(reverse("record"), query.kept | {"done": "asked"})
            return HttpResponseRedirect(place)
    return _record(request, form)


@require_POST
@admitted
def export(request: HttpRequest, row: int) -> HttpResponse:
    """Hand the rows out as a file, once another member has confirmed it."""
    found = Bulk.objects.filter(pk=row).first()
    if found is None:
        raise Http404
    actor, query = actor_of(request), understood(request.GET)
    try:
        rows = transact_as(actor.member.handle, log.export, query.asked, found)
    except bulk.NotConfirmedError:
        return HttpResponseRedirect(f"{reverse('record')}?done=unconfirmed")
    answer = HttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="access-{datetime.now(UTC):%Y%m%d}.csv"'
    return answer


@require_safe
@admitted
def map_page(request: HttpRequest) -> HttpResponse:
    """Show who can see what now."""
    actor, now = actor_of(request), datetime.now(UTC)
    objects.on_house(actor, "map.see")
    labels = typeset.Labels(DEFAULT_DB_ALIAS, now)
    names = dict(labels.categories())
    asked = typeset_map.map_asked(request.GET, names)
    found = access_map(labels.uses(), asked, now, page_number(request.GET.get("page", "")))
    shown = {
        "member": actor.member,
        "map": found,
        "columns": typeset_map.columns(found, labels),
        "rows": typeset_map.map_rows(found, labels, now),
        "categories": labels.categories(),
        "asked": asked,
        "may": abilities(actor),
        "soon": timedelta(days=1),
        "kept": typeset_map.map_kept(asked, found),
    }
    return render(request, "console/access/map.html", shown)
