"""What is asked on the command line, made into the gate's facts as JSON from outside would be."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args

import msgspec

from troth.gate import Facts, MalformedFactsError, parse
from troth.policy.words import Message, mark
from troth.site.problem import CannotGoOnError

FACTS_LIMIT_BYTES: Final = 1_000_000
VERBS: Final[Mapping[str, Any]] = {
    struct.__struct_config__.tag: struct for struct in get_args(Facts)
}
FLAGS: Final[Mapping[str, str]] = {
    "fields": "--field",
    "categories": "--category",
    "demands": "--demand",
    "conforms": "--malformed",
}
"""The options that are not named as the fact is."""


def facts_from_file(file: str) -> Facts:
    """Read facts from a JSON file, `-` for standard input. Raises CannotGoOnError."""
    try:
        if file == "-":
            content = sys.stdin.buffer.read(FACTS_LIMIT_BYTES + 1)
        else:
            with Path(file).open("rb") as source:
                content = source.read(FACTS_LIMIT_BYTES + 1)
    except OSError as error:
        raise CannotGoOnError(
            Message(
                mark("The facts in %(file)s cannot be read: %(error)s."),
                {"file": file, "error": error.strerror},
            )
        ) from error
    if len(content) > FACTS_LIMIT_BYTES:
        raise CannotGoOnError(
            Message(
                mark("The facts in %(file)s are longer than %(limit)s bytes."),
                {"file": file, "limit": FACTS_LIMIT_BYTES},
            )
        )
    return _parse(content)


def facts_from_options(verb: str, given: Mapping[str, Any]) -> Facts:
    """Make facts of the options that were given (not None). Raises CannotGoOnError."""
    tag = verb.replace("-", "_")
    struct = VERBS.get(tag)
    if struct is None:
        raise CannotGoOnError(
            Message(
                mark("There is no verb %(verb)s; the verbs are %(verbs)s."),
                {"verb": verb, "verbs": ", ".join(v.replace("_", "-") for v in VERBS)},
            )
        )
    facts = _shaped(verb, struct, {k: v for k, v in given.items() if v is not None})
    missing = [
        flag_of(field.name)
        for field in msgspec.structs.fields(struct)
        if field.required and field.name not in facts
    ]
    if missing:
        raise CannotGoOnError(
            Message(
                mark("`troth decide %(verb)s` needs %(flags)s."),
                {"verb": verb, "flags": ", ".join(missing)},
            )
        )
    return _parse(msgspec.json.encode({"verb": tag, **facts}))


def _shaped(verb: str, struct: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Return the options as the verb's facts: one category or several, a cookie that conforms."""
    facts = dict(given)
    names = struct.__struct_fields__
    categories = facts.pop("category", None)
    if categories is not None and "categories" in names:
        facts["categories"] = categories
    elif categories is not None and len(categories) > 1:
        raise CannotGoOnError(
            Message(mark("`troth decide %(verb)s` takes one --category."), {"verb": verb})
        )
    elif categories is not None:
        facts["category"] = categories[0]
    if "conforms" in names:
        facts.setdefault("conforms", True)
    foreign = [flag_of(name) for name in facts if name not in names]
    if foreign:
        raise CannotGoOnError(
            Message(
                mark("`troth decide %(verb)s` does not take %(flags)s."),
                {"verb": verb, "flags": ", ".join(foreign)},
            )
        )
    return facts


def flag_of(name: str) -> str:
    """Return the option that gives a fact."""
    return FLAGS.get(name, f"--{name.replace('_', '-')}")


def _parse(content: bytes) -> Facts:
    try:
        return parse(content)
    except MalformedFactsError as error:
        raise CannotGoOnError(error.message) from error
