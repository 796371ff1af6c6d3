"""What a table looks like and what its values are, in words both databases share.

A value has one of a few kinds, whatever column holds it; `portable` and `for_sqlite` are the ways
to it from SQLite's few types and back. PostgreSQL has a type for each kind.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

Kind = Literal["int", "float", "bool", "text", "bytes", "time", "date", "uuid", "json"]

POSTGRES_KINDS: Final[Mapping[str, Kind]] = {
    "int2": "int",
    "int4": "int",
    "int8": "int",
    "float4": "float",
    "float8": "float",
    "bool": "bool",
    "varchar": "text",
    "text": "text",
    "bpchar": "text",
    "bytea": "bytes",
    "timestamptz": "time",
    "date": "date",
    "uuid": "uuid",
    "jsonb": "json",
}
SQLITE_KINDS: Final[Mapping[str, Kind]] = {
    "integer": "int",
    "bigint": "int",
    "smallint": "int",
    "real": "float",
    "bool": "bool",
    "varchar": "text",
    "text": "text",
    "blob": "bytes",
    "datetime": "time",
    "date": "date",
}
SQLITE_TYPES: Final[Mapping[Kind, str]] = {
    "int": "integer",
    "float": "real",
    "bool": "bool",
    "text": "text",
    "bytes": "BLOB",
    "time": "datetime",
    "date": "date",
    "uuid": "char(32)",
    "json": "text",
}
SQLITE_UUID: Final = "char(32)"
"""How Django declares a UUID in SQLite; it declares nothing else so."""


class Column(Struct, frozen=True):
    """A column, and what kind of value it holds."""

    name: str
    kind: Kind


class Shape(Struct, frozen=True):
    """A table: its columns in the order of their names, and its primary key.

    `serial` is the column that counts by itself ("" for none), `last` the highest number it gave:
    a number is never given twice, also after a restore.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    serial: str = ""
    last: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def order(self) -> tuple[Column, ...]:
        """The columns whose values give the rows their order: the key, else all."""
        keyed = [column for name in self.key for column in self.columns if column.name == name]
        return tuple(keyed) or self.columns


class UnknownKindError(LookupError):
    """A column has a type that has no kind: what wrote the table must add it here."""


class UnfitValueError(ValueError):
    """A column of a table holds what is not of its kind: somebody wrote behind our back."""

    def __init__(self, table: str, column: str) -> None:
        super().__init__(f"{table}.{column}")
        self.table, self.column = table, column


def sqlite_kind(table: str, column: str, declared: str, definition: str) -> Kind:
    """Return the kind of a column by its declared type and the table's definition."""
    if declared == SQLITE_UUID:
        return "uuid"
    if f'JSON_VALID("{column}")' in definition:
        return "json"
    base = declared.lower().partition("(")[0].removesuffix(" unsigned").strip()
    try:
        return SQLITE_KINDS[base]
    except KeyError:
        raise UnknownKindError(f"{table}.{column}: {declared}") from None


def postgres_kind(table: str, column: str, kind: str) -> Kind:
    """Return the kind of a column by the name of its type."""
    try:
        return POSTGRES_KINDS[kind]
    except KeyError:
        raise UnknownKindError(f"{table}.{column}: {kind}") from None


def canonical_json(text: str) -> str:
    """Return JSON as both databases would give it back: sorted, without white space."""
    return json.dumps(
        json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def _integer(value: Any) -> int:
    if isinstance(value, int):
        return value
    raise TypeError


def _number(value: Any) -> float:
    if isinstance(value, int | float):
        return float(value)
    raise TypeError


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise TypeError


def _binary(value: Any) -> bytes:
    """Return bytes; SQLite keeps text in any column that is given it."""
    return value.encode() if isinstance(value, str) else bytes(memoryview(value))


def _truth(value: Any) -> bool:
    return {0: False, 1: True}[value]


def _time(value: Any) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


FROM_SQLITE: Final[Mapping[Kind, Callable[[Any], Any]]] = {
    "int": _integer,
    "float": _number,
    "bool": _truth,
    "text": _text,
    "bytes": _binary,
    "time": _time,
    "date": date.fromisoformat,
    "uuid": UUID,
    "json": canonical_json,
}
TO_SQLITE: Final[Mapping[Kind, Callable[[Any], Any]]] = {
    "time": lambda value: str(value.astimezone(UTC).replace(tzinfo=None)),
    "date": str,
    "uuid": lambda value: value.hex,
}
"""The kinds SQLite has no type for, as Django stores them there."""

Row = tuple[Any, ...]


def portable(shape: Shape) -> Callable[[Row], Row]:
    """Return what makes a row of SQLite's into portable values. It raises UnfitValueError."""
    made = [(column.name, FROM_SQLITE[column.kind]) for column in shape.columns]

    def convert(row: Row) -> Row:
        values = []
        for (name, make), value in zip(made, row, strict=True):
            try:
                values.append(None if value is None else make(value))
            except (TypeError, ValueError, KeyError, AttributeError):
                raise UnfitValueError(shape.name, name) from None
        return tuple(values)

    return convert


def for_sqlite(shape: Shape) -> Callable[[Row], Row]:
    """Return what makes a row of portable values into those SQLite stores."""
    special = [
        (n, TO_SQLITE[column.kind])
        for n, column in enumerate(shape.columns)
        if column.kind in TO_SQLITE
    ]

    def convert(row: Row) -> Row:
        values = list(row)
        for n, make in special:
            if values[n] is not None:
                values[n] = make(values[n])
        return tuple(values)

    return convert
