"""From what controls found to the mark of a statement; no database."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import product

import pytest

from tests.evidence.scene import NOW, answering, control, policy_of, run, statement
from troth.evidence.board import assemble
from troth.evidence.combine import DAYS_SHOWN, Known, combined
from troth.evidence.marks import Run, StatementMark
from troth.policy.promise import PlannedControl, Verdict
from troth.policy.words import Message

VERDICTS: tuple[Verdict, ...] = ("kept", "broken", "unproven", "attested")
DAY = timedelta(days=1)


def known(*runs: Run) -> Known:
    """Return what is known when controls a, b and c are built and p is planned."""
    by_control: dict[str, Sequence[Run]] = {
        name: [r for r in runs if r.control == name] for name in {r.control for r in runs}
    }
    return Known(
        at=NOW,
        built={name: control(name, answering(name, "kept")) for name in "abc"},
        planned={"p": PlannedControl("p", Message("Not built yet."))},
        runs=by_control,
        caught={},
    )


def mark_of(facts: Known, *kept_by: str) -> StatementMark:
    policy = policy_of(statement("one", *kept_by))
    return assemble(policy, facts).marks[policy.statements[0].id]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ((), "unproven"),
        (("kept",), "kept"),
        (("attested",), "attested"),
        (("kept", "kept"), "kept"),
        (("kept", "attested"), "attested"),
        (("kept", "unproven"), "unproven"),
        (("attested", "unproven"), "unproven"),
        (("kept", "broken"), "broken"),
        (("unproven", "broken"), "broken"),
        (("attested", "broken"), "broken"),
    ],
)
def test_a_statement_is_what_the_worst_of_its_controls_is(
    verdicts: tuple[Verdict, ...], expected: Verdict
) -> None:
    assert combined(verdicts) == expected
    assert combined(reversed(verdicts)) == expected


def test_a_statement_is_kept_only_if_every_control_is() -> None:
    for verdicts in product(VERDICTS, repeat=3):
        assert (combined(verdicts) == "kept") == (set(verdicts) == {"kept"})


def test_a_statement_without_a_control_is_unproven_and_says_so() -> None:
    found = mark_of(known())
    assert found.verdict == "unproven"
    assert "No control keeps" in found.why[0].template


def test_a_planned_control_keeps_a_statement_unproven_whatever_else_is_kept() -> None:
    found = mark_of(known(run("a", "kept", NOW)), "a", "p")
    assert found.verdict == "unproven"
    assert found.since is None
    assert [why.render(str) for why in found.why] == ["1 of 2 controls kept.", "Not built yet."]


def test_a_name_nobody_knows_is_unproven_and_says_so() -> None:
    found = mark_of(known(), "typo")
    assert found.verdict == "unproven"
    assert found.why[0].render(str) == "There is no control called typo."


def test_a_control_not_examined_yet_is_unproven() -> None:
    found = mark_of(known(), "a")
    assert found.verdict == "unproven"
    assert found.controls[0].at is None


def test_one_control_speaks_for_itself() -> None:
    found = mark_of(known(run("a", "kept", NOW)), "a")
    assert [why.render(str) for why in found.why] == ["It is kept."]


def test_the_reasons_come_worst_first() -> None:
    facts = known(run("a", "unproven", NOW), run("b", "broken", NOW), run("c", "kept", NOW))
    said = [why.render(str) for why in mark_of(facts, "a", "b", "c").why]
    assert said == ["1 of 3 controls kept.", "It is broken.", "It is unproven."]


@pytest.mark.parametrize(
    ("minutes", "expected"), [(0, "kept"), (30, "kept"), (31, "unproven"), (24 * 60, "unproven")]
)
def test_a_mark_does_not_stay_green_when_nobody_examines_any_more(
    minutes: int, expected: Verdict
) -> None:
    """Three periods of ten minutes may pass."""
    found = mark_of(known(run("a", "kept", NOW - timedelta(minutes=minutes))), "a")
    assert found.verdict == expected


def test_a_broken_mark_stays_red_however_long_ago_it_was_examined() -> None:
    found = mark_of(known(run("a", "broken", NOW - DAY)), "a")
    assert found.verdict == "broken"


def test_a_statement_is_broken_since_its_first_control_broke() -> None:
    facts = known(run("a", "broken", NOW, NOW - 3 * DAY), run("b", "broken", NOW, NOW - DAY))
    assert mark_of(facts, "a", "b").since == NOW - 3 * DAY


def test_a_statement_is_kept_since_its_last_control_was() -> None:
    facts = known(run("a", "kept", NOW, NOW - 3 * DAY), run("b", "kept", NOW, NOW - DAY))
    assert mark_of(facts, "a", "b").since == NOW - DAY


def test_thirty_days_are_shown_the_oldest_first() -> None:
    days = mark_of(known(run("a", "kept", NOW)), "a").days
    assert len(days) == DAYS_SHOWN
    assert days[0].day == NOW.date() - 29 * DAY
    assert days[-1].day == NOW.date()
    assert [day.verdict for day in days] == [None] * 29 + ["kept"]


def test_a_day_is_broken_if_it_was_broken_at_any_time_of_it() -> None:
    hour = timedelta(hours=1)
    facts = known(
        run("a", "kept", NOW - 3 * hour), run("a", "broken", NOW - 2 * hour), run("a", "kept", NOW)
    )
    found = mark_of(facts, "a")
    assert found.verdict == "kept"
    assert found.days[-1].verdict == "broken"


def test_a_day_that_began_unproven_is_what_it_became() -> None:
    facts = known(run("a", "unproven", NOW - timedelta(hours=3)), run("a", "kept", NOW))
    assert mark_of(facts, "a").days[-1].verdict == "kept"


def test_a_day_on_which_one_control_was_not_examined_proves_nothing() -> None:
    facts = known(run("a", "kept", NOW - DAY), run("a", "kept", NOW), run("b", "kept", NOW))
    days = mark_of(facts, "a", "b").days
    assert days[-2].verdict == "unproven"
    assert days[-1].verdict == "kept"
