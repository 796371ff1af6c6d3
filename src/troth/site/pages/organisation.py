"""The organisation: roles and who holds them, the responsible person, procedures, settings."""

from datetime import UTC, datetime
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.access import objects
from troth.access import organisation as verbs
from troth.access.models import Procedure
from troth.access.organisation import OutdatedError
from troth.access.settings import SETTINGS, UnfitSettingError, UnknownSettingError, set_setting
from troth.access.undertakings import TextError
from troth.people.reauth import DUE, WRITING, confirmed, form_open, redirect_to_confirm
from troth.site.admitted import actor_of, admitted, posted
from troth.site.forms_people import PeopleForm, ResponsibleForm
from troth.site.forms_texts import ConfirmForm, ProcedureForm
from troth.site.typeset.organisation import (
    days_in,
    draft_in,
    find,
    form_of,
    given,
    history,
    procedure_shown,
    procedures_shown,
    responsible_name,
    roles_held,
    settings_shown,
)
from troth.site.typeset.texts import text_html
from troth.store import transact_as

UNFIT: Final = 422
REFUSALS: Final = (OutdatedError, TextError)
GET_OR_POST: Final = ["GET", "HEAD", "POST"]


@require_safe
@admitted
def organisation(request: HttpRequest) -> HttpResponse:
    """Show who holds which role, who is responsible, and by which procedures the house works."""
    actor = actor_of(request)
    named = verbs.responsible(DEFAULT_DB_ALIAS)
    shown = {
        "roles": roles_held(DEFAULT_DB_ALIAS),
        "responsible": named,
        "responsible_name": responsible_name(named),
        "procedures": procedures_shown(DEFAULT_DB_ALIAS, datetime.now(UTC)),
        "may_edit": objects.may_house(actor, "organisation.edit"),
        "may_set": objects.may_house(actor, "settings.edit"),
        "done": request.GET.get("done", ""),
    }
    return _page(request, "organisation", shown)


@require_http_methods(GET_OR_POST)
@admitted
def responsible(request: HttpRequest) -> HttpResponse:
    """Name the person responsible for information security."""
    objects.on_house(actor_of(request), "organisation.edit")
    named = verbs.responsible(DEFAULT_DB_ALIAS)
    initial = {} if named is None else {"zh": named.zh, "en": named.en, "reach": named.reach}
    form = ResponsibleForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            _as(request, verbs.name_responsible, cleaned["zh"], cleaned["en"], cleaned["reach"])
        except REFUSALS as refused:
            form.tell(refused)
        else:
            return _to("organisation", "named")
    return _page(request, "responsible", {"form": form})


@require_http_methods(GET_OR_POST)
@admitted
def add(request: HttpRequest) -> HttpResponse:
    """Add a procedure, with a preview before it holds."""
    objects.on_house(actor_of(request), "organisation.edit")
    form = ProcedureForm(posted(request))
    if request.method == "POST" and form.is_valid() and request.POST.get("do") == "keep":
        cleaned = form.cleaned_data
        try:
            made = _as(request, verbs.add_procedure, draft_in(cleaned), days_in(cleaned))
        except REFUSALS as refused:
            form.tell(refused)
        else:
            return _to("procedure", "kept", made.name)
    return _page(request, "procedure_edit", {"form": form, "preview": _preview(request, form)})


@require_safe
@admitted
def procedure(request: HttpRequest, name: str) -> HttpResponse:
    """Show the newest version of a procedure, and all there were."""
    return _procedure(request, _find(name))


