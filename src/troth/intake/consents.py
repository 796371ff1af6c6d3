"""What people said yes and no to before Troth: rows of a file become choices to be brought.

Columns, and keys of a line of JSON: `subject`, `about` (`purpose.newsletter`), `given`, `at`
(ISO 8601 with its zone), and `wording`, the name of the text a yes was asked under.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from troth.consent.models import ABOUT_LENGTH
from troth.intake.faults import Fault, shown
from troth.intake.tables import Row, Table
from troth.people.subjects import UnfitSubjectError, demand_fit
from troth.policy.words import Message, mark

NEEDED: Final = ("subject", "about", "given", "at")
COLUMNS: Final = (*NEEDED, "wording")
YES_OR_NO: Final = {
    "true": True,
    "yes": True,
    "1": True,
    "false": False,
    "no": False,
    "0": False,
}


class Wording(Struct, frozen=True):
    """A text of before Troth: its language tag (BCP 47), and its words."""

    lang: str
    text: str


class Told(Struct, frozen=True):
    """One row as it was meant; `wording` names a text, "" for none."""

    line: int
    raw: bytes
    subject: str
    about: str
    given: bool
    at: datetime
    wording: str

    def __repr__(self) -> str:
        return f"Told({self.line})"


def columns_faults(table: Table) -> list[Fault]:
    """Return which columns are no part of a choice, and which are missing."""
    faults = [
        Fault(1, shown(name, number), "column-undeclared", _NO_COLUMN)
        for number, name in enumerate(table.columns, start=1)
        if name not in COLUMNS or table.columns.index(name) != number - 1
    ]
    missing = [name for name in NEEDED if name not in table.columns]
    return faults + [Fault(1, name, "column-missing", _MISSING) for name in missing]


def told(row: Row) -> Told | Fault:
    """Return what a row means."""
    cells: Mapping[str, Any] = row.cells
    if not cells.keys() <= set(COLUMNS):
        return Fault(row.line, "", "choice-malformed", _NO_KEY)
    subject, about, given, at, wording = (cells.get(name) for name in COLUMNS)
    answer, moment = _answer(given), _moment(at)
    fits = {
        "subject": isinstance(subject, str) and _fit(subject),
        "about": isinstance(about, str) and 0 < len(about) <= ABOUT_LENGTH,
        "given": answer is not None,
        "at": moment is not None,
        "wording": wording is None or isinstance(wording, str),
    }
    wrong = next((name for name, fit in fits.items() if not fit), None)
    if wrong is not None or answer is None or moment is None:
        return Fault(row.line, wrong or "at", "choice-malformed", _WANTED[wrong or "at"])
    return Told(row.line, row.raw, str(subject), str(about), answer, moment, wording or "")


def _fit(subject: str) -> bool:
    try:
        demand_fit(subject)
    except UnfitSubjectError:
        return False
    return True


def _answer(cell: object) -> bool | None:
    if isinstance(cell, bool):
        return cell
    return YES_OR_NO.get(cell.strip().lower()) if isinstance(cell, str) else None


def _moment(cell: object) -> datetime | None:
    """Return a moment; None for what is none, or says no zone: nobody knows then when it was."""
    if not isinstance(cell, str) or "T" not in cell.upper().replace(" ", "T", 1):
        return None
    try:
        found = datetime.fromisoformat(cell.strip())
        found.astimezone()  # a year that no zone has
    except (ValueError, OverflowError):
        return None
    return None if found.tzinfo is None else found


_NO_COLUMN: Final = Message(
    mark("The columns are subject, about, given, at and wording, each once.")
)
_MISSING: Final = Message(mark("This column is missing."))
_NO_KEY: Final = Message(
    mark("A choice has no other keys than subject, about, given, at and wording.")
)
_WANTED: Final[Mapping[str, Message]] = {
    "subject": Message(
        mark("A subject is 1 to 200 characters of text, without control characters.")
    ),
    "about": Message(mark("Name what was asked as the register does, such as purpose.newsletter.")),
    "given": Message(mark("Write true or false.")),
    "at": Message(mark("Write when it was said with the zone, such as 2027-01-31T09:30:00+08:00.")),
    "wording": Message(mark("This is the name of a wording.")),
}
