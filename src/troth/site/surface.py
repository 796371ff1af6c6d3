"""What the running server really collects: its forms and cookies. Needs no database."""

import math
from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Final

from django.conf import settings
from django.forms import BaseForm, Field

from troth.policy.surface import Form, FormField, SetCookie, Surface
from troth.site.forms import Collects
from troth.site.language import COOKIE_DAYS

SITE: Final = "troth.site"
FORMS: Final = f"{SITE}.forms"
DAY_SECONDS: Final = 24 * 60 * 60


def surface() -> Surface:
    """Return every form, with the `category.field` each input collects, and every cookie.

    An input its form does not declare collects "", which no register allows.
    """
    return Surface(forms=tuple(_forms()), cookies=_cookies())


def _forms() -> Iterator[Form]:
    seen: set[type[BaseForm]] = set()
    for module in _modules():
        for value in vars(module).values():
            is_form = isinstance(value, type) and issubclass(value, BaseForm)
            if is_form and value.__module__ == module.__name__ and value not in seen:
                seen.add(value)
                if fields := getattr(value, "base_fields", {}):
                    yield _described(value, fields)


def _modules() -> Iterator[ModuleType]:
    """Yield `forms` and, beside it, the `forms_…` of each area."""
    place = import_module(SITE)
    for found in iter_modules(place.__path__, f"{SITE}."):
        if found.name == FORMS or found.name.startswith(f"{FORMS}_"):
            yield import_module(found.name)


def _described(form: type[BaseForm], fields: Mapping[str, Field]) -> Form:
    collects: Collects = getattr(form, "collects", {})
    return Form(
        name=form.__name__,
        purpose=getattr(form, "purpose", ""),
        fields=tuple(
            FormField(name=name, collects=one, required=field.required)
            for name, field in fields.items()
            for one in _each(collects.get(name, ""))
        ),
    )


def _each(collected: str | tuple[str, ...]) -> tuple[str, ...]:
    return (collected,) if isinstance(collected, str) else collected


def _cookies() -> tuple[SetCookie, ...]:
    session_seconds = 0 if settings.SESSION_EXPIRE_AT_BROWSER_CLOSE else settings.SESSION_COOKIE_AGE
    csrf_seconds = settings.CSRF_COOKIE_AGE or 0
    return (
        SetCookie(settings.SESSION_COOKIE_NAME, math.ceil(session_seconds / DAY_SECONDS)),
        SetCookie(settings.CSRF_COOKIE_NAME, math.ceil(csrf_seconds / DAY_SECONDS)),
        SetCookie(settings.LANGUAGE_COOKIE_NAME, COOKIE_DAYS),
    )
