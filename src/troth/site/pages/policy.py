"""The policy page, and any version of it."""

from datetime import UTC, datetime

from django.db import DEFAULT_DB_ALIAS
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from troth.site.language import lang_of
from troth.site.navigation import kept
from troth.site.typeset import edition
from troth.site.typeset.document import policy_page
from troth.site.typeset.remembered import answer
from troth.versions import facts


@require_safe
def policy(request: HttpRequest) -> HttpResponseBase:
    """Show the policy in force with the marks beside its sentences; `?both=1` both languages."""
    now = datetime.now(UTC)
    current = edition.in_force(DEFAULT_DB_ALIAS, now)
    if current is None:
        return render(request, "policy/none.html", status=404)
    return _page(request, current)


@require_safe
def version(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show a version as it was recorded, whether it is in force or not."""
    recorded = edition.recorded(DEFAULT_DB_ALIAS, number, datetime.now(UTC))
    if recorded is None:
        raise Http404(gettext("There is no version %(number)s.") % {"number": number})
    return _page(request, recorded)


def _page(request: HttpRequest, shown: edition.Edition) -> HttpResponseBase:
    lang, both = lang_of(request), request.GET.get("both") == "1"

    def draw() -> str:
        document = facts.document(DEFAULT_DB_ALIAS, shown.hash)
        page = policy_page(document, shown.state, edition.marks(shown), lang, both=both)
        values = {"page": page, "both": both, "kept": kept(both="1" * both)}
        return render_to_string("policy/policy.html", values, request)

    return answer(request, (*shown.depends_on, both), draw)
