"""Sites: which the policy tells of, their keys, and what is done about these."""

from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.access import keys as verbs
from troth.access import objects
from troth.access.keys import MeanwhileError
from troth.people.reauth import DUE, WRITING, confirmed, form_open, redirect_to_confirm
from troth.site.admitted import actor_of, admitted, posted
from troth.site.forms_sites import KeyForm, RotateForm
from troth.site.language import lang_of
from troth.site.navigation import server_address
from troth.site.typeset.keys import (
    any_call,
    asked_of,
    first_call,
    key_shown,
    kinds_shown,
    publishable_only,
    scopes_shown,
    site_shown,
    sites_page,
    states_shown,
)
from troth.site.typeset.recordnames import HANDS_IN
from troth.sites.actions import Made
from troth.sites.errors import NoKeyError, UnfitKeyError
from troth.sites.models import Key
from troth.store import transact_as

UNFIT: Final = 422
GONE_MEANWHILE: Final = (NoKeyError, MeanwhileError)


@require_safe
@admitted
def sites(request: HttpRequest) -> HttpResponse:
    """Show every site and every key: what it may do, and whether it works."""
    objects.on_house(actor_of(request), "key.see")
    asked = asked_of(request.GET)
    shown = {
        "page": sites_page(DEFAULT_DB_ALIAS, asked, lang_of(request), datetime.now(UTC)),
        "asked": asked,
        "states": states_shown(),
        "call": any_call(server_address(request)),
        "issuer": settings.TROTH_PEOPLE_ISSUER,
    }
    return _page(request, "list", shown)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@admitted
def new(request: HttpRequest, site: str) -> HttpResponse:
    """Make a key of a site; the answer shows it, this once."""
    actor = actor_of(request)
    objects.on_house(actor, "key.make")
    told = site_shown(DEFAULT_DB_ALIAS, site, lang_of(request), datetime.now(UTC))
    if told is None and request.method != "POST":
        raise Http404
    offered = [] if told is None else [one.fit for one in told.origins if one.fit]
    form = KeyForm.for_site(offered, posted(request), KeyForm.kept(request.GET))
    if request.method == "POST" and form.is_valid():
        if form.wants_proof and not confirmed(request, WRITING):
            return redirect_to_confirm(
                request, f"{reverse('key-new', args=[site])}?{form.address}&{DUE}"
            )
        try:
            made = transact_as(actor.member.handle, verbs.make, form.wanted(site))
        except UnfitKeyError as refused:
            form.tell(refused)
        else:
            return _made(request, made)
    shown = {
        "form": form,
        "site": told,
        "id": site,
        "kinds": kinds_shown(),
        "scopes": scopes_shown(),
        "publishable": publishable_only(),
        "confirmed": form_open(request, sent=form.is_bound),
    }
    return _page(request, "new", shown)


@require_safe
@admitted
def key(request: HttpRequest, key_id: str) -> HttpResponse:
    """Show one key."""
    objects.on_house(actor_of(request), "key.see")
    return _key(request, _find(key_id))


@never_cache
@require_POST
@admitted
def rotate(request: HttpRequest, key_id: str) -> HttpResponse:
    """Make a key in place of another; the answer shows it, this once."""
    actor, old = actor_of(request), _find(key_id)
    objects.on_house(actor, "key.make")
    form = RotateForm(old, "", request.POST)
    if form.wants_proof and not confirmed(request, WRITING):
        return redirect_to_confirm(request, f"{reverse('key', args=[key_id])}?{DUE}")
    if form.is_valid():
        try:
            made = transact_as(
                actor.member.handle, verbs.rotate, key_id, form.span, form.cleaned_data["seen"]
            )
        except GONE_MEANWHILE:
            return _back(key_id, "already")
        except UnfitKeyError as refused:
            form.tell(refused)
        else:
            return _made(request, made)
    return _key(request, old, form)


@require_POST
@admitted
def revoke(request: HttpRequest, key_id: str) -> HttpResponse:
    """End a key for ever."""
    actor, old = actor_of(request), _find(key_id)
    objects.on_house(actor, "key.end")
    if not confirmed(request, WRITING):
        return redirect_to_confirm(request, f"{reverse('key', args=[key_id])}?{DUE}")
    try:
        transact_as(actor.member.handle, verbs.revoke, old.pk)
    except NoKeyError:
        return _back(key_id, "already")
    return _back(key_id, "revoked")


def _key(request: HttpRequest, row: Key, form: RotateForm | None = None) -> HttpResponse:
    now = datetime.now(UTC)
    told = key_shown(DEFAULT_DB_ALIAS, row, now)
    newest = "" if told.replaced_by is None else told.replaced_by.pk
    bound = form or RotateForm(row, newest)
    shown = {
        "shown": told,
        "site": site_shown(DEFAULT_DB_ALIAS, row.site, lang_of(request), now),
        "form": bound,
        "confirmed": form_open(request, sent=bound.is_bound),
        "hands_in": not HANDS_IN.isdisjoint(row.scopes),
        "done": request.GET.get("done", ""),
    }
    return _page(request, "key", shown)


def _made(request: HttpRequest, made: Made) -> HttpResponse:
    """Show a key, this once: it is in no address, no session and no log."""
    now = datetime.now(UTC)
    shown = {
        "shown": key_shown(DEFAULT_DB_ALIAS, made.key, now),
        "text": made.text,
        "site": site_shown(DEFAULT_DB_ALIAS, made.key.site, lang_of(request), now),
        "old": made.key.replaces,
        "call": first_call(made.key, server_address(request)),
    }
    return _page(request, "made", shown)


def _page(request: HttpRequest, template: str, shown: dict[str, Any]) -> HttpResponse:
    actor, form = actor_of(request), shown.get("form")
    may = {
        "make": objects.may_house(actor, "key.make"),
        "end": objects.may_house(actor, "key.end"),
    }
    status = UNFIT if form is not None and form.is_bound and form.errors else 200
    return render(
        request,
        f"console/sites/{template}.html",
        {"member": actor.member, "may": may} | shown,
        status=status,
    )


def _back(key_id: str, done: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('key', args=[key_id])}?done={done}")


def _find(key_id: str) -> Key:
    found = Key.objects.filter(pk=key_id).first()
    if found is None:
        raise Http404
    return found
