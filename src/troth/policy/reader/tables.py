"""The tables of policy.toml as a register: entry by entry, so that one fault hides no other."""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from troth.policy import register as shapes
from troth.policy.codes import Place, finding
from troth.policy.diagnostic import Diagnostic
from troth.policy.reader.files import REGISTER_FILE
from troth.policy.ready import ready
from troth.policy.register import Register
from troth.policy.words import Message, mark

SINGLE: Final[Mapping[str, type[msgspec.Struct]]] = {
    "controller": shapes.Controller,
    "contact": shapes.Contact,
    "notice": shapes.Notice,
    "cites": shapes.Cites,
}
ENTRIES: Final[Mapping[str, type[msgspec.Struct]]] = {
    "region": shapes.Region,
    "site": shapes.Site,
    "service": shapes.Service,
    "purpose": shapes.Purpose,
    "category": shapes.Category,
    "event": shapes.Event,
    "cookie": shapes.Cookie,
    "option": shapes.Option,
    "partner": shapes.Partner,
    "source": shapes.Source,
    "recipient": shapes.Recipient,
    "processor": shapes.Processor,
    "right": shapes.Right,
    "measure": shapes.Measure,
    "retention": shapes.Retention,
    "obligation": shapes.Obligation,
    "statement": shapes.Binding,
}
VISITOR_DAYS: Final = "visitor_secret_days"
ready(*SINGLE.values(), *ENTRIES.values())

_AT: Final = re.compile(r"^(.*?)(?: - at `(?:key in )?\$(.*?)`)?$", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(.*)`")
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(.*)`")
_EXPECTED: Final = re.compile(r"Expected `(.*)`, got `(.*)`")
_INVALID: Final = re.compile(r"Invalid enum value (.*)", re.DOTALL)
_INDEX: Final = re.compile(r"\[(?:\d+|\.\.\.)\]")


class _Faults:
    """Gathers what is malformed, with the line of each entry."""

    def __init__(self, places: Mapping[str, int]) -> None:
        self.places = places
        self.found: list[Diagnostic] = []

    def at(self, path: str) -> Place:
        """Return the place of a path, or of the nearest part that has one."""
        while path and path not in self.places:
            path = path.rpartition(".")[0]
        return Place(REGISTER_FILE, self.places.get(path, 0))

    def unknown_table(self, name: str) -> None:
        """Note a table that is none of the register's."""
        self.found.append(
            finding(
                "T009",
                self.at(name),
                mark("The register has no table `%(table)s`."),
                mark("Its tables are: %(known)s."),
                table=name,
                known=", ".join(sorted({*SINGLE, *ENTRIES})),
            )
        )

    def malformed(self, path: str, why: str) -> None:
        """Note what msgspec says of an entry."""
        what, inner = _read_fault(why)
        self.found.append(_said(what, f"{path}{inner}", self.at(f"{path}{inner}")))

    def statementless(self, path: str) -> None:
        """Note an entry that names no statement."""
        self.found.append(
            finding(
                "T203",
                self.at(path),
                mark("No statement of the text tells of `%(path)s`."),
                mark('Add `statement = "…"` with the id of the sentence that tells of it.'),
                path=path,
            )
        )


def read_register(
    tables: Mapping[str, Any], places: Mapping[str, int]
) -> tuple[Register, tuple[Diagnostic, ...]]:
    """Return the register and what of it could not be read; the rest of it stands."""
    faults = _Faults(places)
    read: dict[str, Any] = {}
    for name, value in tables.items():
        if name in SINGLE:
            read[name] = _convert(value, SINGLE[name], name, faults)
        elif name not in ENTRIES:
            faults.unknown_table(name)
        elif not isinstance(value, dict):
            faults.malformed(name, f"Expected `object`, got `{_kind(value)}`")
        else:
            read[name] = _entries(name, value, faults)
    read |= _secret_days(tables.get("retention"), faults)
    return Register(**read), tuple(faults.found)


def _entries(name: str, entries: Mapping[str, Any], faults: _Faults) -> dict[str, Any]:
    read = {
        id_: _convert(value, ENTRIES[name], f"{name}.{id_}", faults)
        for id_, value in entries.items()
        if (name, id_) != ("retention", VISITOR_DAYS)
    }
    return {id_: entry for id_, entry in read.items() if entry is not None}


def _secret_days(retention: Any, faults: _Faults) -> dict[str, int]:
    days = retention.get(VISITOR_DAYS) if isinstance(retention, dict) else None
    if days is None:
        return {}
    if isinstance(days, int) and not isinstance(days, bool):
        return {VISITOR_DAYS: days}
    faults.malformed(f"retention.{VISITOR_DAYS}", f"Expected `int`, got `{_kind(days)}`")
    return {}


def _convert(value: Any, shape: type[msgspec.Struct], path: str, faults: _Faults) -> Any:
    """Return the entry, or None when it is malformed."""
    tells = issubclass(shape, shapes.Table)
    if tells and isinstance(value, dict) and not value.get("statement", ""):
        faults.statementless(path)
        value = {**value, "statement": ""}
    try:
        return msgspec.convert(value, shape)
    except (msgspec.ValidationError, RecursionError) as error:
        faults.malformed(path, str(error))
        return None


def _kind(value: Any) -> str:
    return {dict: "object", list: "array", str: "str", bool: "bool"}.get(
        type(value), type(value).__name__
    )


def _read_fault(why: str) -> tuple[str, str]:
    """Split what msgspec says into the fault and the path inside the entry (`.label.zh`)."""
    found = _AT.match(why)
    if found is None:
        return why, ""
    return found[1], _INDEX.sub("", found[2] or "")


def _said(fault: str, path: str, place: Place) -> Diagnostic:
    values: dict[str, Any] = {"path": path}
    if found := _MISSING.fullmatch(fault):
        values["key"] = found[1]
        message = mark("`%(path)s` has no `%(key)s`.")
        mend = mark("Add `%(key)s`.")
    elif found := _UNKNOWN.fullmatch(fault):
        values["key"] = found[1]
        message = mark("`%(path)s` knows no `%(key)s`.")
        mend = mark("Strike `%(key)s`, or mend its spelling.")
    elif found := _EXPECTED.fullmatch(fault):
        values |= {"wanted": found[1], "given": found[2]}
        message = mark("`%(path)s` must be of the type `%(wanted)s`, and is `%(given)s`.")
        mend = mark("Write a value of the type `%(wanted)s`.")
    elif found := _INVALID.fullmatch(fault):
        values["given"] = found[1]
        message = mark("`%(path)s` does not know the value %(given)s.")
        mend = mark("Use one of the words the register knows; docs/diagnostics/T010.md lists them.")
    else:
        values["why"] = fault
        message = mark("`%(path)s` is malformed: %(why)s.")
        mend = mark("Mend the entry; docs/diagnostics/T010.md shows its shape.")
    return Diagnostic(
        "T010",
        "error",
        Message(message, values),
        Message(mend, values),
        place.file,
        place.line,
        place.column,
        place.end_column,
    )
