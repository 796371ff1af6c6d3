"""The record of access and the access map: who saw what, who can see what, and why."""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import DEFAULT_DB_ALIAS
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.access import bulk, log, objects
from troth.access.map import access_map
from troth.access.models import Bulk
from troth.access.notes import NoteError
from troth.people.reauth import confirmed, redirect_to_confirm
from troth.site.admitted import actor_of, admitted, posted
from troth.site.forms_access import ConfirmForm, ExportForm
from troth.site.navigation import address, page_number
from troth.site.pages.access import GET_OR_POST, UNFIT, abilities
from troth.site.typeset import access as typeset
from troth.site.typeset import accessmap as typeset_map
from troth.site.typeset.bulk import bulk_opened, bulk_shown, own_bulk
from troth.site.typeset.record import as_csv, drawn, understood
from troth.store import transact_as

REFUSALS: Final = (NoteError, bulk.BulkError)


@require_safe
@admitted
def record(request: HttpRequest) -> HttpResponse:
    """Show a page of the record, narrowed to what is looked for."""
    return _record(request, ExportForm())


def _record(
    request: HttpRequest, form: ExportForm, *, refused: Exception | None = None, status: int = 200
) -> HttpResponse:
    actor, now = actor_of(request), datetime.now(UTC)
    query = understood(request.GET)
    turned = page_number(request.GET.get("page", ""))
    page = transact_as(actor.member.handle, log.look, query.asked, turned)
    labels = typeset.Labels(DEFAULT_DB_ALIAS, now)
    shown = {
        "member": actor.member,
        "page": page,
        "labels": labels,
        "rows": [drawn(one, labels) for one in page.rows],
        "query": query,
        "form": form,
        "may": abilities(actor),
        "mine": [bulk_shown(actor, one, labels, now) for one in own_bulk(actor, now)],
        "refused": refused,
        "done": request.GET.get("done", ""),
        "kept": query.kept,
    }
    return render(request, "console/access/record.html", shown, status=status)


@require_POST
@admitted
def ask_export(request: HttpRequest) -> HttpResponse:
    """Ask another member to confirm that what is shown is taken out."""
    actor, form, query = actor_of(request), ExportForm(request.POST), understood(request.GET)
    objects.on_house(actor, "log.export")
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            transact_as(actor.member.handle, bulk.ask, query.exactly(), reason)
        except REFUSALS as refused:
            form.tell(refused)
        else:
            place = address(reverse("record"), query.kept | {"done": "asked"})
            return HttpResponseRedirect(place)
    return _record(request, form, status=UNFIT)


@require_POST
@admitted
def export(request: HttpRequest, row: int) -> HttpResponse:
    """Hand the rows out as a file, once another member has confirmed it."""
    actor, found = actor_of(request), _bulk(row)
    try:
        rows = transact_as(actor.member.handle, log.export, found)
    except bulk.BulkError as refused:
        return _record(request, ExportForm(), refused=refused, status=UNFIT)
    answer = HttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="access-{datetime.now(UTC):%Y%m%d}.csv"'
    return answer


@require_http_methods(GET_OR_POST)
@admitted
def bulk_page(request: HttpRequest, row: int) -> HttpResponse:
    """Show what another member wants to take out, and have it confirmed or refused."""
    actor, found = actor_of(request), _bulk(row)
    form = ConfirmForm(posted(request))
    objects.on_bulk(actor, "bulk.confirm", found)
    if request.method == "POST" and not confirmed(request):
        return redirect_to_confirm(request)
    if form.is_valid():
        try:
            transact_as(actor.member.handle, bulk.confirm, found, yes=form.answer)
        except bulk.BulkError as refused:
            form.tell(refused)
        else:
            return HttpResponseRedirect(f"{reverse('bulk', args=[row])}?done=confirmed")
    shown = {
        "member": actor.member,
        "bulk": transact_as(actor.member.handle, bulk_opened, actor, found, datetime.now(UTC)),
        "confirmed": confirmed(request),
        "form": form,
        "done": request.GET.get("done", ""),
    }
    status = UNFIT if form.errors else 200
    return render(request, "console/access/bulk.html", shown, status=status)


def _bulk(row: int) -> Bulk:
    found = Bulk.objects.select_related("member__account", "second__account").filter(pk=row).first()
    if found is None:
        raise Http404
    return found


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
