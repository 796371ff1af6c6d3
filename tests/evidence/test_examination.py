"""Running controls: who is believed, and what is stored."""

from datetime import datetime, timedelta

import pytest

from tests.evidence.scene import NOTHING_YET, NOW, START, answering, control
from troth.evidence import discover, examination, facts
from troth.evidence.actions import record
from troth.evidence.examination import examine, examine_all, examine_due
from troth.evidence.findings import Finding
from troth.evidence.models import Examination
from troth.policy.promise import Evidence, Sabotage, Verdict
from troth.policy.promise import Store as AnyStore
from troth.policy.words import Message, StatementId
from troth.store import SYSTEM, Store, Tx, transact_on

STORE = Store()
DAY = timedelta(days=1)
BREAK = Sabotage("a.broken", frozenset({StatementId("one")}), lambda _store: None)
OTHER = Sabotage("a.other", frozenset({StatementId("one")}), lambda _store: None)


def test_a_control_that_examined_something_is_believed() -> None:
    finding = examine(control("a", answering("a", "kept", examined=1), BREAK), STORE, NOW, {})
    assert finding.evidence.verdict == "kept"


@pytest.mark.parametrize("verdict", ["kept", "attested"])
def test_a_control_that_examined_nothing_is_unproven(verdict: Verdict) -> None:
    finding = examine(control("a", answering("a", verdict, examined=0), BREAK), STORE, NOW, {})
    assert finding.evidence.verdict == "unproven"
    assert "Nothing has happened yet" in finding.evidence.why.template


def test_a_control_that_examined_nothing_is_kept_when_its_sabotages_were_caught_lately() -> None:
    caught = {("a", "a.broken"): NOW - DAY, ("a", "a.other"): NOW - 2 * DAY}
    built = control("a", answering("a", "kept", examined=0), BREAK, OTHER)
    finding = examine(built, STORE, NOW, caught)
    assert finding.evidence.verdict == "kept"
    assert "2026-11-20" in finding.evidence.why.render(str)


@pytest.mark.parametrize(
    "caught",
    [
        {("a", "a.broken"): NOW - DAY},
        {("a", "a.broken"): NOW - DAY, ("a", "a.other"): NOW - 31 * DAY},
        {("b", "a.broken"): NOW, ("b", "a.other"): NOW},
    ],
    ids=["one never caught", "one caught too long ago", "caught by another control"],
)
def test_it_stays_unproven_when_a_sabotage_was_not_caught_lately(
    caught: dict[tuple[str, str], datetime],
) -> None:
    built = control("a", answering("a", "kept", examined=0), BREAK, OTHER)
    assert examine(built, STORE, NOW, caught).evidence.verdict == "unproven"


def test_a_control_without_sabotages_that_examined_nothing_is_unproven() -> None:
    built = control("a", answering("a", "kept", examined=0))
    assert examine(built, STORE, NOW, {}).evidence.verdict == "unproven"


def test_a_control_may_find_something_broken_by_its_absence() -> None:
    built = control("a", answering("a", "broken", examined=0), BREAK)
    assert examine(built, STORE, NOW, {}).evidence.verdict == "broken"


def test_a_control_that_raises_proves_nothing_and_is_told_to_have_failed() -> None:
    def fail(_store: AnyStore, _now: datetime) -> Evidence:
        raise ZeroDivisionError

    finding = examine(control("a", fail), STORE, NOW, {})
    assert finding.failed
    assert finding.evidence.verdict == "unproven"
    assert "ZeroDivisionError" in finding.evidence.why.render(str)


def test_all_controls_are_examined_and_kept_on_a_fresh_store(stored: Store) -> None:
    findings = examine_all(stored, NOW)
    assert {f.evidence.control for f in findings} == {c.name for c in discover()}
    assert {f.evidence.verdict for f in findings} == {"kept", "unproven"}
    unproven = {f.evidence.control for f in findings if f.evidence.verdict == "unproven"}
    assert unproven == NOTHING_YET
    assert Examination.objects.count() == len(discover())


