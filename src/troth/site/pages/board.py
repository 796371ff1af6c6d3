"""The console's first page."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from troth.access.facts import member_of
from troth.access.sign_in import members_only
from troth.evidence.board import Board
from troth.evidence.examination import examine_all
from troth.site.language import lang_of
from troth.site.typeset import edition
from troth.site.typeset.board import board_page, panel
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
    chosen = _known(request.GET.get("statement", ""), current.board)
    asked = (document, current.board, lang_of(request), chosen)
    if _wants_panel(request):
        response = render(request, "console/panel.html", {"panel": panel(*asked)})
    else:
        kept = {"statement": chosen} if chosen else {}
        shown |= {"page": board_page(*asked), "state": current.state, "kept": kept}
        response = render(request, "console/board.html", shown)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@members_only
def examine(request: HttpRequest) -> HttpResponse:
    """Examine every control now and come back to the statement that was open."""
    examine_all(Store(), datetime.now(UTC))
    current = edition.in_force(DEFAULT_DB_ALIAS, datetime.now(UTC))
    board = None if current is None else current.board
    chosen = _known(request.POST.get("statement", ""), board)
    query = f"?{urlencode({'statement': chosen})}" if chosen else ""
    return HttpResponseRedirect(reverse("board") + query)


def _known(asked: str, shown: Board | None) -> str:
    """Return the id of a statement that has a mark; "" of anything else somebody wrote."""
    return asked if shown is not None and asked in shown.marks else ""


def _wants_panel(request: HttpRequest) -> bool:
    """Tell whether the panel alone is asked for: htmx going back wants the page."""
    headers = request.headers
    return "HX-Request" in headers and "HX-History-Restore-Request" not in headers
