"""The public half of the ledger, as files and as a page; and what was entered, for members."""

from typing import Final

import msgspec
from django.db import DEFAULT_DB_ALIAS
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from troth.access.facts import member_of
from troth.access.sign_in import members_only
from troth.ledger import published
from troth.site.navigation import address, kept

TEXT: Final = "text/plain; charset=utf-8"
JSON: Final = "application/json"
BYTES: Final = "application/octet-stream"
A_YEAR_SECONDS: Final = 31_536_000
ENTRIES_A_PAGE: Final = 50


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Say what the ledger is, how far it goes, and how to verify it."""
    epochs = published.epochs(DEFAULT_DB_ALIAS)
    shown = {
        "epochs": epochs,
        "newest": next(reversed(epochs), None),
        **_losses(),
        "address": request.build_absolute_uri(reverse("ledger")),
    }
    response = render(request, "ledger/ledger.html", shown)
    patch_cache_control(response, no_cache=True)
    return response


def _losses() -> dict[str, list[str]]:
    """Return what was lost and what is not known, as the first entries of epochs say."""
    return {
        "lost": [note.render(gettext) for note in published.lost(DEFAULT_DB_ALIAS)],
        "not_known": [note.render(gettext) for note in published.not_known(DEFAULT_DB_ALIAS)],
    }


@require_safe
def epochs(request: HttpRequest) -> HttpResponseBase:
    """List the epochs as JSON."""
    told = msgspec.json.encode(published.epochs(DEFAULT_DB_ALIAS))
    return _file(request, told, JSON)


@require_safe
def key(request: HttpRequest) -> HttpResponseBase:
    """Give the verifier keys, one a line, the newest last."""
    lines = [f"{epoch.vkey}\n" for epoch in published.epochs(DEFAULT_DB_ALIAS)]
    return _file(request, "".join(lines).encode(), TEXT)


@require_safe
def checkpoint(request: HttpRequest, epoch: int | None = None) -> HttpResponseBase:
    """Give the signed checkpoint of an epoch, by default of the newest."""
    notes = {one.number: one.checkpoint for one in published.epochs(DEFAULT_DB_ALIAS)}
    note = notes.get(max(notes, default=0) if epoch is None else epoch)
    if note is None:
        raise Http404(gettext("There is no such epoch."))
    return _file(request, note.encode(), TEXT)


@require_safe
def tile(_request: HttpRequest, epoch: int, path: str) -> HttpResponseBase:
    """Give a tile or a bundle of commitments: it never changes, so it may be kept for ever."""
    content = published.tile(DEFAULT_DB_ALIAS, epoch, path)
    if content is None:
        raise Http404(gettext("There is no such tile."))
    response = HttpResponse(content, content_type=BYTES)
    patch_cache_control(response, public=True, max_age=A_YEAR_SECONDS, immutable=True)
    return response


def _file(request: HttpRequest, content: bytes, kind: str) -> HttpResponseBase:
    """Answer with what grows: kept by nobody unasked, compared by its hash."""
    response = HttpResponse(content, content_type=kind)
    patch_cache_control(response, no_cache=True)
    response["ETag"] = etag = published.etag(content)
    return get_conditional_response(request, etag=etag, response=response) or response


@require_safe
@members_only
def console(request: HttpRequest) -> HttpResponse:
    """Show what was entered, the newest first.

    `?kind=` leaves one kind, `?entry=` one entry, `?before=` goes on.
    """
    known = published.kinds(DEFAULT_DB_ALIAS)
    kind = next((one for one in known if one == request.GET.get("kind")), "")
    here = reverse("console-ledger")
    only = published.known_id(request.GET.get("entry", ""))
    page = published.page(
        DEFAULT_DB_ALIAS,
        kind=kind,
        before=request.GET.get("before", ""),
        limit=ENTRIES_A_PAGE,
        only=only,
    )
    shown = {
        "member": member_of(request),
        "kinds": known,
        "kind": kind,
        "only": only,
        "kept": kept(kind=kind, entry=only),
        "entries": page.entries,
        **_losses(),
        "older": page.older and address(here, kept(kind=kind, before=page.older)),
    }
    return render(request, "console/ledger.html", shown)
