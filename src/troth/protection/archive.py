"""One portable format for the rows of either database: a compressed tar of tables.

`tables/NAME/000001` … are parts of a table: a MessagePack array of rows, each an array of values
in the order of the layout's columns (times as the timestamp extension, UUIDs as 16 bytes, JSON as
canonical text). A part is about a megabyte, so that memory stays flat whatever a table's size.
"""

import gzip
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, Protocol
from uuid import UUID

import msgspec
from msgspec import Struct

from troth.policy.words import Message, mark
from troth.protection.envelope import damaged
from troth.protection.errors import BackupError
from troth.protection.manifest import (
    CONTEXT,
    FIRST,
    FORMAT,
    LAST,
    SIGNATURE,
    Layout,
    Manifest,
    TableTold,
)
from troth.store.shape import Kind, Row, Shape

PART_BYTES: Final = 1_000_000
PART_BYTES_MAX: Final = 2_000_000_000
ROWS_AT_ONCE: Final = 200
LEVEL: Final = 3
"""Of compression: sealed values do not shrink, so more is in vain."""
GZIP: Final = 31
"""What zlib calls the format of gzip, with its largest window."""
ARRAY: Final = b"\xdd"
"""MessagePack: an array whose length follows in four bytes."""
HEADER_BYTES: Final = 5
TYPES: Final[Mapping[Kind, Any]] = {
    "int": int | None,
    "float": float | None,
    "bool": bool | None,
    "text": str | None,
    "bytes": bytes | None,
    "time": datetime | None,
    "date": date | None,
    "uuid": UUID | None,
    "json": str | None,
}
UNREADABLE: Final = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, msgspec.MsgspecError)

_encode: Final = msgspec.msgpack.Encoder(uuid_format="bytes").encode


class _Format(Struct):
    """The one thing every format tells."""

    format: int


_FORMAT: Final = msgspec.json.Decoder(_Format)
_LAYOUT: Final = msgspec.json.Decoder(Layout)
_MANIFEST: Final = msgspec.json.Decoder(Manifest)


class Into(Protocol):
    """What an archive is written into."""

    def write(self, content: bytes, /) -> object:
        """Take bytes."""
        ...


class TableHash:
    """Counts and hashes the rows of a table, however they are cut into parts."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._hash, self._rows, self._bytes = sha256(), 0, 0

    def add(self, rows: int, encoded: bytes | memoryview) -> None:
        """Count rows by their encoding."""
        self._hash.update(encoded)
        self._rows += rows
        self._bytes += len(encoded)

    def told(self) -> TableTold:
        """Return what was counted."""
        return TableTold(self.name, self._rows, self._bytes, self._hash.hexdigest())


def parts(rows: Iterable[Row]) -> Iterator[tuple[list[Row], bytes]]:
    """Cut rows into parts of about a megabyte, each with its encoding."""
    source = iter(rows)
    gathered: list[Row] = []
    content = bytearray()
    while some := list(islice(source, ROWS_AT_ONCE)):
        for row in some:
            content += _encode(row)
            gathered.append(row)
            if len(content) >= PART_BYTES:
                yield gathered, bytes(content)
                gathered, content = [], bytearray()
    if gathered:
        yield gathered, bytes(content)


class Writer:
    """Writes an archive; `into` needs no seeking, and an archive left off needs no closing."""

    def __init__(self, into: Into, layout: Layout) -> None:
        self._into = into
        self._deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
        self._layout = layout
        self._add(FIRST, msgspec.json.format(msgspec.json.encode(layout)))

    def table(self, shape: Shape, rows: Iterable[Row]) -> Iterator[list[Row]]:
        """Write a table; yield the rows of each part once it is written."""
        counted = TableHash(shape.name)
        for number, (some, encoded) in enumerate(parts(rows), start=1):
            counted.add(len(some), encoded)
            header = ARRAY + len(some).to_bytes(HEADER_BYTES - 1)
            self._add(f"tables/{shape.name}/{number:06}", header + encoded)
            yield some
        self.last_told = counted.told()

    def close(self, manifest: Manifest, signature: bytes) -> None:
        """Write the manifest with its signature, and end."""
        self._add(LAST, manifest_bytes(manifest))
        self._add(SIGNATURE, signature)
        self._write(bytes(2 * tarfile.BLOCKSIZE))
        self._into.write(self._deflate.flush())

    def _add(self, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o600
        member.mtime = int(self._layout.made_at.timestamp())
        self._write(member.tobuf(tarfile.USTAR_FORMAT))
        self._write(content)
        self._write(bytes(-len(content) % tarfile.BLOCKSIZE))

    def _write(self, content: bytes) -> None:
        self._into.write(self._deflate.compress(content))


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return a manifest as it stands in an archive."""
    return msgspec.json.format(msgspec.json.encode(manifest))


