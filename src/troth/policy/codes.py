"""The codes of the compiler, their severities and titles; docs/diagnostics has a page for each."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from troth.policy.diagnostic import Diagnostic, Severity
from troth.policy.words import Message, mark


class Rule(Struct, frozen=True):
    """One code: how grave its findings are, and what it looks for."""

    severity: Severity
    title: str


class Place(Struct, frozen=True):
    """Where a finding is; the same measures as in `Diagnostic`."""

    file: str = ""
    line: int = 0
    column: int = 0
    end_column: int = 0


RULES: Final[Mapping[str, Rule]] = {
    # the files
    "T001": Rule("error", mark("A file of the policy is missing")),
    "T002": Rule("error", mark("A file is not UTF-8 text")),
    "T003": Rule("error", mark("A file is empty")),
    "T004": Rule("error", mark("policy.toml is not TOML")),
    "T005": Rule("error", mark("A line carries no id")),
    "T006": Rule("error", mark("An id has a wrong shape")),
    "T007": Rule("error", mark("An id stands twice")),
    "T008": Rule("error", mark("A statement is missing in one language")),
    "T009": Rule("error", mark("The register does not know this table")),
    "T010": Rule("error", mark("An entry of the register is malformed")),
    "T011": Rule("error", mark("A required part of the register is missing")),
    # the text
    "T101": Rule("error", mark("The statements stand in another order")),
    "T102": Rule("error", mark("The numbers differ")),
    "T103": Rule("error", mark("The dates differ")),
    "T104": Rule("warning", mark("One language negates, the other does not")),
    "T105": Rule("warning", mark("One language commits more than the other")),
    "T106": Rule("warning", mark("The lists differ in length")),
    "T107": Rule("error", mark("The links differ")),
    "T108": Rule("error", mark("The line is of another sort")),
    "T110": Rule("warning", mark("One thing has several names")),
    "T111": Rule("warning", mark("An open-ended word is not closed")),
    "T112": Rule("warning", mark("There is noise in the text")),
    "T113": Rule("warning", mark("A place is still to be filled")),
    # statements and what keeps them
    "T201": Rule("error", mark("The register speaks of an unknown statement")),
    "T202": Rule("error", mark("An entry names a statement that does not exist")),
    "T203": Rule("error", mark("No statement tells of an entry")),
    "T204": Rule("error", mark("An entry is told of by a heading only")),
    "T205": Rule("error", mark("A retired id is used again")),
    "T206": Rule("error", mark("Nothing keeps a statement")),
    "T207": Rule("error", mark("An unknown control is to keep something")),
    "T208": Rule("error", mark("What closes an open-ended word does not exist")),
    # the register
    "T301": Rule("error", mark("A reference leads nowhere")),
    "T302": Rule("error", mark("Two cookies claim the same name")),
    "T303": Rule("error", mark("A cookie's grammar cannot be used")),
    "T304": Rule("error", mark("A consent cannot be withdrawn")),
    "T305": Rule("error", mark("Basis and consent contradict each other")),
    "T306": Rule("error", mark("A vocabulary does not know this term")),
    "T307": Rule("error", mark("A field does not say what happens without it")),
    "T308": Rule("error", mark("Sensitive data is used without separate consent")),
    "T309": Rule("error", mark("A combination does not fit its category")),
    "T310": Rule("error", mark("A third-party source lacks its permission")),
    "T311": Rule("error", mark("A recipient is not main, and nobody says why")),
    "T312": Rule("error", mark("A text of the register is empty in one language")),
    "T313": Rule("error", mark("A value cannot be right")),
    "T314": Rule("warning", mark("Nothing uses an entry")),
    "T315": Rule("error", mark("A necessary cookie waits for consent")),
    # what the running server does
    "T401": Rule("error", mark("A form collects what is not registered")),
    "T402": Rule("error", mark("A form and the register differ on what is required")),
    "T403": Rule("error", mark("A form collects for a purpose that is not allowed")),
    "T404": Rule("error", mark("The server sets a cookie that is not declared")),
    "T405": Rule("error", mark("A cookie lives longer than declared")),
    "T406": Rule("error", mark("The server takes an event that is not declared")),
}


def finding(code: str, place: Place, message: str, mend: str, **values: Any) -> Diagnostic:
    """Return a finding of `code`; `values` fill the places of both templates."""
    return Diagnostic(
        code,
        RULES[code].severity,
        Message(message, values),
        Message(mend, values),
        place.file,
        place.line,
        place.column,
        place.end_column,
    )
