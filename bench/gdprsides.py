"""The two sides of GDPRbench: the bare durable store, and the same table kept by Troth's rules.

Both keep a record's nine fields of metadata in clear columns. The bare one keeps its 100 bytes in
clear too; the other seals them under the person's key, asks the gate by purpose, enters every
operation in the ledger, and answers when that is durable.
"""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connections

from bench.stores import Bare
from troth import vault
from troth.gate import may_collect, may_use, permits
from troth.gate.facts import CollectFacts, UseFacts
from troth.ledger import EntryId, LedgerEntry, record
from troth.ledger.models import Entry
from troth.store import SYSTEM, Committer, Store, Tx, transact
from troth.store.driver import run
from troth.vault import PersonId, Sealed
from troth.versions import facts

METADATA: Final = (
    *("usr", "purpose", "ttl", "objections", "decisions"),
    *("access", "sharing", "source", "category"),
)
CATEGORY: Final = "account"
FIELD: Final = "email"
RIGHTS: Final = "rights"
LINES_FROM: Final = 1_000_000
"""The first number of a line that an operation logs."""
COLLECTED: Final = frozenset({FIELD})
Record = tuple[str, ...]
"""Key, the nine fields, the data."""


def made(extra: str) -> list[str]:
    """Return the statements that make the table and its indexes."""
    columns = ", ".join(f"{name} text" for name in METADATA)
    return [
        f"CREATE TABLE bench_record (key text PRIMARY KEY, {columns}, {extra})",
        "CREATE INDEX bench_by_usr ON bench_record (usr)",
        "CREATE INDEX bench_by_purpose ON bench_record (purpose)",
    ]


class BareSide:
    """The plain driver, each statement committed by itself."""

    def __init__(self, name: str, bare: Bare) -> None:
        self._bare, self._is_sqlite = bare, name == "SQLite"
        self._numbers = itertools.count(LINES_FROM)
        for statement in made("data text"):
            bare.connection.execute(statement)
        bare.connection.execute("CREATE TABLE bench_log (number integer PRIMARY KEY, body text)")
        self._insert = f"INSERT INTO bench_record VALUES ({', '.join(['%s'] * 11)})"  # noqa: S608 - places alone

    def load(self, records: Iterable[Record]) -> None:
        """Fill the table, and a log of plain lines for the regulator."""
        records = list(records)
        self._bare.many(self._bare.sql(self._insert), records)
        lines = [(n, f"insert {row[0]} {'-' * 150}") for n, row in enumerate(records)]
        self._bare.many(self._bare.sql("INSERT INTO bench_log VALUES (%s, %s)"), lines)

    def run(self, operation: str, *given: Any) -> object:
        """Do one operation."""
        return getattr(self, operation)(*given)

    def run_logged(self, operation: str, *given: Any) -> object:
        """Do one operation and write a plain line of it, in one transaction; for one client."""
        run = self._bare.connection.execute
        run("BEGIN IMMEDIATE" if self._is_sqlite else "BEGIN")
        done = self.run(operation, *given)
        line = (next(self._numbers), f"{operation} {given[0]} {'-' * 150}")
        run(self._bare.sql("INSERT INTO bench_log VALUES (%s, %s)"), line)
        run("COMMIT")
        return done

    def _write(self, sql: str, values: Sequence[Any], *, many_rows: bool = False) -> None:
        """Write; on PostgreSQL two statements of many rows at once would end in a deadlock."""
        sql = self._bare.sql(sql)
        if self._is_sqlite or many_rows:
            with self._bare.writing:
                self._bare.connection.execute(sql, values)
        else:
            self._bare.connection.execute(sql, values)

    def _read(self, sql: str, *values: Any) -> list[Any]:
        found: list[Any] = self._bare.connection.execute(self._bare.sql(sql), values).fetchall()
        return found

    def insert(self, row: Record) -> None:
        """Insert a record."""
        self._write(self._insert, row)

    def delete(self, key: str) -> None:
        """Delete by key."""
        self._write("DELETE FROM bench_record WHERE key = %s", [key])

    def share_by(self, column: str, value: str, to: str) -> None:
        """Update metadata by purpose or user."""
        query = f"UPDATE bench_record SET sharing = %s WHERE {column} = %s"  # noqa: S608 - two columns
        self._write(query, [to, value], many_rows=True)

    def change(self, key: str, data: str) -> None:
        """Update the data."""
        self._write("UPDATE bench_record SET data = %s WHERE key = %s", [data, key])

    def read_by(self, column: str, value: str) -> list[str]:
        """Read data by key, purpose or user."""
        rows = self._read(f"SELECT usr, data FROM bench_record WHERE {column} = %s", value)  # noqa: S608 - three columns
        return [data for _, data in rows]

    def last(self, count: int) -> list[Any]:
        """Read the newest lines of the log."""
        return self._read("SELECT body FROM bench_log ORDER BY number DESC LIMIT %s", count)

    def gone(self, key: str) -> bool:
        """Verify a deletion."""
        return not self._read("SELECT 1 FROM bench_record WHERE key = %s", key)


class TrothSide:
    """The same by verbs: alone through `transact`, together through the Committer."""

    def __init__(self, committer: Committer) -> None:
        self._committer = committer
        self.together = False
        alias = Store().alias
        box = "blob" if connections[alias].vendor == "sqlite" else "bytea"
        with connections[alias].cursor() as cursor:
            for statement in made(f"version text, box {box}, entry text"):
                cursor.execute(statement)

    def load(self, records: Iterable[Record]) -> None:
        """Fill the table, each record with its entry."""
        transact(insert_all, list(records))

    def run(self, operation: str, *given: Any) -> object:
        """Do one operation, durable when it returns."""
        verb = VERBS[operation]
        if self.together:
            return self._committer.submit_as(SYSTEM, (), verb, *given).result()
        return transact(verb, *given)


