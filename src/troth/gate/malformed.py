"""What is wrong with facts from outside, in words of ours: what the parser found, and its mend."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from troth.policy.words import Message, mark

PLACE: Final = re.compile(r" - at (?:`key` in )?`\$\.?([^`]*)`$")
MISSING: Final = re.compile(r"^Object missing required field `(\w+)`")
UNKNOWN: Final = re.compile(r"^Object contains unknown field `([\w.-]{1,100})`")
NO_CHOICE: Final = re.compile(r"^Invalid (?:enum )?value ")
WANTED: Final = re.compile(r"^Expected `(.+?)`(?:, got `\w+`)?$")
LONGER: Final = re.compile(r"^Expected `\w+` of length <= (\d+)")
SHAPES: Final[Mapping[str, str]] = {
    "str": mark("%(place)s takes a text in quotation marks."),
    "int": mark("%(place)s takes a whole number."),
    "bool": mark("%(place)s takes true or false."),
    "array": mark("%(place)s takes a list in square brackets."),
    "object": mark("%(place)s takes an object in curly brackets."),
}


def malformed(why: str, verbs: Sequence[str]) -> Message:
    """Say in one sentence what the parser's words `why` mean; else hand its own on.

    A value is never repeated: somebody may have put a person's name there.
    """
    found = PLACE.search(why)
    place = found[1] if found else ""
    bare = PLACE.sub("", why)
    if place == "verb" or (not place and bare.startswith("Object missing required field `verb`")):
        return Message(
            mark("These facts are of no verb; the verbs are %(verbs)s."),
            {"verbs": ", ".join(verbs)},
        )
    for told in (_field(bare), _shape(bare, place or "facts")):
        if told is not None:
            return told
    return Message(mark("These facts cannot be read: %(why)s."), {"why": why})


def _field(why: str) -> Message | None:
    """Tell of a fact that is missing, or that there is none of its name."""
    missing, unknown = MISSING.search(why), UNKNOWN.search(why)
    if missing:
        return Message(mark("The fact %(name)s is missing; give it."), {"name": missing[1]})
    if unknown:
        return Message(mark("This verb has no fact %(name)s; leave it out."), {"name": unknown[1]})
    return None


def _shape(why: str, place: str) -> Message | None:
    """Tell what is taken where something else was given."""
    values: dict[str, object] = {"place": place}
    if why.startswith("Expected `str` matching regex"):
        return Message(_grammar(place), values)
    longer, wanted = LONGER.search(why), WANTED.search(why)
    if longer:
        template = mark("%(place)s may be at most %(limit)s long.")
        return Message(template, values | {"limit": longer[1]})
    if NO_CHOICE.match(why):
        return Message(mark("%(place)s has none of the values it may have."), values)
    if why.startswith("Expected `int` >= 0"):
        return Message(mark("%(place)s takes a whole number from 0 on."), values)
    if "datetime" in why:
        template = mark("%(place)s takes a time with its zone, as 2026-03-01T00:00:00Z.")
        return Message(template, values)
    shape = SHAPES.get(wanted[1].split(" | ")[0]) if wanted else None
    return Message(shape, values) if shape else None


def _grammar(place: str) -> str:
    """Return what may be written at a place, as words instead of a pattern."""
    if place == "name":
        return mark(
            "%(place)s takes a cookie's name: Latin letters, digits and signs, without spaces,"
            " quotation marks, commas or semicolons."
        )
    if place == "region":
        return mark("%(place)s takes a country or a part of one, as CN or US-CA.")
    return mark(
        "%(place)s takes a name of the register: Latin letters, digits, dots, hyphens and low"
        " lines, beginning with a letter or digit."
    )
