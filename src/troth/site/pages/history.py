"""All versions, and what changed in each."""

from datetime import UTC, datetime

from django.db import DEFAULT_DB_ALIAS
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from troth.site.language import lang_of
from troth.site.typeset.changes import changes_page, version_lines
from troth.site.typeset.remembered import answer
from troth.versions import facts


@require_safe
def history(request: HttpRequest) -> HttpResponseBase:
    """List every version: when it was recorded, from when until when it held."""
    lines = version_lines(facts.history(DEFAULT_DB_ALIAS), datetime.now(UTC))

    def draw() -> str:
        return render_to_string("history/history.html", {"versions": lines}, request)

    return answer(request, ("history", *lines), draw)


@require_safe
def changes(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show what a version changed, sentence by sentence and entry by entry."""
    lines = version_lines(facts.history(DEFAULT_DB_ALIAS), datetime.now(UTC))
    line = next((line for line in lines if line.number == number), None)
    stored = facts.find(DEFAULT_DB_ALIAS, str(number))
    if line is None or stored is None:
        raise Http404(gettext("There is no version %(number)s.") % {"number": number})

    def draw() -> str:
        page = changes_page(line, stored.change_list, lang_of(request))
        return render_to_string("history/changes.html", {"page": page}, request)

    return answer(request, ("changes", line), draw)