def insert_all(tx: Tx, records: Sequence[Record]) -> None:
    """Insert many."""
    for row in records:
        insert(tx, row)


def insert(tx: Tx, row: Record) -> None:
    """Collect a record: decided, sealed, entered."""
    key, usr, purpose, *others, data = row
    sealed, entry = kept(tx, "bench.insert", PersonId(usr), purpose, data)
    values: list[Any] = [key, usr, purpose, *others, sealed.version, sealed.box, entry.hex]
    places = ", ".join(["%s"] * len(values))
    run(tx.alias, f"INSERT INTO bench_record VALUES ({places})", values)  # noqa: S608 - places alone


def kept(tx: Tx, kind: str, person: PersonId, purpose: str, data: str) -> tuple[Sealed, EntryId]:
    """Decide on data that are given for a purpose, seal them and enter that."""
    rules = facts.current_rulebook(tx)
    assert rules is not None
    asked = CollectFacts(category=CATEGORY, fields=COLLECTED, purpose=purpose, source="direct")
    decision = may_collect(rules, asked, tx.now)
    assert decision.allowed
    sealed = vault.seal(tx, person, CATEGORY, FIELD, data, rules.version)
    about = {"commitment": vault.commitment(sealed).hex()}
    who = vault.pseudonym(tx, person)
    return sealed, record(tx, LedgerEntry(kind, rules.version, who, about, asked, decision))


def delete(tx: Tx, key: str) -> None:
    """Delete a record; the entry names whose it was."""
    found = run(tx.alias, "DELETE FROM bench_record WHERE key = %s RETURNING usr", [key])
    who = vault.pseudonym(tx, PersonId(found[0][0])) if found else None
    record(tx, LedgerEntry("bench.delete", "", who, {"key": key, "found": bool(found)}))


def share_by(tx: Tx, column: str, value: str, to: str) -> None:
    """Update metadata by purpose or user: a use for that purpose, or for her rights."""
    rules = facts.current_rulebook(tx)
    assert rules is not None
    asked = UseFacts(category=CATEGORY, purpose=value if column == "purpose" else RIGHTS)
    decision = may_use(rules, asked, tx.now)
    assert decision.allowed
    with connections[tx.alias].cursor() as cursor:
        cursor.execute(f"UPDATE bench_record SET sharing = %s WHERE {column} = %s", [to, value])  # noqa: S608 - two columns
        about = {"rows": cursor.rowcount}
    who = None if column == "purpose" else vault.pseudonym(tx, PersonId(value))
    record(tx, LedgerEntry("bench.share", rules.version, who, about, asked, decision))


def change(tx: Tx, key: str, data: str) -> None:
    """Seal other data in a record's place."""
    found = run(tx.alias, "SELECT usr, purpose FROM bench_record WHERE key = %s", [key])
    if not found:
        record(tx, LedgerEntry("bench.change", about={"rows": 0}))
        return
    sealed, entry = kept(tx, "bench.change", PersonId(found[0][0]), found[0][1], data)
    values = (sealed.box, sealed.version, entry.hex, key)
    query = "UPDATE bench_record SET box = %s, version = %s, entry = %s WHERE key = %s"
    run(tx.alias, query, values)


def read_by(tx: Tx, column: str, value: str) -> list[str]:
    """Open data by key, purpose or user; each person's by a permit about her."""
    rules = facts.current_rulebook(tx)
    assert rules is not None
    asked = UseFacts(category=CATEGORY, purpose=value if column == "purpose" else RIGHTS)
    decision = may_use(rules, asked, tx.now)
    query = f"SELECT usr, version, box FROM bench_record WHERE {column} = %s"  # noqa: S608 - three columns
    rows = run(tx.alias, query, [value])
    names = vault.pseudonyms(tx, {PersonId(row[0]) for row in rows})
    sealed = [
        Sealed(PersonId(usr), CATEGORY, FIELD, version, bytes(box)) for usr, version, box in rows
    ]
    leave = permits(decision, asked, names.values())
    opened = [one.reveal() for one in vault.unseal_many(tx, sealed, leave)]
    who = next(iter(names.values())) if len(names) == 1 else None
    about = {"rows": len(rows)}
    record(tx, LedgerEntry("bench.read", rules.version, who, about, asked, decision))
    return opened


def last(tx: Tx, count: int) -> list[Any]:
    """Read the newest entries, which is entered too."""
    found = list(
        Entry.objects.using(tx.alias).order_by("-id").values_list("body", flat=True)[:count]
    )
    record(tx, LedgerEntry("bench.read-log", about={"rows": len(found)}))
    return found


def gone(tx: Tx, key: str) -> bool:
    """Verify a deletion, which is entered too."""
    gone = not run(tx.alias, "SELECT 1 FROM bench_record WHERE key = %s", [key])
    record(tx, LedgerEntry("bench.verify", about={"key": key, "gone": gone}))
    return gone


VERBS: Final[dict[str, Any]] = {
    "insert": insert,
    "delete": delete,
    "share_by": share_by,
    "change": change,
    "read_by": read_by,
    "last": last,
    "gone": gone,
}
