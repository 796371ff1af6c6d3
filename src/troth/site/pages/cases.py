"""Cases and the persons they are about: opening, giving, taking, and the door to their data."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.access import cases as verbs
from troth.access import objects
from troth.access.grants import GrantError
from troth.access.kinds import known_kinds
from troth.access.models import Case, Member
from troth.access.notes import NoteError
from troth.access.standing import NotSignedError
from troth.people.values import NoPolicyError, RefusedError
from troth.site.admitted import actor_of, admitted
from troth.site.forms_access import AssignForm, CaseForm, LookForm
from troth.site.navigation import kept, page_number, row_number
from troth.site.pages.access import GET_OR_POST, UNFIT, abilities
from troth.site.typeset import cases as typeset
from troth.site.typeset.access import Labels, persons_named
from troth.site.typeset.paging import paged
from troth.store import Tx, transact_as

REFUSALS: Final = (
    verbs.CaseError,
    GrantError,
    NotSignedError,
    NoteError,
    NoPolicyError,
    RefusedError,
)
ENDED: Final = "ended"


@require_http_methods(GET_OR_POST)
@admitted
def cases(request: HttpRequest) -> HttpResponse:
    """Show the cases a member may work on, and let her open one."""
    actor = actor_of(request)
    kinds = [(name, kind.what.render(gettext)) for name, kind in known_kinds().items()]
    form = CaseForm(request.POST if request.method == "POST" else None).of(kind=kinds)
    if request.method == "POST" and form.is_valid():
        try:
            made = transact_as(actor.member.handle, _open, form.cleaned_data)
        except REFUSALS as refused:
            form.tell(refused)
        else:
            return HttpResponseRedirect(f"{reverse('case', args=[made.pk])}?done=opened")
    state = request.GET.get("state", "")
    ended = state == ENDED
    found = typeset.cases_for(actor, DEFAULT_DB_ALIAS, ended=ended)
    page = paged(found, page_number(request.GET.get("page", "")))
    shown = {
        "member": actor.member,
        "rows": typeset.cases_shown(actor, page.rows),
        "page": page,
        "form": form,
        "ended": ended,
        "may": abilities(actor),
        "kept": kept(state=ENDED * ended, page=page.turned_to),
    }
    return render(request, "console/access/cases.html", shown, status=UNFIT if form.errors else 200)


def _open(tx: Tx, given: dict[str, Any]) -> Case:
    persons = persons_named(tx, given["persons"])
    return verbs.open_case(tx, given["kind"], persons, given["reason"])


@require_safe
@admitted
def case(request: HttpRequest, row: int) -> HttpResponse:
    """Show one case."""
    return _case(request, _find(row))


@require_POST
@admitted
def take(request: HttpRequest, row: int) -> HttpResponse:
    """Take a case."""
    return _done(request, row, "taken", verbs.take)


@require_POST
@admitted
def leave(request: HttpRequest, row: int) -> HttpResponse:
    """Give a case back."""
    return _done(request, row, "left", verbs.leave)


@require_POST
@admitted
def close(request: HttpRequest, row: int) -> HttpResponse:
    """Close a case."""
    return _done(request, row, "closed", verbs.close_case)


@require_POST
@admitted
def assign(request: HttpRequest, row: int) -> HttpResponse:
    """Give a case to another member."""
    found = Member.objects.filter(account__handle=request.POST.get("handle", ""), left_at=None)
    other = found.select_related("account").first()
    if other is None:
        raise Http404
    return _done(request, row, "given", lambda tx, one: verbs.assign(tx, one, other))


def _done(
    request: HttpRequest, row: int, done: str, verb: Callable[[Tx, Case], object]
) -> HttpResponse:
    actor, found = actor_of(request), _find(row)
    try:
        transact_as(actor.member.handle, verb, found)
    except REFUSALS as refused:
        return _case(request, _find(row), refused=refused, status=UNFIT)
    return HttpResponseRedirect(f"{reverse('case', args=[row])}?done={done}")


def _case(
    request: HttpRequest, found: Case, *, refused: Exception | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    case_shown, persons = transact_as(
        actor.member.handle, typeset.case_opened, actor, found, more=bool(request.GET.get("more"))
    )
    shown = {
        "member": actor.member,
        "case": case_shown,
        "persons": persons,
        "form": AssignForm().of(handle=typeset.workers_for(found, actor)),
        "refused": refused,
        "done": request.GET.get("done", ""),
    }
    return render(request, "console/access/case.html", shown, status=status)


@require_http_methods(GET_OR_POST)
@admitted
def subject(request: HttpRequest, name: str) -> HttpResponse:
    """Show which values are held of a person, and open one of them by the door.

    What no grant or case of hers is about she is not told of, not even that it is held.
    """
    actor, now = actor_of(request), datetime.now(UTC)
    objects.on_self(actor, "view.ask")
    asked = request.POST if request.method == "POST" else request.GET
    found = typeset.case_asked(str(asked.get("case", "")))
    labels = Labels(DEFAULT_DB_ALIAS, now)
    form = LookForm(request.POST if request.method == "POST" else None)
    form.of(use=labels.purposes())
    number = row_number(request.POST.get("value", ""))
    use = form.cleaned_data["use"] if request.method == "POST" and form.is_valid() else ""
    values = transact_as(actor.member.handle, typeset.looked, name, labels, found, number, use)
    if values is None:
        raise Http404
    form.of(use=labels.purposes(*{one.name for one in values}))
    shown = {
        "member": actor.member,
        "subject": name,
        "values": values,
        "case": found,
        "form": form,
        "use": use,
        "may": abilities(actor),
    }
    return render(request, "console/access/subject.html", shown)


def _find(row: int) -> Case:
    found = Case.objects.filter(pk=row).first()
    if found is None:
        raise Http404
    return found
