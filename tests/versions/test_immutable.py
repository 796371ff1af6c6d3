"""Nobody changes a version: the database refuses, and the chain tells."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.versions.cast import FIRST, LATER, default_policy, longer_notice, propose_at
from troth.store import immutable
from troth.versions.chain import chain_hash
from troth.versions.models import TABLES, StoredVersion

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _recorded() -> None:
    propose_at(FIRST, default_policy())
    propose_at(LATER, longer_notice())
    propose_at(LATER, default_policy())


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "change", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"]
)
def test_the_database_refuses_to_change_a_row(table: str, change: str) -> None:
    with connection.cursor() as cursor:
        columns = [c.name for c in connection.introspection.get_table_description(cursor, table)]
    statement = change.format(table=table, column=f'"{columns[-1]}"')
    with (
        pytest.raises(DatabaseError, match=immutable.MESSAGE),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("table", TABLES)
def test_a_row_cannot_be_changed_by_replacing_it(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - one of our own tables
        row = cursor.fetchone()
    places = ", ".join(["%s"] * len(row))
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"{verb} INTO {table} VALUES ({places})", row)


def test_a_fault_behind_the_applications_back_breaks_the_chain() -> None:
    """The sabotage an examination looks for: triggers off, a row edited, triggers on."""
    immutable.release(connection, TABLES)
    StoredVersion.objects.filter(number=1).update(author="somebody else")
    immutable.protect(connection, TABLES)
    assert [is_whole(row) for row in StoredVersion.objects.order_by("number")] == [False, True]
    with pytest.raises(DatabaseError), transaction.atomic():
        StoredVersion.objects.filter(number=1).update(author="system")


def test_each_version_is_chained_to_the_one_before() -> None:
    first, second = StoredVersion.objects.order_by("number")
    assert first.previous == ""
    assert second.previous == first.chain
    assert is_whole(first)
    assert is_whole(second)


def is_whole(row: StoredVersion) -> bool:
    return row.chain == chain_hash(
        number=row.number,
        version=row.hash,
        recorded_at=row.recorded_at,
        author=row.author,
        changes=row.changes,
        previous=row.previous,
    )
