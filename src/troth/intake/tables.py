"""Files of rows, read line by line: CSV (RFC 4180) and JSON lines, both UTF-8.

`read(source, form) -> Table`       raises UnreadableError where the head of the file is none
Nothing is held but the row in hand. A byte order mark, empty lines and both line endings are read
past; a row that can't be read is a fault, and the next one is read. After a quote without an end
nothing can be told any more: `rows` raises UnreadableError.
"""

import csv
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final, Literal

import msgspec
from msgspec import Struct

from troth.intake.faults import Fault, UnreadableError
from troth.policy.words import Message, mark

Form = Literal["csv", "jsonl"]
ROW_BYTES_MAX: Final = 1_048_576
COLUMNS_MAX: Final = 500
BOM: Final = b"\xef\xbb\xbf"
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
UNDECODED: Final = ("\udc80", "\udcff")
"""Between these stand the bytes that are no UTF-8 (PEP 383)."""
ROW: Final = "row"
ENCODING: Final = "encoding"


class Row(Struct, frozen=True):
    """One row: the line it begins at, its bytes as they stand, its cells by column.

    The cells of CSV are texts; those of JSON lines are whatever JSON has.
    """

    line: int
    raw: bytes
    cells: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Row({self.line})"


class Bad(Struct, frozen=True):
    """A row that can't be read, as it stands."""

    fault: Fault
    raw: bytes

    def __repr__(self) -> str:
        return f"Bad({self.fault.line})"


class Table(Struct, frozen=True):
    """A file being read: its columns (none are known of JSON lines), its head, its rows."""

    columns: tuple[str, ...]
    head: bytes
    rows: Iterator[Row | Bad]


def read(source: BinaryIO, form: Form) -> Table:
    """Begin to read a file from where it stands."""
    lines = _Lines(source)
    if form == "jsonl":
        return Table((), b"", _objects(lines))
    reader = csv.reader(lines, strict=True)
    try:
        names = next(reader, [])
        while not names and lines.taken:
            lines.clear()
            names = next(reader, [])
    except csv.Error as error:
        raise UnreadableError(Fault(1, "", "head", _NO_HEAD)) from error
    columns = tuple(name.strip() for name in names)
    if "subject" not in columns or len(columns) > COLUMNS_MAX:
        raise UnreadableError(Fault(lines.first or 1, "", "head", _NO_HEAD))
    head = lines.clear()
    return Table(columns, head, _cells(reader, lines, columns))


class _Lines:
    """The lines of a file as text; what is no UTF-8 stands in it as lone surrogates."""

    def __init__(self, source: BinaryIO) -> None:
        self.source, self.number, self.first = source, 0, 0
        self.taken: list[bytes] = []
        self.bytes_taken = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self.source.readline(ROW_BYTES_MAX + 1)
        if not raw:
            raise StopIteration
        self.number += 1
        if self.number == 1:
            if raw.startswith(UTF_16):
                raise UnreadableError(Fault(1, "", ENCODING, _UTF_16))
            raw = raw.removeprefix(BOM)
        if not self.taken:
            self.first = self.number
        self.taken.append(raw)
        self.bytes_taken += len(raw)
        if self.bytes_taken > ROW_BYTES_MAX:
            values = {"limit": ROW_BYTES_MAX}
            raise UnreadableError(Fault(self.first, "", ROW, Message(_ENDLESS, values)))
        return raw.decode("utf-8", "surrogateescape")

    def clear(self) -> bytes:
        """Return what was read since the last call: the bytes of one row."""
        raw, self.taken, self.bytes_taken = b"".join(self.taken), [], 0
        return raw


def _cells(reader: Any, lines: _Lines, columns: tuple[str, ...]) -> Iterator[Row | Bad]:
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            fault = Fault(lines.first, "", ROW, Message(_QUOTES))
            yield Bad(fault, lines.clear())
            continue
        line, raw = lines.first, lines.clear()
        if not cells:
            continue
        if not _decoded(cells):
            yield Bad(_not_decoded(line, columns, cells), raw)
        elif len(cells) != len(columns):
            values = {"cells": len(cells), "columns": len(columns)}
            yield Bad(Fault(line, "", ROW, Message(_NUMBER, values)), raw)
        else:
            yield Row(line, raw, dict(zip(columns, cells, strict=True)))


def _objects(lines: _Lines) -> Iterator[Row | Bad]:
    decoder = msgspec.json.Decoder(dict[str, Any])
    for text in lines:
        line, raw = lines.first, lines.clear()
        if not text.strip():
            continue
        if not _decoded([text]):
            yield Bad(Fault(line, "", ENCODING, Message(_NO_UTF_8)), raw)
            continue
        try:
            found = decoder.decode(text)
        except (msgspec.DecodeError, RecursionError):
            yield Bad(Fault(line, "", ROW, Message(_NO_OBJECT)), raw)
            continue
        yield Row(line, raw, found)


def _decoded(cells: list[str]) -> bool:
    return not any(_undecoded(cell) for cell in cells)


def _undecoded(cell: str) -> bool:
    return not cell.isascii() and any(UNDECODED[0] <= c <= UNDECODED[1] for c in cell)


def _not_decoded(line: int, columns: tuple[str, ...], cells: list[str]) -> Fault:
    wrong = [name for name, cell in zip(columns, cells, strict=False) if _undecoded(cell)]
    return Fault(line, wrong[0] if wrong else "", ENCODING, Message(_NO_UTF_8))


_NO_HEAD: Final = Message(
    mark(
        "The first line names the columns, separated by commas; one of them is “subject”, the id by"
        " which you know somebody."
    )
)
_UTF_16: Final = Message(mark("The file is UTF-16; save it as UTF-8."))
_NO_UTF_8: Final = mark("This is no UTF-8; save the file as UTF-8.")
_ENDLESS: Final = mark(
    "A row that begins here is longer than %(limit)s bytes; a quote may have no end."
)
_QUOTES: Final = mark(
    "The quotes of this row don't fit: a cell with a comma, a quote or a line break stands in"
    " quotes, and a quote in it is written twice."
)
_NUMBER: Final = mark("This row has %(cells)s cells, and there are %(columns)s columns.")
_NO_OBJECT: Final = mark("This line is no JSON object.")
