"""What an entry is about, as a reader says it."""

from django import template
from django.utils.translation import pgettext

register = template.Library()

NOTHING = "—"


@register.filter
def plain(value: object) -> str:
    """Return a value of an entry's body in words: no brackets, quotes or names of a language."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return pgettext("fact", "yes") if value else pgettext("fact", "no")
    if isinstance(value, list):
        return ", ".join(plain(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {plain(one)}" for name, one in value.items())
    return str(value)
