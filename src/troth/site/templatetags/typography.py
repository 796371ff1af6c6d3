"""How dates, numbers and signs are written in each language."""

from datetime import UTC, date, datetime
from typing import Final

from babel.dates import get_month_names
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from troth.site.typeset.prose import is_chinese

register = template.Library()

HASH_DIGITS_SHOWN: Final = 12
NAME_LETTERS_SHOWN: Final = 10


def long_date(day: date) -> str:
    """Return `2026 年 11 月 1 日` or `1 November 2026`: Han and digits stand apart."""
    if is_chinese():
        return f"{day.year} 年 {day.month} 月 {day.day} 日"
    return f"{day.day} {get_month_names('wide', locale='en')[day.month]} {day.year}"


@register.filter
def day(at: datetime) -> SafeString:
    """Return a `<time>` with the day."""
    moment = at.astimezone(UTC)
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), long_date(moment))


@register.filter
def short_day(at: date) -> SafeString:
    """Return a `<time>` with month and day only."""
    names = get_month_names("abbreviated", locale="en")
    text = f"{at.month} 月 {at.day} 日" if is_chinese() else f"{at.day} {names[at.month]}"
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), text)


@register.filter
def moment(at: datetime) -> SafeString:
    """Return a `<time>` with day, hour and minute in UTC."""
    exact = at.astimezone(UTC)
    written = gettext("%(day)s, %(time)s UTC") % {
        "day": long_date(exact),
        "time": f"{exact:%H:%M}",
    }
    return format_html('<time datetime="{}">{}</time>', exact.isoformat(), written)


@register.filter
def number(value: object) -> str:
    """Group the digits of a whole number by three; anything else stays as it is."""
    return f"{value:,}" if isinstance(value, int) else str(value)


@register.filter
def short_name(value: str) -> str:
    """Return the first letters of a pseudonym, enough to tell persons of a page apart by eye."""
    return value if len(value) <= NAME_LETTERS_SHOWN else f"{value[:NAME_LETTERS_SHOWN]}…"


@register.filter
def short_hash(value: str) -> str:
    """Return the first digits of a hash, enough to tell versions apart by eye."""
    return value[:HASH_DIGITS_SHOWN]
