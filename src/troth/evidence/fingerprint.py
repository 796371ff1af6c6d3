"""One hash over everything a small database holds, to see whether a sabotage changed anything."""

from hashlib import sha256
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

GUARDS: Final = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger"
    " WHERE NOT tgisinternal",
}
"""What guards the rows is part of the store: to switch it off is to change something."""


def fingerprint(connection: BaseDatabaseWrapper) -> str:
    """Return the SHA-256 over all rows of all tables and over the triggers."""
    digest = sha256()
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        queries = [f"SELECT * FROM {connection.ops.quote_name(table)}" for table in tables]  # noqa: S608 - names from the database itself, quoted
        for query in (*queries, GUARDS[connection.vendor]):
            cursor.execute(query)
            rows = sorted(repr(tuple(map(_plain, row))) for row in cursor.fetchall())
            digest.update(f"{query}\0{len(rows)}\0".encode() + "\0".join(rows).encode())
    return digest.hexdigest()


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
