"""What is wrong with a file that is imported: where, what, which sentence says so; no value of it.

A file holds people's data, and what is printed ends in logs: so a fault tells line and column, and
a word of the file only where it names something of the register.
"""

import re
from typing import Final

from msgspec import Struct

from troth.policy.words import Message, StatementId

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", re.ASCII)
"""As `gate.facts.Name`: what is none of these is no name, and may be anything."""


class Fault(Struct, frozen=True):
    """One thing that is wrong. `line` counts from 1; `column` is "" for all of the line."""

    line: int
    column: str
    code: str
    message: Message
    statement: StatementId | None = None


class UnreadableError(Exception):
    """The file can't be read on from here, or no row of it may be: each fault says why."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__(faults[0].code)


def shown(name: str, number: int) -> str:
    """Return a column's name if it is one, else its number: it may be somebody's data."""
    return name if NAME.fullmatch(name) else f"#{number}"
