"""The language switch: a link that works without script."""

from django.http import HttpRequest, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from troth.policy.words import Lang
from troth.site.language import remember
from troth.site.navigation import own_page


@never_cache
@require_safe
def language(request: HttpRequest, lang: Lang) -> HttpResponseRedirect:
    """Keep the reader's language in its cookie and go back to the page she was on."""
    response = HttpResponseRedirect(own_page(request.GET.get("next", ""), "/"))
    remember(response, lang)
    return response
