"""Is every sealed value what its entry commits to, and does nothing lie in the clear?"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from msgspec import Struct

from troth.ledger.models import Entry
from troth.people.models import Detail
from troth.policy.promise import Evidence
from troth.policy.words import Message, mark
from troth.protection import canary
from troth.protection.search import search_apart
from troth.store import SYSTEM, Tx

CONTROL: Final = "protection.sealed-store"
CHUNK: Final = 500
SAMPLES_MAX: Final = 10


class _About(Struct, frozen=True):
    """What of an entry's `about` speaks of sealed values: each, or the root over a batch."""

    commitments: tuple[str, ...] = ()
    root: str = ""


class _Body(Struct, frozen=True):
    about: _About


_DECODER: Final = msgspec.json.Decoder(_Body)


def examine(alias: str, now: datetime) -> Evidence:
    """Hash every box again, and search every row and file for the canary's words."""
    sealed, wrong = _boxes(alias)
    words = [word.encode() for word in canary.words()]
    tables, found = _rows(connections[alias], words)
    files, left = _files(words)
    wrong += [*found, *left]
    known = canary.planted(Tx(alias, now, SYSTEM)) is not None
    kept = mark("Every sealed value is what its entry says (%(count)s), and no word lies open.")
    waiting = mark("No made-up person is enrolled yet to look for; `troth serve` does it.")
    why = (
        Message(mark("A sealed value is not what was entered, or a value lies in the clear."))
        if wrong
        else Message(kept, {"count": sealed})
        if known
        else Message(waiting)
    )
    return Evidence(
        control=CONTROL,
        verdict="broken" if wrong else "kept" if known else "unproven",
        examined=sealed + tables + files,
        at=now,
        why=why,
        figures={
            mark("Sealed values hashed"): sealed,
            mark("Tables searched"): tables,
            mark("Files searched"): files,
        },
        samples=tuple(wrong[:SAMPLES_MAX]),
    )


def _boxes(alias: str) -> tuple[int, list[str]]:
    """Compare every box with its commitment, and that with its entry."""
    rows = Detail.objects.using(alias).order_by("id")
    columns = rows.values_list("id", "person", "box", "commitment", "entry")
    source = columns.iterator(CHUNK)
    count, wrong = 0, []
    while some := list(islice(source, CHUNK)):
        told = _told(alias, {row[4] for row in some})
        for number, person, box, kept, entry in some:
            count += 1
            if (box is None) != (person == ""):
                wrong.append(f"people_detail {number}: a person without a box, or the reverse")
            elif box is not None and sha256(bytes(box)).digest() != bytes(kept):
                wrong.append(f"people_detail {number}: changed")
            about = told.get(entry)
            if about is None or not (about.root or bytes(kept).hex() in about.commitments):
                wrong.append(f"people_detail {number}: not entered")
    return count, wrong


def _told(alias: str, entries: set[Any]) -> dict[Any, _About]:
    found = Entry.objects.using(alias).filter(pk__in=entries).values_list("id", "body")
    told = {}
    for entry, body in found:
        try:
            told[entry] = _DECODER.decode(bytes(body)).about
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue  # then it tells of nothing, which is what is reported
    return told


def _rows(connection: BaseDatabaseWrapper, words: Sequence[bytes]) -> tuple[int, list[str]]:
    """Search every column of every table, binary ones too."""
    wrong = []
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        for table in tables:
            query, values = _search(connection, cursor, table, words)
            cursor.execute(query, values)
            if cursor.fetchone() is not None:
                wrong.append(f"{table}: a value in the clear")
    return len(tables), wrong


def _search(
    connection: BaseDatabaseWrapper, cursor: Any, table: str, words: Sequence[bytes]
) -> tuple[str, list[bytes | str]]:
    """Return a query for the rows of a table that hold one of the words."""
    name = connection.ops.quote_name(table)
    if connection.vendor == "postgresql":
        # a row as text shows binary columns in hexadecimal digits
        texts = [text for word in words for text in (word.decode(), word.hex())]
        test = " OR ".join(["strpos(t::text, %s) > 0"] * len(texts))
        return f"SELECT 1 FROM {name} t WHERE {test} LIMIT 1", list(texts)  # noqa: S608 - a name from the database itself, quoted
    # Django's own description parses the table's whole SQL anew, a third of all examining
    cursor.execute(f"SELECT * FROM {name} LIMIT 0")  # noqa: S608 - the same
    columns = [connection.ops.quote_name(column[0]) for column in cursor.description]
    test = " OR ".join(
        f"instr(CAST({column} AS BLOB), %s) > 0" for column in columns for _ in words
    )
    return f"SELECT 1 FROM {name} WHERE {test} LIMIT 1", [*words] * len(columns)  # noqa: S608 - the same


def _files(words: Sequence[bytes]) -> tuple[int, list[str]]:
    """Search every file of the data folder and of the key folder."""
    folders = sorted({Path(settings.CONFIG.data).resolve(), Path(settings.TROTH_KEYS).resolve()})
    found = search_apart(folders, words)
    return found.files, [f"{name}: a value in the clear" for name in found.names]
