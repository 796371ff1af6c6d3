"""The cast of the imports' tests: files of made-up people, and all that is stored."""

import json
from pathlib import Path
from typing import Any

from django.db import connection

from tests.cli.cast import Ended
from troth.people.subjects import find_subjects
from troth.store import SYSTEM, Store, Tx, transact_on
from troth.vault import PersonId
from troth.vault.store import open_store

HEAD = "subject,account.email,account.display_name\n"
ACCOUNT = ("--purpose", "account")


def row(number: int) -> str:
    return f"user-{number},user-{number}@example.com,Made-up Person {number}\n"


def write(folder: Path, text: str | bytes, name: str = "users.csv") -> Path:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def told(ended: Ended) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ended.out)
    return found


def faults(ended: Ended) -> list[tuple[int, str, str]]:
    """Return what can't be as line, column and code."""
    return [(one["line"], one["column"], one["code"]) for one in told(ended)["faults"]]


def known(*subjects: str) -> dict[str, PersonId]:
    def verb(tx: Tx) -> dict[str, PersonId]:
        return find_subjects(tx, subjects)

    return transact_on(Store(), SYSTEM, None, verb)


def everything() -> dict[str, int]:
    """Return how many rows each table has, those of the key store too."""
    counts = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
            counts[table] = cursor.fetchone()[0]
    for table in ("person_key", "index_row"):
        counts[table] = open_store().read(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608
    return counts
