"""What is wrong with a command line, told in one sentence with its mend."""

import re
from typing import Any, Final

from troth.policy.words import Message, mark

ONLY_HELP: Final = "NoArgsIsHelpError"
EXTRA: Final = re.compile(r"\) \((.*)\)$")


def misused(error: Any) -> Message:
    """Say what Typer found; what it gives no shape of stays in its own words.

    `error` is Typer's UsageError: its classes are private, so they are known by their attributes.
    """
    context, kind = getattr(error, "ctx", None), type(error).__name__
    values = {"command": getattr(context, "command_path", "troth")}
    if kind == "NoSuchOption":
        near = ", ".join(sorted(error.possibilities or ()))
        return Message(
            mark("`%(command)s` has no option %(option)s; did you mean %(near)s?")
            if near
            else mark("`%(command)s` has no option %(option)s; see `%(command)s --help`."),
            values | {"option": _visible(error.option_name), "near": near},
        )
    if kind == "MissingParameter":
        return Message(
            mark("`%(command)s` needs %(name)s; see `%(command)s --help`."),
            values | {"name": _name(error.param)},
        )
    if kind == "BadParameter" and error.param is not None:
        return _wrong_value(error, values)
    if kind == "BadOptionUsage":
        template = (
            mark("%(name)s takes a value; see `%(command)s --help`.")
            if "requires" in error.message
            else mark("%(name)s takes no value; see `%(command)s --help`.")
        )
        return Message(template, values | {"name": error.option_name})
    extra = EXTRA.search(error.message) if "extra argument" in error.message else None
    if extra is not None:
        return Message(
            mark("`%(command)s` does not take %(words)s; see `%(command)s --help`."),
            values | {"words": _visible(extra[1])},
        )
    return Message(
        mark("%(why)s; see `%(command)s --help`."),
        values | {"why": _visible(error.format_message().rstrip("."))},
    )


def no_command(command: str, name: str, known: list[str]) -> Message:
    """Say that a group has no such command, and which it has."""
    return Message(
        mark("There is no `%(command)s %(name)s`; the commands are %(known)s."),
        {"command": command, "name": _visible(name), "known": ", ".join(known)},
    )


def _wrong_value(error: Any, values: dict[str, object]) -> Message:
    """Say what an option or argument takes."""
    wanted = error.param.type_descriptor
    values = values | {"name": _name(error.param)}
    if wanted.choices:
        return Message(
            mark("%(name)s takes one of %(choices)s; see `%(command)s --help`."),
            values | {"choices": ", ".join(map(str, wanted.choices))},
        )
    if wanted.is_ranged:
        limits = {"least": wanted.parameter_info.min, "most": wanted.parameter_info.max}
        return Message(
            mark("%(name)s takes a whole number from %(least)s on; see `%(command)s --help`.")
            if limits["most"] is None
            else mark(
                "%(name)s takes a whole number from %(least)s to %(most)s; see"
                " `%(command)s --help`."
            ),
            values | limits,
        )
    if "integer" in error.message:
        return Message(
            mark("%(name)s takes a whole number; see `%(command)s --help`."),
            values,
        )
    return Message(
        mark("%(name)s: %(why)s; see `%(command)s --help`."),
        values | {"why": _visible(error.message.rstrip("."))},
    )


def _name(parameter: Any) -> str:
    """Return an option as it is written, an argument as the help shows it."""
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar or parameter.name)


def _visible(text: str) -> str:
    """Return a word somebody typed without what would move a terminal's cursor."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
