"""The board is read from what is stored: two queries, and nothing is examined."""

from datetime import timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tests.evidence.scene import NOW
from troth.evidence import discover, planned
from troth.evidence.actions import record_proofs
from troth.evidence.board import Board, board
from troth.evidence.examination import examine_all
from troth.evidence.prove import prove
from troth.policy.document import Version
from troth.policy.words import StatementId
from troth.store import SYSTEM, Store, transact_on

pytestmark = pytest.mark.slow
QUERIES_MAX = 2
TIMELY = StatementId("revision.timely")
REVIEW = StatementId("revision.review")


def examined(stored: Store, policy: Version) -> Board:
    examine_all(stored, NOW)
    return board(stored.alias, policy, NOW)


def test_every_statement_has_one_mark_in_one_chapter(stored: Store, policy: Version) -> None:
    found = examined(stored, policy)
    in_chapters = [mark.statement for chapter in found.chapters for mark in chapter.marks]
    assert in_chapters == [statement.id for statement in policy.promises]
    assert found.total == len(policy.promises) == sum(found.tally.values())


def test_chapters_are_those_of_the_policy(stored: Store, policy: Version) -> None:
    chapters = {c.section: (c.kept, c.total) for c in examined(stored, policy).chapters}
    assert chapters == {
        "purpose": (5, 5),
        "collection": (1, 6),
        "cookies": (0, 8),
        "disclosure": (0, 3),
        "protection": (1, 5),
        "revision": (1, 13),
    }


def test_a_board_is_read_in_two_queries(stored: Store, policy: Version) -> None:
    examine_all(stored, NOW)
    with CaptureQueriesContext(connections[stored.alias]) as queries:
        board(stored.alias, policy, NOW)
    assert len(queries) <= QUERIES_MAX


def test_nothing_is_kept_before_the_first_examination(stored: Store, policy: Version) -> None:
    found = board(stored.alias, policy, NOW)
    assert found.tally["unproven"] == found.total
    assert found.examined_at is None


def test_what_is_planned_stays_unproven_and_says_what_will_prove_it(
    stored: Store, policy: Version
) -> None:
    later = {control.name: control.proves for control in planned()}
    for mark in examined(stored, policy).marks.values():
        for control in mark.controls:
            if control.name in later:
                assert mark.verdict == "unproven"
                assert control.proves == later[control.name]
                assert control.planned


def test_a_statement_with_one_control_of_three_missing_says_so(
    stored: Store, policy: Version
) -> None:
    mark = examined(stored, policy).marks[TIMELY]
    assert mark.verdict == "unproven"
    assert mark.why[0].render(str) == "2 of 3 controls kept."


def test_a_mark_tells_when_and_what_was_examined(stored: Store, policy: Version) -> None:
    mark = examined(stored, policy).marks[REVIEW]
    (control,) = mark.controls
    assert (control.at, control.examined, control.since) == (NOW, 1, NOW)
    assert control.figures
    assert mark.days[-1].verdict == "kept"
    assert [sabotage.caught_at for sabotage in control.sabotages] == [None] * 5


def test_a_mark_tells_when_its_sabotages_were_caught(stored: Store, policy: Version) -> None:
    tried = discover()[0]
    trials = prove(stored, policy, NOW, (tried,)).trials
    transact_on(stored, SYSTEM, NOW, record_proofs, trials, "0" * 64)
    marks = board(stored.alias, policy, NOW).marks.values()
    caught = {(c.name, s.caught_at) for m in marks for c in m.controls for s in c.sabotages}
    assert {at for name, at in caught if name == tried.name} == {NOW}
    assert {at for name, at in caught if name != tried.name} == {None}


def test_a_board_of_the_past_knows_nothing_of_what_came_later(
    stored: Store, policy: Version
) -> None:
    examine_all(stored, NOW)
    assert board(stored.alias, policy, NOW - timedelta(days=1)).examined_at is None


def test_the_revision_changes_with_what_is_shown_and_only_then(
    stored: Store, policy: Version
) -> None:
    blank = board(stored.alias, policy, NOW).revision
    first = examined(stored, policy).revision
    assert blank != first
    assert board(stored.alias, policy, NOW + timedelta(minutes=1)).revision == first
    examine_all(stored, NOW + timedelta(minutes=2))
    assert board(stored.alias, policy, NOW + timedelta(minutes=2)).revision != first
