"""Links that keep the page a reader is on."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.urls import reverse

register = template.Library()


@register.simple_tag(takes_context=True)
def switch_url(context: dict[str, Any], lang: str) -> str:
    """Return the address that changes the language and comes back to this page.

    Of the query only what the view names in `kept` stays: pages are kept for other readers, so
    nothing a stranger wrote into an address may stand in one.
    """
    request: HttpRequest | None = context.get("request")
    address = "/" if request is None else request.path
    kept: Mapping[str, str] = context.get("kept") or {}
    if kept:
        address += f"?{urlencode(kept)}"
    return f"{reverse('language', args=[lang])}?{urlencode({'next': address})}"


@register.simple_tag(takes_context=True)
def is_under(context: dict[str, Any], prefix: str) -> bool:
    """Tell whether the page's path starts with `prefix`."""
    request: HttpRequest | None = context.get("request")
    return request is not None and request.path.startswith(prefix)
