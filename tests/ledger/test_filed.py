"""What an entry is found by is what its body tells: another kind, moment or person shows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.ledger.cast import ALIAS, check, codes, enter, filled, source
from troth.ledger import LedgerEntry, record
from troth.ledger.entries import commitment
from troth.ledger.examinations import complete
from troth.ledger.filed import FOUND_MAX, misfiled
from troth.ledger.models import Entry, Epoch
from troth.ledger.published import UNREADABLE, newest
from troth.ledger.sabotages import unguarded
from troth.ledger.sequencer import integrate_all
from troth.policy.words import Pseudonym
from troth.store import SYSTEM, Store, Tx, transact, transact_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
COUNT = 600
OTHERWISE = [
    pytest.param({"kind": "test.other"}, id="kind"),
    pytest.param({"subject": "another"}, id="subject"),
    pytest.param({"at": NOW - timedelta(days=300)}, id="at"),
    pytest.param({"at": NOW - timedelta(microseconds=1)}, id="a moment before"),
]


def change(entries: Any, **otherwise: object) -> None:
    """Change rows behind the back of all that guards them."""
    with unguarded(Store()):
        assert entries.update(**otherwise)


def about(tx: Tx) -> None:
    """Enter what is written in every way: about somebody, in all letters, with a control."""
    record(tx, LedgerEntry("test.of", subject=Pseudonym("p" * 32)))
    record(tx, LedgerEntry("test.told", about={"kind": "test.other", "at": "—", "subject": "x"}))
    record(tx, LedgerEntry("test.written", about={"信守": 'a"b\\c', "nothing": "\0"}))


def test_what_is_filed_as_it_tells_is_not_named() -> None:
    filled(5)
    transact_on(Store(), SYSTEM, NOW, about)
    transact_on(Store(), SYSTEM, NOW + timedelta(microseconds=10), about)
    assert misfiled(ALIAS) == []
    integrate_all(Store())
    assert misfiled(ALIAS) == []
    assert complete(ALIAS, NOW).verdict == "kept"
    assert check(source()).holds


@pytest.mark.parametrize("otherwise", OTHERWISE)
def test_an_entry_that_is_filed_otherwise_is_named(otherwise: dict[str, Any]) -> None:
    filled(5)
    transact_on(Store(), SYSTEM, NOW, about)
    integrate_all(Store())
    entry = Entry.objects.get(kind="test.of")
    change(Entry.objects.filter(pk=entry.pk), **otherwise)
    found = complete(ALIAS, NOW)
    (column,) = otherwise
    assert found.verdict == "broken"
    assert found.samples == (f"entry {entry.epoch}/{entry.index}: {column}",)
    assert codes(check(source())) == {("misfiled", entry.index)}


@pytest.mark.parametrize("otherwise", OTHERWISE)
def test_an_entry_that_waits_is_named_too(otherwise: dict[str, Any]) -> None:
    filled(5)
    transact_on(Store(), SYSTEM, NOW, about)
    entry = Entry.objects.get(kind="test.of")
    change(Entry.objects.filter(pk=entry.pk), **otherwise)
    (column,) = otherwise
    assert complete(ALIAS, NOW).samples == (f"entry {entry.pk}: {column}",)


@pytest.mark.slow
def test_an_examination_that_goes_on_looks_at_those_it_has_passed() -> None:
    filled(COUNT)
    cursor = complete(ALIAS, NOW).cursor
    assert cursor is not None
    change(Entry.objects.filter(index=5), kind="test.other")
    found = complete(ALIAS, NOW, cursor)
    assert (found.verdict, found.samples) == ("broken", ("entry 1/5: kind",))


@pytest.mark.parametrize("body", [b"", b"no json", b"\xff\xfe", b'"\\u0000"', b"[]", b'{"at":"x"}'])
def test_a_body_that_cannot_be_read_is_named_and_hides_no_other(body: bytes) -> None:
    filled(5)
    change(Entry.objects.filter(index=2), kind="test.other")
    change(Entry.objects.filter(index=3), body=body)
    named = {f"entry {one.epoch}/{one.index}: {one.column}" for one in misfiled(ALIAS)}
    assert named == {"entry 1/2: kind", "entry 1/3: kind"}
    assert complete(ALIAS, NOW).verdict == "broken"


@pytest.mark.parametrize("at", ["", "yesterday", "99999-01-01 00:00:00"])
def test_what_is_no_moment_is_named(at: str) -> None:
    if connection.vendor == "postgresql":
        at = "infinity"
    filled(5)
    with unguarded(Store()), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET at = %s WHERE idx = 2", [at])
    assert complete(ALIAS, NOW).samples == ("entry 1/2: at",)
    assert codes(check(source())) == {("misfiled", 2)}


def test_many_that_are_filed_otherwise_are_named_up_to_a_number() -> None:
    filled(1)
    transact(enter, FOUND_MAX + 10)
    change(Entry.objects.filter(kind="test.thing"), kind="test.other")
    assert 0 < len(misfiled(ALIAS)) <= FOUND_MAX
    assert complete(ALIAS, NOW).verdict == "broken"


def test_a_kind_that_is_written_like_the_rest_of_a_body_is_another() -> None:
    """What is compared are values, not letters."""
    filled(1)
    transact(about)
    body = Entry.objects.get(kind="test.told").body
    change(Entry.objects.filter(kind="test.told"), kind='test.other","subject":"x"},"v":1')
    assert b'"kind":"test.other","subject":"x"' in bytes(body)
    assert [one.column for one in misfiled(ALIAS)] == ["kind"]


def test_a_body_that_was_changed_with_its_column_is_found_by_its_hash() -> None:
    filled(5)
    entry = Entry.objects.get(index=3)
    body = bytes(entry.body).replace(b"test.thing", b"test.other")
    change(Entry.objects.filter(index=3), kind="test.other", body=body)
    assert misfiled(ALIAS) == []
    assert codes(check(source())) == {("changed", 3)}
    change(Entry.objects.filter(index=3), leaf=commitment(bytes(entry.salt), body))
    assert codes(check(source())) == {("changed", 3)}


def test_an_epoch_that_is_gone_with_its_entries_left_turns_the_control_red() -> None:
    filled(5)
    Epoch.objects.all().delete()
    Epoch.objects.create(number=7, origin="troth/other/7", vkey="", began_at=NOW, root=b"")
    found = complete(ALIAS, NOW)
    assert found.verdict == "broken"
    assert any("epoch 1" in sample for sample in found.samples)


@pytest.mark.parametrize("value", ["a text", 7, 1.5])
def test_a_body_that_is_no_bytes_is_named_by_the_control_and_shown_as_unreadable(
    value: str | float,
) -> None:
    filled(3)
    transact(enter, 1)
    if connection.vendor == "postgresql":  # which keeps in a column what it is for alone
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE ledger_entry SET body = %s::text", [str(value)])
        return
    with unguarded(Store()), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET body = %s", [value])
    found = complete(ALIAS, NOW)
    assert found.verdict == "broken"
    assert {shown.actor for shown in newest(ALIAS)} == {UNREADABLE}
