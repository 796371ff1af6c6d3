"""The console's first page."""

from datetime import UTC, datetime

from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from troth.access.facts import member_of
from troth.access.sign_in import members_only
from troth.evidence.examination import examine_all
from troth.site.language import lang_of
from troth.site.navigation import address, kept
from troth.site.typeset import edition
from troth.site.typeset.board import board_page, known, panel
from troth.store import Store
from troth.versions import facts


@require_safe
@members_only
def board(request: HttpRequest) -> HttpResponse:
    """Show every statement with its mark, and the evidence behind the one of `?statement=`."""
    current = edition.in_force(DEFAULT_DB_ALIAS, datetime.now(UTC))
    shown: dict[str, object] = {"member": member_of(request), "page": None, "state": None}
    if current is None or current.board is None:
        return render(request, "console/board.html", shown)
    document = facts.document(DEFAULT_DB_ALIAS, current.hash)
    chosen = known(request.GET.get("statement", ""), current.board)
    asked = (document, current.board, lang_of(request), chosen)
    if _wants_panel(request):
        response = render(request, "console/panel.html", {"panel": panel(*asked)})
    else:
        here = kept(statement=chosen)
        shown |= {"page": board_page(*asked), "state": current.state, "kept": here}
        response = render(request, "console/board.html", shown)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@members_only
def examine(request: HttpRequest) -> HttpResponse:
    """Examine every control now and come back to the statement that was open."""
    examine_all(Store(), datetime.now(UTC))
    current = edition.in_force(DEFAULT_DB_ALIAS, datetime.now(UTC))
    if current is None or current.board is None:
        return HttpResponseRedirect(reverse("board"))
    chosen = known(request.POST.get("statement", ""), current.board)
    return HttpResponseRedirect(address(reverse("board"), kept(statement=chosen)))


def _wants_panel(request: HttpRequest) -> bool:
    """Tell whether the panel alone is asked for: htmx going back wants the page."""
    headers = request.headers
    return "HX-Request" in headers and "HX-History-Restore-Request" not in headers