def signed(manifest: bytes) -> bytes:
    """Return what the signature of a manifest is over."""
    return CONTEXT + manifest


class Reader:
    """Reads an archive in one pass: `layout`, then `parts()` to their end, then `manifest`."""

    def __init__(self, source: IO[bytes], file: Path) -> None:
        self._file = file
        self._gzip = gzip.GzipFile(fileobj=source, mode="rb")
        try:
            self._tar = tarfile.open(fileobj=self._gzip, mode="r|")  # noqa: SIM115 - it holds nothing
            self._members = self._read()
            name, content = next(self._members, ("", b""))
            if name != FIRST:
                raise damaged(file)
            demand_format(file, content)
            self.layout: Layout = _LAYOUT.decode(content)
        except (*UNREADABLE, OSError):
            raise damaged(file) from None
        self.manifest: Manifest
        self.manifest_bytes = self.signature = b""

    def _read(self) -> Iterator[tuple[str, bytes]]:
        while (member := self._tar.next()) is not None:
            self._tar.members.clear()  # type: ignore[attr-defined]  # else it remembers them all
            if not member.isreg() or member.size > PART_BYTES_MAX:
                raise damaged(self._file)
            content = self._tar.extractfile(member)
            yield member.name, b"" if content is None else content.read()

    def parts(self) -> Iterator[tuple[Shape, list[Row]]]:
        """Yield the rows of each part; at the end compare all with the manifest.

        Raises DamagedBackupError.
        """
        shapes = {shape.name: shape for shape in self.layout.tables}
        counted = {name: TableHash(name) for name in shapes}
        decoders = {name: decoder(shape) for name, shape in shapes.items()}
        try:
            for name, content in self._members:
                if name == LAST:
                    self.manifest_bytes = content
                    self.manifest = _MANIFEST.decode(content)
                elif name == SIGNATURE:
                    self.signature = content
                else:
                    table = name.removeprefix("tables/").partition("/")[0]
                    rows = decoders[table].decode(content)
                    counted[table].add(len(rows), memoryview(content)[HEADER_BYTES:])
                    yield shapes[table], rows
            while self._gzip.read(PART_BYTES):
                pass  # what pads the end; its checksum is compared there
        except (*UNREADABLE, OSError, KeyError):
            raise damaged(self._file) from None
        told = tuple(one.told() for one in counted.values())
        if not self.manifest_bytes or (self.manifest.layout, self.manifest.tables) != (
            self.layout,
            told,
        ):
            raise damaged(self._file)


def decoder(shape: Shape) -> "msgspec.msgpack.Decoder[list[Row]]":
    """Return what reads a part of a table: a value of another kind is refused."""
    kinds = tuple(TYPES[column.kind] for column in shape.columns)
    return msgspec.msgpack.Decoder(list[tuple[kinds]])  # type: ignore[valid-type]  # made at run time


def demand_format(file: Path, content: bytes) -> None:
    """Refuse a format of a later Troth. Raises BackupError."""
    found = _FORMAT.decode(content).format
    if found > FORMAT:
        raise BackupError(
            Message(
                mark(
                    "%(file)s was written by a newer Troth (format %(found)s; this one knows up to"
                    " %(known)s); restore it with that version or a later one."
                ),
                {"file": file, "found": found, "known": FORMAT},
            )
        )
