"""Links that keep the page a reader is on."""

from typing import Any, Final
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.urls import reverse

register = template.Library()

KEPT_PARAMETERS: Final = ("both", "statement")
"""What of the address says which page it is; anything else is dropped."""


@register.simple_tag(takes_context=True)
def switch_url(context: dict[str, Any], lang: str) -> str:
    """Return the address that changes the language and comes back to this page."""
    request: HttpRequest | None = context.get("request")
    address = "/" if request is None else _page_of(request)
    return f"{reverse('language', args=[lang])}?{urlencode({'next': address})}"


@register.simple_tag(takes_context=True)
def is_under(context: dict[str, Any], prefix: str) -> bool:
    """Tell whether the page's path starts with `prefix`."""
    request: HttpRequest | None = context.get("request")
    return request is not None and request.path.startswith(prefix)


def _page_of(request: HttpRequest) -> str:
    kept = {key: request.GET[key] for key in KEPT_PARAMETERS if key in request.GET}
    return f"{request.path}?{urlencode(kept)}" if kept else request.path