@require_safe
@admitted
def version(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Show one version of a procedure as it was."""
    return _procedure(request, _find(name, number))


@require_http_methods(GET_OR_POST)
@admitted
def edit(request: HttpRequest, name: str) -> HttpResponse:
    """Make a new version of a procedure, with a preview before it holds."""
    objects.on_house(actor_of(request), "organisation.edit")
    row = _find(name)
    initial = {field: getattr(row, field) for field in ("title_zh", "title_en")}
    initial |= {"body_zh": row.body_zh, "body_en": row.body_en, "number": row.number}
    form = ProcedureForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid() and request.POST.get("do") == "keep":
        cleaned = form.cleaned_data
        more = (cleaned["number"] or 0, draft_in(cleaned), days_in(cleaned), cleaned["note"])
        try:
            _as(request, verbs.revise, name, *more)
        except REFUSALS as refused:
            form.tell(refused)
        else:
            return _to("procedure", "kept", name)
    title = procedure_shown(row, datetime.now(UTC)).title
    shown = {"form": form, "preview": _preview(request, form), "name": name, "title": title}
    return _page(request, "procedure_edit", shown)


@require_POST
@admitted
def confirm(request: HttpRequest, name: str) -> HttpResponse:
    """Note that a procedure was looked at and stays as it is."""
    form = ConfirmForm(request.POST)
    if form.is_valid():
        cleaned = form.cleaned_data
        try:
            _as(
                request,
                verbs.confirm,
                name,
                cleaned["number"] or 0,
                days_in(cleaned),
                cleaned["note"],
            )
        except REFUSALS as refused:
            form.tell(refused)
        else:
            return _to("procedure", "confirmed", name)
    return _procedure(request, _find(name), form)


@require_POST
@admitted
def retire(request: HttpRequest, name: str) -> HttpResponse:
    """End a procedure; a new version brings it back."""
    form = ConfirmForm(request.POST)
    if form.is_valid():
        cleaned = form.cleaned_data
        try:
            _as(request, verbs.retire, name, cleaned["number"] or 0, cleaned["note"])
        except REFUSALS as refused:
            form.tell(refused)
        else:
            return _to("procedure", "retired", name)
    return _procedure(request, _find(name), form)


@require_safe
@admitted
def settings(request: HttpRequest) -> HttpResponse:
    """Show the settings of access."""
    return _settings(request)


@require_POST
@admitted
def set_one(request: HttpRequest, name: str) -> HttpResponse:
    """Set one of them."""
    objects.on_house(actor_of(request), "settings.edit")
    if SETTINGS.get(name) is None:
        raise Http404
    if not confirmed(request, WRITING):
        return redirect_to_confirm(request, f"{reverse('access-settings')}?{DUE}&open={name}")
    form = form_of(name)(request.POST)
    if form.is_valid():
        try:
            _as(request, set_setting, name, given(name, form.cleaned_data))
        except (UnfitSettingError, UnknownSettingError) as refused:
            form.tell(refused)
        else:
            return HttpResponseRedirect(f"{reverse('access-settings')}?done={name}#{name}")
    return _settings(request, {name: form})


def _settings(request: HttpRequest, bound: dict[str, PeopleForm] | None = None) -> HttpResponse:
    actor = actor_of(request)
    shown = {
        "settings": settings_shown(DEFAULT_DB_ALIAS, bound),
        "may_set": objects.may_house(actor, "settings.edit"),
        "confirmed": form_open(request, sent=bool(bound)),
        "done": request.GET.get("done", ""),
        "opened": request.GET.get("open", ""),
        "form": next(iter((bound or {}).values()), None),
    }
    return _page(request, "settings", shown)


def _procedure(
    request: HttpRequest, row: Procedure, form: ConfirmForm | None = None
) -> HttpResponse:
    now = datetime.now(UTC)
    versions = history(DEFAULT_DB_ALIAS, row.name, now)
    shown = {
        "shown": procedure_shown(row, now),
        "newest": versions[0],
        "versions": versions,
        "may_edit": objects.may_house(actor_of(request), "organisation.edit"),
        "form": form or ConfirmForm(initial={"number": row.number}),
        "done": request.GET.get("done", ""),
    }
    return _page(request, "procedure", shown)


def _preview(request: HttpRequest, form: ProcedureForm) -> dict[str, Any]:
    if request.method != "POST" or not form.is_valid():
        return {}
    draft = draft_in(form.cleaned_data)
    return {
        "title_zh": draft.title_zh,
        "zh": text_html(draft.body_zh),
        "title_en": draft.title_en,
        "en": text_html(draft.body_en),
    }


def _page(request: HttpRequest, template: str, shown: dict[str, Any]) -> HttpResponse:
    form = shown.get("form")
    status = UNFIT if form is not None and form.is_bound and form.errors else 200
    shown = {"member": actor_of(request).member} | shown
    return render(request, f"console/people/{template}.html", shown, status=status)


def _as(request: HttpRequest, verb: Any, *given: object) -> Any:
    return transact_as(actor_of(request).member.handle, verb, *given)


def _to(page: str, done: str, *args: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse(page, args=args)}?done={done}")


def _find(name: str, number: int = 0) -> Procedure:
    found = find(DEFAULT_DB_ALIAS, name, number)
    if found is None:
        raise Http404
    return found
