"""Examinations that go on from where the last one got, until everything is due again."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from msgspec.structs import replace

from tests.evidence.scene import NOW, answering, control
from tests.ledger.cast import filled
from troth.evidence import discover, examination
from troth.evidence.examination import examine, examine_all, examine_due
from troth.evidence.models import Examination
from troth.ledger.examinations import complete
from troth.ledger.models import Entry, Tile
from troth.ledger.sabotages import unguarded
from troth.policy.promise import Control, Cursor, Evidence, Sabotage, Verdict
from troth.policy.promise import Store as AnyStore
from troth.policy.words import Message
from troth.store import Store

pytestmark = pytest.mark.slow
HOUR = timedelta(hours=1)
RESUMED = [
    pytest.param(control, sabotage, id=sabotage.name)
    for control in discover()
    if control.resume is not None
    for sabotage in control.sabotages
]


class Counting:
    """A control over rows that grow: remembers from where it was asked to look."""

    def __init__(self) -> None:
        self.rows = 3
        self.verdict: Verdict = "kept"
        self.asked: list[Cursor | None] = []

    def examine(self, _store: AnyStore, now: datetime, cursor: Cursor | None = None) -> Evidence:
        """Tell how many rows there are, and go on from there."""
        self.asked.append(cursor)
        return Evidence(
            control="a",
            verdict=self.verdict,
            examined=self.rows,
            at=now,
            why=Message("So it is."),
            cursor={"row": self.rows},
        )

    def control(self) -> Control:
        """Return it as a control of a period of an hour, scanned in full every three."""
        made = control("a", self.examine, period=HOUR)
        return replace(made, resume=self.examine, full_scan=timedelta(hours=3))


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    found = Counting()
    monkeypatch.setattr(examination, "discover", lambda: (found.control(),))
    return found


def test_it_goes_on_from_its_cursor_until_its_full_scan_is_due(
    stored: Store, counting: Counting
) -> None:
    for hour in range(5):
        examine_due(stored, NOW + hour * HOUR)
        counting.rows += 1
    assert counting.asked == [None, {"row": 3}, {"row": 4}, None, {"row": 6}]
    row = Examination.objects.get()
    assert (row.full_at, row.cursor, row.examined) == (NOW + 3 * HOUR, {"row": 7}, 7)


def test_what_found_a_fault_looks_at_everything_again(stored: Store, counting: Counting) -> None:
    examine_due(stored, NOW)
    counting.verdict = "broken"
    for hour in (1, 2):
        examine_due(stored, NOW + hour * HOUR)
    assert counting.asked == [None, {"row": 3}, None]


def test_an_audit_looks_at_everything(stored: Store, counting: Counting) -> None:
    examine_due(stored, NOW)
    examine_all(stored, NOW + HOUR)
    assert counting.asked == [None, None]


def test_a_control_that_cannot_go_on_never_does(
    stored: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = control("a", answering("a", "kept"), period=HOUR)
    monkeypatch.setattr(examination, "discover", lambda: (plain,))
    for hour in range(2):
        examine_due(stored, NOW + hour * HOUR)
    row = Examination.objects.get()
    assert (row.cursor, row.full_at) == (None, NOW + HOUR)


@pytest.mark.parametrize(("control", "sabotage"), RESUMED)
def test_a_sabotage_is_caught_without_waiting_for_the_full_scan(
    control: Control, sabotage: Sabotage, stored: Store
) -> None:
    filled(300)
    cursor = control.examine(stored, NOW).cursor
    assert cursor is not None
    with transaction.atomic():
        sabotage.commit(stored)
        found = examine(control, stored, NOW, {}, cursor)
        transaction.set_rollback(True)
    if sabotage.undo is not None:
        sabotage.undo(stored)
    assert found.evidence.verdict == "broken"
    assert not found.full


def test_the_ledger_is_hashed_on_from_its_last_full_tile(stored: Store) -> None:
    filled(600)
    first = complete(stored.alias, NOW)
    assert first.cursor is not None
    assert (first.cursor["size"], first.cursor["hashed"]) == (512, 512)
    filled(100)
    second = complete(stored.alias, NOW, first.cursor)
    assert second.verdict == "kept"
    assert second.examined == complete(stored.alias, NOW).examined == Entry.objects.count()
    assert _with_one_changed(stored, 5, first.cursor) == "kept"
    assert _with_one_changed(stored, 600, first.cursor) == "broken"


def test_a_tile_on_the_edge_that_was_changed_is_not_gone_on_from(stored: Store) -> None:
    filled(600)
    cursor = complete(stored.alias, NOW).cursor
    tile = Tile.objects.get(level=1, number=0)
    Tile.objects.filter(pk=tile.pk).update(hashes=bytes(64))
    found = complete(stored.alias, NOW, cursor)
    assert found.verdict == "broken"
    assert found.samples == (f"tile {tile.epoch}/512",)


def _with_one_changed(store: Store, index: int, cursor: Cursor) -> Verdict:
    """Change what an entry says, examine on from a cursor, undo it: a full scan always finds it."""
    with transaction.atomic():
        with unguarded(store):
            rows = Entry.objects.filter(index=index)
            rows.update(body=bytes(rows.get().body).replace(b'"actor"', b'"author"'))
        resumed = complete(store.alias, NOW, cursor).verdict
        assert complete(store.alias, NOW).verdict == "broken"
        transaction.set_rollback(True)
    return resumed
