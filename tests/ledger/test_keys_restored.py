"""An epoch that began with keys from a backup says so; nothing here knows what came after."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tests.ledger.cast import check, copied, filled, source, stranger
from troth import vault
from troth.ledger.models import Entry, Epoch
from troth.ledger.verify.epochs import opening_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
BACKED_UP = datetime(2026, 3, 1, 3, tzinfo=UTC)


def test_what_is_not_known_since_is_told_once_and_breaks_nothing(
    keys: Path, tmp_path: Path
) -> None:
    filled(20)
    assert vault.keys_restored_from() is None
    vault.mark_as_backup(keys / "keys.db", BACKED_UP)
    assert vault.keys_restored_from() == BACKED_UP
    filled(5)
    assert vault.keys_restored_from() is None
    filled(5)
    copy = copied(tmp_path / "copy")
    for report in (check(source()), check(copy)):
        assert report.findings == ()
        (note,) = report.notes
        assert note.values == {"epoch": 2, "at": "2026-03-01 03:00:00"}
    assert [one.number for one in Epoch.objects.order_by("number")] == [1, 2]
    assert stranger(copy).returncode == 0


def test_it_is_told_even_where_the_log_begins_with_such_keys(keys: Path) -> None:
    assert vault.store_id()
    vault.mark_as_backup(keys / "keys.db", BACKED_UP)
    filled(3)
    report = check(source())
    assert (report.findings, len(report.notes)) == ((), 1)


@pytest.mark.parametrize(
    ("written", "read"),
    [("2026-03-01T03:00:00Z", True), ("0001-01-01T00:00:00+14:00", True), ("\x1b[8m", False)],
)
def test_older_first_entries_stay_readable_and_what_is_no_moment_is_none(
    written: str, *, read: bool
) -> None:
    filled(3)
    body = bytes(Entry.objects.get(epoch=1, index=0).body)
    older = opening_of(body)
    assert older is not None
    assert older.not_known is None
    said = msgspec.json.decode(body)
    said["about"]["keys_restored_from"] = written
    opening = opening_of(msgspec.json.encode(said))
    assert (opening is not None and opening.not_known is not None) is read
