"""Rows gathered in a transaction are written together, and duplicates are told apart."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from troth.people.models import PERSONS, Person
from troth.store import Tx, transact
from troth.store.rows import insert, insert_new

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 1, 12, 30, 15, 250_000, tzinfo=UTC)


def row(name: str) -> tuple[str, datetime, UUID]:
    return (name.rjust(32, "0"), AT, uuid4())


@pytest.mark.parametrize("count", [1, 3, 50])
def test_rows_are_written_as_the_models_read_them(count: int) -> None:
    rows = [row(str(number)) for number in range(count)]
    insert("default", PERSONS, rows)
    stored = {person.id: (person.since, person.entry) for person in Person.objects.all()}
    assert stored == {name: (since, entry) for name, since, entry in rows}


def test_what_a_verb_gathers_is_written_before_the_commit() -> None:
    def gather(tx: Tx) -> int:
        tx.pending.add(PERSONS, row("a"))
        tx.pending.add(PERSONS, row("b"))
        return Person.objects.count()

    assert transact(gather) == 0
    assert Person.objects.count() == 2


def test_what_a_failing_verb_gathers_is_not_written() -> None:
    def gather(tx: Tx) -> None:
        tx.pending.add(PERSONS, row("a"))
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        transact(gather)
    assert not Person.objects.exists()


@pytest.mark.parametrize("count", [1, 50])
def test_a_row_that_stands_already_is_refused(count: int) -> None:
    rows = [row(str(number)) for number in range(count)]
    insert("default", PERSONS, rows)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert("default", PERSONS, rows)


def test_of_rows_with_the_same_key_only_new_ones_count() -> None:
    insert("default", PERSONS, [row("a")])
    told = insert_new("default", PERSONS, [row("a"), row("b"), row("b"), row("c")])
    assert told == [False, True, False, True]
    assert Person.objects.count() == 3


def test_nothing_new_is_told_as_nothing() -> None:
    insert("default", PERSONS, [row("a"), row("b")])
    assert insert_new("default", PERSONS, [row("b"), row("a")]) == [False, False]
    assert insert_new("default", PERSONS, []) == []
    assert connection.is_usable()
