"""People an operator knows already: rows of a file become records of her own subjects.

`Columns` of CSV are `subject` and `category.field`, or a field alone with a category for all of
them; a line of JSON is a record as `POST /v1/records` takes it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from troth.collection.given import Value
from troth.intake.faults import NAME, Fault, shown
from troth.intake.tables import Row, Table
from troth.people.subjects import UnfitSubjectError, demand_fit
from troth.people.values import RefusedError, Told, Under, demand, demand_rules
from troth.policy.ready import ready
from troth.policy.register import Category
from troth.policy.rules import Rulebook
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.vault.values import HIDDEN
from troth.versions import facts as versions

SUBJECT: Final = "subject"
NUMBER: Final = re.compile(
    r"-?(0|[1-9][0-9]{0,99})(\.[0-9]{1,99})?([eE][+-]?[0-9]{1,3})?", re.ASCII
)
"""As JSON writes it (RFC 8259, 6)."""
YES_OR_NO: Final = {"true": True, "false": False}


class Meant(Struct, frozen=True):
    """What holds for all rows that don't say otherwise; "" is not told."""

    category: str = ""
    purpose: str = ""
    source: str = "direct"
    region: str = ""
    of_age: bool | None = None


class Draft(Struct, frozen=True):
    """One record of somebody, whose id in Troth isn't known yet; `prefix` leads to its columns."""

    category: str
    purpose: str
    source: str
    fields: Mapping[str, Value]
    region: str
    of_age: bool | None
    prefix: str

    def __repr__(self) -> str:
        return f"Draft({HIDDEN})"


class Wanted(Struct, frozen=True):
    """One row as it was meant."""

    line: int
    raw: bytes
    subject: str
    records: tuple[Draft, ...]

    def __repr__(self) -> str:
        return f"Wanted({self.line})"


class _Line(Struct, frozen=True, forbid_unknown_fields=True):
    subject: str
    fields: dict[str, Value]
    category: str = ""
    purpose: str = ""
    source: str = ""
    region: str = ""
    of_age: bool | None = None
    new: bool = True


ready(_Line)


class Register(Struct, frozen=True):
    """What the policy in force declares, to read rows by."""

    rules: Rulebook
    category: Mapping[str, Category]

    def purpose(self, category: str, meant: str) -> str:
        """Return the purpose that is meant: where none is, the only one the category has."""
        known = self.rules.categories.get(category)
        if meant or known is None:
            return meant
        return next(iter(known.uses)) if len(known.uses) == 1 else ""


def register(tx: Tx) -> Register:
    """Return what is in force. Raises NoPolicyError."""
    rules = demand_rules(tx)
    return Register(rules, versions.document(tx.alias, rules.version).register.category)


