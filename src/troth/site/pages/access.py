"""Leave to see: what waits for a member, asking, deciding, ending; broken glass."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.access import glass, grants, objects
from troth.access.acting import Acting, acting
from troth.access.models import Break, Case, Grant
from troth.access.notes import NoteError, person_of_member, read_notes
from troth.access.standing import NotSignedError
from troth.people.values import NoPolicyError, RefusedError
from troth.site.admitted import actor_of, admitted
from troth.site.forms_access import AskForm, DecideForm, FindingForm, GlassForm
from troth.site.forms_people import PeopleForm
from troth.site.navigation import kept, page_number
from troth.site.typeset import access as typeset
from troth.site.typeset.bulk import bulk_waiting
from troth.site.typeset.cases import cases_shown
from troth.site.typeset.paging import paged
from troth.store import Tx, transact_as

UNFIT: Final = 422
REFUSALS: Final = (
    grants.GrantError,
    NoPolicyError,
    NotSignedError,
    NoteError,
    RefusedError,
)
GET_OR_POST: Final = ("GET", "HEAD", "POST")
LIFE_DAYS: Final = 2


@require_safe
@admitted
def start(request: HttpRequest) -> HttpResponse:
    """Show a member what waits for her, and what she may see now."""
    actor, now = actor_of(request), datetime.now(UTC)
    labels = typeset.Labels(DEFAULT_DB_ALIAS, now)

    def rows(found: Any) -> list[typeset.GrantShown]:
        return [typeset.shown(actor, one, labels, now) for one in found[: typeset.SHOWN_MAX]]

    every = typeset.grants_for(actor, DEFAULT_DB_ALIAS, typeset.WAITING, now)
    mine = Grant.objects.filter(member=actor.member).select_related("member__account", "case")
    live = mine.filter(approved=True, ended_at=None, until__gt=now).order_by("until")
    works = Case.objects.filter(closed_at=None, members__member=actor.member)
    own = works.filter(members__until=None).distinct().order_by("-opened_at")
    shown = {
        "member": actor.member,
        "decide": [one for one in rows(every) if one.may_decide],
        "asked": rows(mine.filter(decided_at=None, ended_at=None, lapses_at__gt=now)),
        "live": rows(live),
        "cases": cases_shown(actor, own[: typeset.SHOWN_MAX]),
        "glass": typeset.glass_waiting(actor, DEFAULT_DB_ALIAS),
        "bulk": bulk_waiting(actor, DEFAULT_DB_ALIAS, now),
        "may": abilities(actor),
        "done": request.GET.get("done", ""),
    }
    return render(request, "console/access/start.html", shown)


def abilities(actor: Acting) -> dict[str, bool]:
    """Return what may be shown as possible on the pages of access."""
    return {
        "ask": objects.may_self(actor, "grant.ask"),
        "glass": objects.may_self(actor, "glass.break"),
        "map": objects.may_house(actor, "map.see"),
        "open": objects.may_house(actor, "case.open"),
        "export": objects.may_house(actor, "log.export"),
    }


@require_http_methods(GET_OR_POST)
@admitted
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for leave to see something."""
    actor, now = actor_of(request), datetime.now(UTC)
    objects.on_self(actor, "grant.ask")
    labels = typeset.Labels(DEFAULT_DB_ALIAS, now)
    open_cases = Case.objects.filter(closed_at=None).order_by("-pk")[: typeset.SHOWN_MAX]
    initial = {"scope": "list", "days": LIFE_DAYS, "persons": request.GET.get("person", "")}
    form = AskForm(request.POST if request.method == "POST" else None, initial=initial).of(
        what=labels.pairs(labels.longest_days(DEFAULT_DB_ALIAS)),
        case=[("", "—"), *((str(one.pk), one.name) for one in open_cases)],
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = transact_as(actor.member.handle, _ask, form.cleaned_data)
        except REFUSALS as refused:
            form.tell(refused)
        else:
            return HttpResponseRedirect(f"{reverse('grant', args=[made.pk])}?done=asked")
    shown = {"member": actor.member, "form": form}
    return render(request, "console/access/ask.html", shown, status=_status(form))


def _ask(tx: Tx, given: dict[str, Any]) -> Grant:
    return grants.ask(tx, typeset.wish_of(tx, given))


@require_safe
@admitted
def requests(request: HttpRequest) -> HttpResponse:
    """Show the requests and grants a member may see, narrowed to a state."""
    actor, now = actor_of(request), datetime.now(UTC)
    state = typeset.state_asked(request.GET.get("state", ""))
    found = typeset.grants_for(actor, DEFAULT_DB_ALIAS, state, now)
    page = paged(found, page_number(request.GET.get("page", "")))
    labels = typeset.Labels(DEFAULT_DB_ALIAS, now)
    shown = {
        "member": actor.member,
        "rows": [typeset.shown(actor, one, labels, now) for one in page.rows],
        "page": page,
        "state": state,
        "states": [(name, gettext(label)) for name, label in typeset.LOOKED_FOR.items()],
        "may": abilities(actor),
        "kept": kept(state=state, page=page.turned_to),
    }
    return render(request, "console/access/requests.html", shown)


@require_safe
@admitted
def grant(request: HttpRequest, row: int) -> HttpResponse:
    """Show one request or grant, with its reason and what was said to it."""
    return _grant(request, row, DecideForm())


@require_POST
@admitted
def decide(request: HttpRequest, row: int) -> HttpResponse:
    """Approve or refuse another's request."""
    actor, form = actor_of(request), DecideForm(request.POST)
    if form.is_valid():
        try:
            said = {"yes": form.answer, "note": form.cleaned_data["note"]}
            transact_as(actor.member.handle, grants.decide, _find(row), **said)
        except REFUSALS as refused:
            form.tell(refused)
        else:
            done = request.POST.get("do", "")
            return HttpResponseRedirect(f"{reverse('grant', args=[row])}?done={done}")
    return _grant(request, row, form)


@require_POST
@admitted
def end(request: HttpRequest, row: int) -> HttpResponse:
    """Withdraw a request or end a grant."""
    try:
        transact_as(actor_of(request).member.handle, grants.end, _find(row))
    except grants.SettledError:
        return HttpResponseRedirect(f"{reverse('grant', args=[row])}?done=late")
    return HttpResponseRedirect(f"{reverse('grant', args=[row])}?done=ended")


def _grant(request: HttpRequest, row: int, form: DecideForm) -> HttpResponse:
    actor = actor_of(request)
    found = transact_as(actor.member.handle, typeset.opened, actor, _find(row), datetime.now(UTC))
    shown = {
        "member": actor.member,
        "grant": found,
        "form": form,
        "done": request.GET.get("done", ""),
    }
    return render(request, "console/access/grant.html", shown, status=_status(form))


def _find(row: int) -> Grant:
    found = Grant.objects.select_related("member__account", "case").filter(pk=row).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(GET_OR_POST)
@admitted
def break_glass(request: HttpRequest) -> HttpResponse:
    """Take leave in an emergency, after saying what that does."""
    actor, now = actor_of(request), datetime.now(UTC)
    objects.on_self(actor, "glass.break")
    labels = typeset.Labels(DEFAULT_DB_ALIAS, now)
    initial = {"persons": request.GET.get("person", "")}
    form = GlassForm(request.POST if request.method == "POST" else None, initial=initial).of(
        what=labels.pairs()
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data | {"days": 1}
        try:
            transact_as(actor.member.handle, _break, given)
        except REFUSALS as refused:
            form.tell(refused)
        else:
            return HttpResponseRedirect(f"{reverse('access')}?done=broken")
    shown = {"member": actor.member, "form": form, "minutes": glass.LIFE // timedelta(minutes=1)}
    return render(request, "console/access/glass.html", shown, status=_status(form))


def _break(tx: Tx, given: dict[str, Any]) -> Break:
    return glass.break_glass(tx, typeset.wish_of(tx, given))


@require_http_methods(GET_OR_POST)
@admitted
def review(request: HttpRequest, row: int) -> HttpResponse:
    """Say of another's broken glass whether it was justified."""
    actor = actor_of(request)
    found = Break.objects.select_related("member__account", "grant").filter(pk=row).first()
    if found is None:
        raise Http404
    objects.on_break(actor, "glass.review", found)
    form = FindingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            said = {"justified": form.answer, "note": form.cleaned_data["note"]}
            transact_as(actor.member.handle, glass.review, found, **said)
        except REFUSALS as refused:
            form.tell(refused)
        else:
            return HttpResponseRedirect(f"{reverse('access')}?done=reviewed")
    labels = typeset.Labels(DEFAULT_DB_ALIAS, datetime.now(UTC))
    shown = {
        "member": actor.member,
        "broken": found,
        "what": f"{labels.category(found.grant.category)} · {labels.purpose(found.grant.purpose)}",
        "reason": transact_as(actor.member.handle, _reason_of, found),
        "views": typeset.viewed_by(found.grant, labels),
        "form": form,
    }
    return render(request, "console/access/review.html", shown, status=_status(form))


def _reason_of(tx: Tx, broken: Break) -> str:
    objects.on_break(acting(tx), "glass.review", broken)
    person = person_of_member(tx, broken.member)
    return read_notes(tx, [(person, bytes(broken.grant.reason))])[0]


def _status(form: PeopleForm) -> int:
    return UNFIT if form.errors else 200
