"""The confidentiality undertaking: read, signed, worded anew."""

from datetime import UTC, datetime
from typing import Final

from django.db import DEFAULT_DB_ALIAS
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from troth.access import objects, undertakings
from troth.access.undertakings import TextChangedError, TextError
from troth.people.reauth import confirmed, redirect_to_confirm
from troth.people.values import NoPolicyError, RefusedError
from troth.site.admitted import actor_of, admitted, posted
from troth.site.forms_people import SignForm
from troth.site.forms_texts import UndertakingTextForm
from troth.site.typeset.texts import text_html
from troth.site.typeset.undertaking import (
    older_texts,
    reader_lang,
    text_numbered,
    undertaking_shown,
)
from troth.store import transact_as

UNFIT: Final = 422
REFUSALS: Final = (TextChangedError, TextError, NoPolicyError, RefusedError)


@require_http_methods(["GET", "HEAD", "POST"])
@admitted
def undertaking(request: HttpRequest) -> HttpResponse:
    """Show the text that holds and have it signed, after she has proven again who she is."""
    actor = actor_of(request)
    shown = undertaking_shown(actor.member, datetime.now(UTC), reader_lang())
    form = SignForm(posted(request), initial={"text": shown.number})
    if request.method == "POST" and not confirmed(request):
        return redirect_to_confirm(request)
    if request.method == "POST" and form.is_valid():
        number, name = form.cleaned_data["text"], form.cleaned_data["name"]
        try:
            transact_as(actor.member.handle, undertakings.sign, number or 0, name, reader_lang())
        except REFUSALS as refused:
            form.tell(refused)
        else:
            return HttpResponseRedirect(f"{reverse('undertaking')}?done=signed")
    given = {
        "member": actor.member,
        "shown": shown,
        "form": form,
        "confirmed": confirmed(request),
        "done": request.GET.get("done", ""),
        "may_edit": objects.may_house(actor, "undertaking.edit"),
        "older": older_texts(DEFAULT_DB_ALIAS),
    }
    status = UNFIT if form.is_bound and form.errors else 200
    return render(request, "console/people/undertaking.html", given, status=status)


@require_safe
@admitted
def text(request: HttpRequest, number: int) -> HttpResponse:
    """Show a text that held once, in the reader's language."""
    found = text_numbered(DEFAULT_DB_ALIAS, number, reader_lang())
    if found is None:
        raise Http404
    given = {"member": actor_of(request).member, "text": found}
    return render(request, "console/people/undertaking_text.html", given)


@require_http_methods(["GET", "HEAD", "POST"])
@admitted
def edit(request: HttpRequest) -> HttpResponse:
    """Word the undertaking anew, with a preview before it holds."""
    actor = actor_of(request)
    objects.on_house(actor, "undertaking.edit")
    holds = undertakings.newest_text(DEFAULT_DB_ALIAS)
    initial = {} if holds is None else {"zh": holds.zh, "en": holds.en}
    form = UndertakingTextForm(posted(request), initial=initial)
    preview = {}
    if request.method == "POST" and form.is_valid():
        zh, en = form.cleaned_data["zh"], form.cleaned_data["en"]
        preview = {"zh": text_html(zh), "en": text_html(en)}
        if request.POST.get("do") == "publish":
            try:
                transact_as(actor.member.handle, undertakings.publish_text, zh, en)
            except REFUSALS as refused:
                form.tell(refused)
            else:
                return HttpResponseRedirect(f"{reverse('undertaking')}?done=published")
    given = {"member": actor.member, "form": form, "preview": preview, "holds": holds}
    status = UNFIT if form.is_bound and form.errors else 200
    return render(request, "console/people/undertaking_edit.html", given, status=status)