def test_only_what_is_due_is_examined_again(stored: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    often = control("often", answering("often", "kept"), period=timedelta(minutes=5))
    seldom = control("seldom", answering("seldom", "kept"), period=timedelta(hours=1))
    monkeypatch.setattr(examination, "discover", lambda: (often, seldom))
    rounds = [
        [f.evidence.control for f in examine_due(stored, NOW + timedelta(minutes=minute))]
        for minute in (0, 4, 5, 60)
    ]
    assert rounds == [["often", "seldom"], [], ["often"], ["often", "seldom"]]


def test_what_was_examined_by_a_clock_that_was_ahead_keeps_nothing_from_being_examined(
    stored: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does it go on standing for what it found: a year ahead, say, and then put back."""
    often = control("often", answering("often", "kept"), period=timedelta(minutes=5))
    monkeypatch.setattr(examination, "discover", lambda: (often,))
    times = (NOW, NOW + 365 * DAY, NOW + timedelta(minutes=5), NOW + timedelta(minutes=7))
    assert [len(examine_due(stored, at)) for at in times] == [1, 1, 1, 0]
    assert [row.at for row in Examination.objects.order_by("at")] == [times[2], times[1]]
    assert facts.last_examined(stored.alias, times[3]) == {"often": times[2]}
    broken = control("often", answering("often", "broken"), period=timedelta(minutes=5))
    monkeypatch.setattr(examination, "discover", lambda: (broken,))
    later = NOW + timedelta(minutes=10)
    assert [f.evidence.verdict for f in examine_due(stored, later)] == ["broken"]
    runs = facts.known(stored.alias, later).runs["often"]
    assert (runs[-1].verdict, runs[-1].at) == ("broken", later)


def test_examinations_of_a_day_with_the_same_verdict_are_one_row(stored: Store) -> None:
    for minute in range(3):
        _store_finding(stored, "kept", START + timedelta(minutes=minute), examined=minute)
    row = Examination.objects.get()
    assert (row.times, row.examined, row.began_at) == (3, 2, START)
    assert row.at == START + timedelta(minutes=2)


def test_a_changed_verdict_begins_a_new_row_and_a_new_since(stored: Store) -> None:
    verdicts: tuple[Verdict, ...] = ("kept", "broken", "kept")
    told = [(verdict, START + timedelta(minutes=n)) for n, verdict in enumerate(verdicts)]
    for verdict, at in told:
        _store_finding(stored, verdict, at)
    assert list(Examination.objects.values_list("verdict", "since")) == told


def test_the_next_day_begins_a_new_row_that_carries_since_on(stored: Store) -> None:
    _store_finding(stored, "kept", START)
    _store_finding(stored, "kept", START + DAY)
    assert list(Examination.objects.values_list("day", "since")) == [
        (START.date(), START),
        ((START + DAY).date(), START),
    ]


def test_an_examination_that_comes_late_does_not_overwrite_a_newer_one(stored: Store) -> None:
    _store_finding(stored, "broken", START + DAY)
    _store_finding(stored, "kept", START)
    assert Examination.objects.get().verdict == "broken"


def test_what_is_older_than_its_use_is_dropped(stored: Store) -> None:
    _store_finding(stored, "kept", START)
    _store_finding(stored, "kept", START + 401 * DAY)
    assert Examination.objects.get().at == START + 401 * DAY


def _store_finding(store: Store, verdict: Verdict, at: datetime, examined: int = 1) -> None:
    evidence = Evidence(
        control="a", verdict=verdict, examined=examined, at=at, why=Message("So it is.")
    )

    def verb(tx: Tx) -> None:
        record(tx, [Finding(evidence=evidence, took_ms=5)])

    transact_on(store, SYSTEM, at, verb)
