"""What an entry is about, as a reader says it."""

from django import template
from django.utils.translation import pgettext

register = template.Library()

NOTHING = "—"
SHOWN = 12
"""How many of a long list a reader sees: the entry itself, exported, has all."""


@register.filter
def plain(value: object) -> str:
    """Return a value of an entry's body in words: no brackets, quotes or names of a language."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return pgettext("fact", "yes") if value else pgettext("fact", "no")
    if isinstance(value, list):
        more = [f"… (+{len(value) - SHOWN})"] if len(value) > SHOWN else []
        return ", ".join([*map(plain, value[:SHOWN]), *more])
    if isinstance(value, dict):
        return "; ".join(f"{name}: {plain(one)}" for name, one in value.items())
    return str(value)
