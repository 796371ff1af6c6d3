"""Links that keep the page a reader is on."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.urls import reverse

from troth.site.navigation import address

register = template.Library()


@register.simple_tag(takes_context=True)
def switch_url(context: dict[str, Any], lang: str) -> str:
    """Return the address that changes the language and comes back to this page.

    Of the query only what the view names in `kept` stays: pages are kept for other readers, so
    nothing a stranger wrote into an address may stand in one.
    """
    request: HttpRequest | None = context.get("request")
    page = "/" if request is None else address(request.path, context.get("kept") or {})
    return f"{reverse('language', args=[lang])}?{urlencode({'next': page})}"


@register.simple_tag(takes_context=True)
def is_under(context: dict[str, Any], prefix: str) -> bool:
    """Tell whether the page's path starts with `prefix`."""
    request: HttpRequest | None = context.get("request")
    return request is not None and request.path.startswith(prefix)