class Columns(Struct, frozen=True):
    """Which column holds which field of which category."""

    fields: Mapping[str, tuple[str, str]]
    prefixes: Mapping[str, str]

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories, in the order of their first columns."""
        return tuple(self.prefixes)


def columns_of(
    tx: Tx, table: Table, declared: Register, meant: Meant
) -> tuple[Columns, list[Fault]]:
    """Return what the columns hold, and which of them the policy does not declare.

    So a file with an undeclared column is refused before a row of it is looked at.
    """
    fields: dict[str, tuple[str, str]] = {}
    prefixes: dict[str, str] = {}
    faults = []
    for number, name in enumerate(table.columns, start=1):
        if name == SUBJECT:
            if table.columns.index(name) != number - 1:
                faults.append(Fault(1, name, "column-twice", _TWICE))
            continue
        category, prefix, field = _place(name, declared, meant)
        if name in fields:
            faults.append(Fault(1, shown(name, number), "column-twice", _TWICE))
        elif field not in getattr(declared.category.get(category), "fields", {}):
            faults.append(_undeclared(number, name, category, declared))
        else:
            fields[name] = (category, field)
            prefixes.setdefault(category, prefix)
    columns = Columns(fields, prefixes)
    return columns, faults or list(_refused(tx, columns, declared, meant))


def _place(name: str, declared: Register, meant: Meant) -> tuple[str, str, str]:
    """Return category, prefix and field of a column."""
    category, dot, field = name.partition(".")
    if dot and category in declared.category:
        return category, f"{category}.", field
    return meant.category, "", name


def _undeclared(number: int, name: str, category: str, declared: Register) -> Fault:
    known = declared.category.get(category)
    if known is not None and NAME.fullmatch(name):
        values = {"of": category, "fields": name.removeprefix(f"{category}.")}
        message = Message(mark("“%(of)s” has no declared field %(fields)s."), values)
        return Fault(1, name, "field-undeclared", message, declared.rules.cites.collect)
    cites = declared.rules.cites.collect
    return Fault(1, shown(name, number), "column-undeclared", _NO_COLUMN, cites)


def _refused(tx: Tx, columns: Columns, declared: Register, meant: Meant) -> Iterator[Fault]:
    """Tell what of the columns would be refused in every row, whatever it says.

    Consents differ from one to another, so all are taken as given here.
    """
    if not columns.fields:
        yield Fault(1, "", "head", _NO_FIELDS)
    every = declared.rules.mask(declared.rules.bits)
    told = Told(every, every, meant.region, meant.of_age)
    for category in columns.categories:
        given = [field for of, field in columns.fields.values() if of == category]
        purpose = declared.purpose(category, meant.purpose)
        if not purpose:
            known = ", ".join(sorted(declared.rules.categories[category].uses))
            says = Message(
                mark("Name one purpose with --purpose: “%(of)s” is for %(purposes)s."),
                {
                    "of": category,
                    "purposes": known,
                },
            )
            yield Fault(1, columns.prefixes[category].rstrip("."), "purpose-unnamed", says)
            continue
        try:
            demand(tx, given, Under(category, purpose, meant.source), told)
        except RefusedError as error:
            said = error.decision
            at = columns.prefixes[category].rstrip(".")
            yield Fault(1, at, said.reason.code, said.reason.message, said.statement)


def from_cells(row: Row, columns: Columns, declared: Register, meant: Meant) -> Wanted | Fault:
    """Return what a row of CSV means; a cell that is empty says nothing."""
    subject = row.cells[SUBJECT]
    unfit = _unfit(row.line, subject)
    if unfit is not None:
        return unfit
    given: dict[str, dict[str, Value]] = {}
    for name, (category, field) in columns.fields.items():
        if row.cells[name]:
            kind = declared.category[category].fields[field].kind
            given.setdefault(category, {})[field] = _value(kind, row.cells[name])
    if not given:
        return Fault(row.line, "", "record-empty", _EMPTY)
    drafts = tuple(
        Draft(
            category,
            declared.purpose(category, meant.purpose),
            meant.source,
            fields,
            meant.region,
            meant.of_age,
            columns.prefixes[category],
        )
        for category, fields in given.items()
    )
    return Wanted(row.line, row.raw, subject, drafts)


def from_object(row: Row, declared: Register, meant: Meant) -> Wanted | Fault:
    """Return what a line of JSON means."""
    try:
        line = msgspec.convert(row.cells, _Line)
    except msgspec.ValidationError as error:
        return _misshapen(row.line, str(error))
    unfit = _unfit(row.line, line.subject)
    if unfit is not None:
        return unfit
    category = line.category or meant.category
    draft = Draft(
        category,
        line.purpose or declared.purpose(category, meant.purpose),
        line.source or meant.source,
        line.fields,
        line.region or meant.region,
        meant.of_age if line.of_age is None else line.of_age,
        "fields.",
    )
    for name in ("category", "purpose"):
        if not getattr(draft, name):
            return Fault(row.line, name, f"{name}-unnamed", _UNNAMED)
    return Wanted(row.line, row.raw, line.subject, (draft,))


def _misshapen(line: int, why: str) -> Fault:
    """Say where a line of JSON is no record; of what the parser says nothing else is repeated."""
    named = [name for name in _Line.__struct_fields__ if re.search(rf"[`.$]{name}\b", why)]
    if "unknown field" in why:
        says = mark("A record has no other keys than %(keys)s.")
        values = {"keys": ", ".join(_Line.__struct_fields__)}
        return Fault(line, "", "record-malformed", Message(says, values))
    return Fault(line, named[0] if named else "", "record-malformed", _MALFORMED)


def _unfit(line: int, subject: str) -> Fault | None:
    try:
        demand_fit(subject)
    except UnfitSubjectError as error:
        return Fault(line, SUBJECT, "subject-unfit", error.message)
    return None


def _value(kind: str, cell: str) -> Value:
    """Return a cell as the kind's value; as it stands where it is none, which is refused then."""
    if kind == "boolean":
        return YES_OR_NO.get(cell.lower(), cell)
    if kind == "number" and NUMBER.fullmatch(cell):
        number: float = json.loads(cell)
        return number
    return cell


def values_of(wanted: Wanted) -> Mapping[str, Any]:
    """Return by what a row is known to say the same as another: whose, and of which category."""
    return {draft.category: wanted.subject for draft in wanted.records}


_TWICE: Final = Message(mark("This column is named twice."))
_NO_COLUMN: Final = Message(
    mark(
        "The policy in force declares no such column: write “category.field” as in policy.toml, or"
        " name the category of all columns with --category."
    )
)
_NO_FIELDS: Final = Message(mark("There is no column beside “subject”."))
_EMPTY: Final = Message(mark("This row has no cell that is filled, beside the subject."))
_UNNAMED: Final = Message(mark("Name it in the line, or for all lines by the option of that name."))
_MALFORMED: Final = Message(mark("This is missing, or not of the type it has in a record."))
