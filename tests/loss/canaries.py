"""Strings that must be found nowhere, and the search for them: every byte, in every dress."""

import os
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

SHORT = 12
"""A string is looked for from this length on: shorter ones are met by chance."""


def dresses(text: str) -> Iterator[bytes]:
    """Yield what a string may be stored as: UTF-8, UTF-16, quoted; and those as hex, as base64."""
    plain = {text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")}
    plain |= {quote(text, safe="").encode(), text.upper().encode(), text.lower().encode()}
    for one in plain:
        yield one
        yield one.hex().encode()
        yield one.hex().upper().encode()
        for lead in range(3):  # base64 of it within something longer begins at any of three places
            inside = b64encode(b"\0" * lead + one)[4 if lead else 0 :].rstrip(b"=")[:-2]
            yield inside
            yield inside.translate(bytes.maketrans(b"+/", b"-_"))


def key_dresses(encoded: str) -> Iterator[bytes]:
    """Yield what a key may be stored as: its base64, and its bytes."""
    yield from dresses(encoded)
    yield b64decode(encoded)
    yield b64decode(encoded).hex().encode()


def found_in(places: Mapping[str, bytes], wanted: Mapping[str, list[bytes]]) -> list[str]:
    """Return which string was found where."""
    return [
        f"{name} in {place}: {one!r}"
        for place, content in places.items()
        for name, ones in wanted.items()
        for one in ones
        if len(one) >= SHORT and one in content
    ]


def files(*folders: Path) -> dict[str, bytes]:
    """Return every byte of every file of folders (or of a file itself)."""
    found = {}
    for folder in folders:
        for file in [folder, *sorted(folder.rglob("*"))]:
            if file.is_file():
                found[str(file)] = file.read_bytes()
    return found


def rows(url: str) -> dict[str, bytes]:
    """Return every value of every row of a PostgreSQL database, by table, and the server's log."""
    found = {}
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        for (name,) in names:
            query = sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))
            values = [value for row in connection.execute(query) for value in row]
            found[name] = b"\0".join(map(_bytes, values))
        (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
    found |= files(Path(folder).parent / "log.txt")
    assert found
    return found


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def new_key() -> str:
    """Return a fresh operator's key."""
    return b64encode(os.urandom(32)).decode()
