"""Values as the register declares them: which fit, how they are sealed as text, and back. Pure.

A number is sealed as JSON writes it (RFC 8259), a yes or no as `true` and `false`, a date as it was
given (ISO 8601, the extended form).
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from troth.collection.given import Value
from troth.policy.register import Field
from troth.policy.words import Message, mark

TYPE: Final = "field-type"
LENGTH: Final = "field-too-long"
BITS_PER_DIGIT: Final = 4
"""More than a decimal digit has: who has more bits has more digits than may be."""
DATE: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?", re.ASCII
)


class UnfitError(ValueError):
    """The value is none of the field's kind, or too long; `message` never repeats it."""

    def __init__(self, code: str, message: Message) -> None:
        super().__init__(code)
        self.code, self.message = code, message


def as_text(name: str, field: Field, value: str | float) -> str:
    """Return a value as it is sealed. Raises UnfitError."""
    text = _WRITTEN[field.kind](value, field.max_length)
    if text is None:
        raise UnfitError(TYPE, Message(_TAKES[field.kind], {"field": name}))
    if len(text) > field.max_length:
        message = Message(
            mark("“%(field)s” takes at most %(limit)s characters."),
            {"field": name, "limit": field.max_length},
        )
        raise UnfitError(LENGTH, message)
    return text


def as_value(kind: str, text: str) -> Value:
    """Return a sealed text as the kind's value; as it stands where it is none of that kind.

    That is so where another version declared the field otherwise when it was taken in.
    """
    if kind not in {"number", "boolean"}:
        return text
    try:
        found = json.loads(text)
    except ValueError:
        return text
    fits = isinstance(found, bool) if kind == "boolean" else _is_number(found)
    return found if fits else text


def _is_number(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _text(value: object, _limit: int) -> str | None:
    """Return a text of Unicode characters; a NUL and half a character (a surrogate) are none."""
    if not isinstance(value, str) or "\0" in value:
        return None
    return value if value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value) else None


def _number(value: object, limit: int) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        # to write out a huge one takes long, and is refused by Python itself at last
        return "9" * (limit + 1) if value.bit_length() > BITS_PER_DIGIT * limit else str(value)
    return json.dumps(value) if math.isfinite(value) else None


def _boolean(value: object, _limit: int) -> str | None:
    return json.dumps(value) if isinstance(value, bool) else None


def _date(value: object, _limit: int) -> str | None:
    if not isinstance(value, str) or DATE.fullmatch(value) is None:
        return None
    try:
        datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    except ValueError:
        return None
    return value


def _choice(value: object, limit: int) -> str | None:
    """Return one of the operator's own words: on one line, nothing invisible in it."""
    text = _text(value, limit)
    return text if text is not None and text.isprintable() else None


_WRITTEN: Final[Mapping[str, Callable[[object, int], str | None]]] = {
    "text": _text,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "choice": _choice,
}
_TAKES: Final[Mapping[str, str]] = {
    "text": mark("“%(field)s” takes a text of Unicode characters, without NUL."),
    "number": mark("“%(field)s” takes a finite number."),
    "boolean": mark("“%(field)s” takes true or false."),
    "date": mark("“%(field)s” takes a date or a time, such as 2027-01-31 or 2027-01-31T09:30:00Z."),
    "choice": mark("“%(field)s” takes one of your words, on one line."),
}
