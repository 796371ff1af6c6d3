"""Can each value of the register be right: texts in both languages, numbers, codes, addresses?"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from troth.policy.check.scope import FILL, Scope
from troth.policy.codes import finding
from troth.policy.diagnostic import Diagnostic
from troth.policy.register import Register
from troth.policy.words import LANGS, Text, mark

_COUNTRY: Final = r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?"
_SHAPES: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    "email": (
        re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+"),
        mark("Write an e-mail address: `privacy@example.com`."),
    ),
    "country": (re.compile(_COUNTRY), mark("Write a code of ISO 3166: `CN`, `DE`.")),
    "countries": (re.compile(_COUNTRY), mark("Write codes of ISO 3166: `CN`, `DE`.")),
    "places": (
        re.compile(rf"{_COUNTRY}|\*"),
        mark("Write codes of ISO 3166 (`CN`, `US-CA`), or `*` for anywhere else."),
    ),
    "origins": (
        re.compile(r"https?://[^/\s]+|app:[^\s]+"),
        mark("Write the address without a path: `https://www.example.com`."),
    ),
    "complaint_url": (re.compile(r"https?://\S+"), mark("Write a full address: `https://…`.")),
    "names": (
        re.compile(r"[A-Za-z0-9!#$%&'^_`|~.+-]+\*?"),
        mark("Write a cookie's name, or a prefix ending in `*`, of the signs RFC 6265 allows."),
    ),
}
"""What strings of these keys look like; a place still to be filled may stand anywhere."""
_LEAST: Final[Mapping[str, int]] = {
    "period_days": 1,
    "drift_days": 1,
    "minimum_age": 0,
    "lifetime_days": 0,
    "rotation_days": 1,
    "days": 1,
    "max_length": 1,
    "schema": 1,
}
"""The least each number may be; the unit is in its name."""


def values(scope: Scope) -> Iterator[Diagnostic]:
    """Yield texts that are empty in a language and values that can't be right."""
    for table in Register.__struct_fields__:
        value = getattr(scope.register, table)
        if isinstance(value, msgspec.Struct):
            yield from _struct(scope, table, value)
        elif isinstance(value, Mapping):
            for id_, entry in value.items():
                yield from _struct(scope, f"{table}.{id_}", entry)
    if scope.register.visitor_secret_days < 1:
        yield _too_small(scope, "retention.visitor_secret_days", 1)
    yield from _options(scope)
    yield from _fieldless(scope)


def _struct(scope: Scope, path: str, entry: msgspec.Struct) -> Iterator[Diagnostic]:
    for key in entry.__struct_fields__:
        value = getattr(entry, key)
        yield from _value(scope, f"{path}.{key}", key, value)


def _value(scope: Scope, path: str, key: str, value: Any) -> Iterator[Diagnostic]:
    if isinstance(value, Text):
        yield from _text(scope, path, value)
    elif isinstance(value, msgspec.Struct):
        yield from _struct(scope, path, value)
    elif isinstance(value, Mapping):
        for inner, one in value.items():
            yield from _value(scope, f"{path}.{inner}", key, one)
    elif isinstance(value, int):
        if value < _LEAST.get(key, value):
            yield _too_small(scope, path, _LEAST[key])
    elif key in _SHAPES and value is not None:
        yield from _shapes(scope, path, key, value)


def _shapes(
    scope: Scope, path: str, key: str, value: str | tuple[str, ...]
) -> Iterator[Diagnostic]:
    shape, mend = _SHAPES[key]
    for one in value if isinstance(value, tuple) else (value,):
        if not FILL.search(one) and not shape.fullmatch(one):
            yield finding(
                "T313",
                scope.of(path, one),
                mark("`%(path)s` cannot be “%(value)s”."),
                mend,
                path=path,
                value=one,
            )


def _text(scope: Scope, path: str, text: Text) -> Iterator[Diagnostic]:
    for lang in LANGS:
        if not text[lang].strip():
            yield finding(
                "T312",
                scope.of(path),
                mark("`%(path)s` says nothing in %(lang)s."),
                mark("Write it in each language, in the same sense."),
                path=path,
                lang=lang,
            )


def _too_small(scope: Scope, path: str, least: int) -> Diagnostic:
    return finding(
        "T313",
        scope.of(path),
        mark("`%(path)s` must be %(least)s or more."),
        mark("Write a larger number."),
        path=path,
        least=least,
    )


def _options(scope: Scope) -> Iterator[Diagnostic]:
    for id_, option in scope.register.option.items():
        if option.default not in option.values:
            yield finding(
                "T313",
                scope.of(f"option.{id_}.default"),
                mark("`%(path)s` is “%(value)s”, which is none of the option's values."),
                mark("Name one of the values."),
                path=f"option.{id_}.default",
                value=option.default,
            )


def _fieldless(scope: Scope) -> Iterator[Diagnostic]:
    for id_, category in scope.register.category.items():
        if not category.fields:
            yield finding(
                "T313",
                scope.of(f"category.{id_}.fields"),
                mark("category.%(id)s has no fields, so nothing may be collected in it."),
                mark("Name its fields, or strike the category."),
                id=id_,
            )
