"""What the driver is asked by itself comes back as by Django's cursors, and fails as there."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from troth.ledger.models import Entry
from troth.ledger.tables import ENTRIES
from troth.people.models import PERSONS, Person
from troth.store import Tx, transact
from troth.store.driver import moment, run, run_many

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 1, 12, 30, 15, 250_000, tzinfo=UTC)
COUNTED = "SELECT count(*) FROM people_person WHERE since <= %s"


def one_of_each(tx: Tx) -> None:
    entry = uuid4()
    tx.pending.add(PERSONS, ("a" * 32, AT, entry))
    tx.pending.add(ENTRIES, (entry, "test.kept", AT, "", b"{}", b"salt", b"leaf"))


def read_back(alias: str = "default") -> Any:
    query = (
        "SELECT p.id, p.since, p.entry, e.kind, e.body, e.idx FROM people_person p"
        " JOIN ledger_entry e ON e.id = p.entry WHERE p.since <= %s"
    )
    return run(alias, query, [moment(alias, AT)])


def test_one_row_of_each_of_two_tables_is_written_as_the_models_read_them() -> None:
    with CaptureQueriesContext(connection) as seen:
        transact(one_of_each)
    inserts = [query for query in seen.captured_queries if "INSERT INTO" in query["sql"]]
    assert len(inserts) == {"postgresql": 1, "sqlite": 2}[connection.vendor]
    person, entry = Person.objects.get(), Entry.objects.get()
    assert (person.since, person.entry) == (AT, entry.pk)
    assert (entry.kind, entry.at, bytes(entry.body), entry.index) == ("test.kept", AT, b"{}", None)


def test_of_two_tables_rows_none_is_written_where_one_is_refused() -> None:
    transact(one_of_each)
    with pytest.raises(IntegrityError):
        transact(one_of_each)
    assert (Person.objects.count(), Entry.objects.count()) == (1, 1)


def test_the_driver_gives_back_what_djangos_cursor_gives_where_statements_are_logged() -> None:
    transact(one_of_each)
    by_itself = read_back()
    with CaptureQueriesContext(connection) as seen:
        logged = read_back()
    assert len(seen.captured_queries) == 1
    assert by_itself == logged
    assert [row[0] for row in by_itself] == ["a" * 32]


def test_a_moment_is_compared_as_it_was_stored_whatever_its_zone() -> None:
    transact(one_of_each)
    east = timezone(timedelta(hours=8))
    for given in (AT, AT.astimezone(east)):
        assert run("default", COUNTED, [moment("default", given)]) == [(1,)]
        before = moment("default", given - timedelta(microseconds=1))
        assert run("default", COUNTED, [before]) == [(0,)]


def test_what_gives_no_rows_gives_none_and_many_are_written() -> None:
    rows = [(name * 32, moment("default", AT), uuid4().hex) for name in "bcd"]
    run_many("default", "INSERT INTO people_person (id, since, entry) VALUES (%s, %s, %s)", rows)
    assert Person.objects.count() == 3
    assert run("default", "DELETE FROM people_person WHERE id = %s", ["b" * 32]) == []
    assert Person.objects.count() == 2


def test_what_the_database_refuses_is_told_by_djangos_error() -> None:
    with pytest.raises(IntegrityError):
        run("default", "INSERT INTO people_person (id) VALUES (%s)", ["e" * 32])
