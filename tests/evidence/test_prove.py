"""The proof is honest about itself: what proves nothing is reported."""

from datetime import datetime

import pytest
from django.db import connections

from tests.evidence.scene import NOW, answering, control, policy_of, statement
from troth.evidence.actions import record_proofs
from troth.evidence.fingerprint import fingerprint
from troth.evidence.models import Examination, Proof
from troth.evidence.prove import code_hash, prove
from troth.evidence.trial import Proving
from troth.policy.promise import Control, Evidence, Sabotage, Verdict
from troth.policy.promise import Store as AnyStore
from troth.policy.words import StatementId
from troth.store import Store, transact

ONE, TWO = StatementId("one"), StatementId("two")
POLICY = policy_of(statement("one", "a"), statement("two", "b"))
AUTHOR = "an intruder"


def intrude(store: AnyStore) -> None:
    """Write a row that no verb would have written."""
    Proof.objects.using(store.alias).create(
        control=AUTHOR, sabotage="", caught=False, at=NOW, broke=[], code=""
    )


def leave(_store: AnyStore) -> None:
    """Do nothing at all."""


def alarm(name: str, *sabotages: Sabotage) -> Control:
    """Return a control that turns red when somebody intruded."""

    def examine(store: AnyStore, now: datetime) -> Evidence:
        seen = Proof.objects.using(store.alias).filter(control=AUTHOR).exists()
        return answering(name, "broken" if seen else "kept")(store, now)

    return control(name, examine, *sabotages)


def calm(name: str, verdict: Verdict = "kept", *sabotages: Sabotage) -> Control:
    """Return a control that sees nothing, whatever happens."""
    return control(name, answering(name, verdict), *sabotages)


def told(store: Store, *controls: Control) -> list[str]:
    proving = prove(store, POLICY, NOW, controls)
    assert proving.holds == (not proving.faults)
    return [fault.render(str) for fault in proving.faults]


def test_a_sabotage_that_breaks_exactly_what_it_says_is_caught(stored: Store) -> None:
    sabotage = Sabotage("a.intruded", frozenset({ONE}), intrude)
    assert told(stored, alarm("a", sabotage)) == []


def test_a_sabotage_that_commits_nothing_is_reported(stored: Store) -> None:
    sabotage = Sabotage("a.idle", frozenset({ONE}), leave)
    assert told(stored, alarm("a", sabotage)) == ["The sabotage changed nothing in the store."]


def test_a_sabotage_that_names_no_statement_is_reported(stored: Store) -> None:
    sabotage = Sabotage("a.aimless", frozenset(), intrude)
    assert told(stored, alarm("a", sabotage)) == ["The sabotage names no statement that it breaks."]


def test_a_control_that_cannot_turn_red_is_reported(stored: Store) -> None:
    sabotage = Sabotage("a.intruded", frozenset({ONE}), intrude)
    assert told(stored, calm("a", "kept", sabotage)) == ["a did not turn red."]


def test_a_control_is_not_saved_by_another_that_turns_red(stored: Store) -> None:
    """Even where both keep the same statement."""
    sabotage = Sabotage("a.intruded", frozenset({TWO}), intrude)
    other = alarm("b", Sabotage("b.intruded", frozenset({TWO}), intrude))
    assert told(stored, calm("a", "kept", sabotage), other) == ["a did not turn red."]


def test_a_sabotage_that_breaks_more_than_it_says_is_reported(stored: Store) -> None:
    sabotage = Sabotage("a.intruded", frozenset({ONE}), intrude)
    other = alarm("b", Sabotage("b.intruded", frozenset({ONE, TWO}), intrude))
    assert told(stored, alarm("a", sabotage), other) == ["Turned red and should not: two."]


def test_a_sabotage_that_breaks_less_than_it_says_is_reported(stored: Store) -> None:
    sabotage = Sabotage("a.intruded", frozenset({ONE, TWO}), intrude)
    assert told(stored, alarm("a", sabotage)) == ["Should have turned red too: two."]


def test_a_sabotage_that_raises_is_reported_and_undone(stored: Store) -> None:
    def stumble(store: AnyStore) -> None:
        intrude(store)
        raise RuntimeError("stumbled")

    sabotage = Sabotage("a.stumbles", frozenset({ONE}), stumble)
    assert told(stored, alarm("a", sabotage)) == ["It could not be tried (RuntimeError: stumbled)."]
    assert not Proof.objects.exists()


def test_a_sabotage_that_makes_a_control_fail_is_reported(stored: Store) -> None:
    """A control must tell what is broken, not stumble over it."""

    def stumble(store: AnyStore, now: datetime) -> Evidence:
        if Proof.objects.using(store.alias).filter(control=AUTHOR).exists():
            raise ZeroDivisionError
        return answering("a", "kept")(store, now)

    sabotage = Sabotage("a.intruded", frozenset({ONE}), intrude)
    assert told(stored, control("a", stumble, sabotage)) == ["Controls failed over it: a."]


def test_a_sabotage_of_which_something_stays_is_reported(stored: Store) -> None:
    """An undo may leave as much as a sabotage that a transaction did not hold."""
    sabotage = Sabotage("a.intruded", frozenset({ONE}), intrude, undo=intrude)
    assert told(stored, alarm("a", sabotage)) == [
        "Red after every sabotage was undone: one.",
        "Something of it stayed after it was undone.",
    ]


def test_what_stays_beside_the_store_and_turns_a_control_red_is_reported(stored: Store) -> None:
    outside = list[str]()

    def examine(store: AnyStore, now: datetime) -> Evidence:
        return answering("a", "broken" if outside else "kept")(store, now)

    def spill(_store: AnyStore) -> None:
        outside.append("a file")

    sabotage = Sabotage("a.spilt", frozenset({ONE}), spill, undo=leave)
    assert told(stored, control("a", examine, sabotage)) == [
        "Red after every sabotage was undone: one."
    ]


def test_a_control_without_a_sabotage_is_a_defect(stored: Store) -> None:
    assert told(stored, calm("a")) == ["a has no sabotage that shows it can fail."]


def test_what_is_red_before_anything_is_done_is_reported(stored: Store) -> None:
    sabotage = Sabotage("a.intruded", frozenset({ONE}), intrude)
    assert "Red before any sabotage: one." in told(stored, calm("a", "broken", sabotage))


def test_a_control_that_fails_before_anything_is_done_is_reported(stored: Store) -> None:
    def fail(_store: AnyStore, _now: datetime) -> Evidence:
        raise ZeroDivisionError

    sabotage = Sabotage("a.intruded", frozenset({ONE}), intrude)
    assert "a failed before any sabotage." in told(stored, control("a", fail, sabotage))


def test_every_trial_is_undone(stored: Store) -> None:
    """Each sabotage of Troth's own is looked at alone in `test_sabotages.py`."""
    before = fingerprint(connections[stored.alias])
    again = [Sabotage(f"a.{name}", frozenset({ONE}), intrude) for name in ("once", "twice")]
    proving = prove(stored, POLICY, NOW, (alarm("a", *again),))
    assert proving.holds, [fault.render(str) for fault in proving.faults]
    assert fingerprint(connections[stored.alias]) == before
    assert not Examination.objects.exists()


def test_a_proof_covers_every_sabotage_of_every_control(stored: Store) -> None:
    """So does the one of everything there is, which `test_audit_command.py` asks for."""
    controls = (
        alarm("a", *(Sabotage(f"a.{n}", frozenset({ONE}), intrude) for n in range(2))),
        alarm("b", Sabotage("b.0", frozenset({TWO}), intrude)),
    )
    tried = [trial.sabotage for trial in prove(stored, POLICY, NOW, controls).trials]
    assert tried == ["a.0", "a.1", "b.0"]


def test_trials_are_recorded_with_the_code_they_proved(stored: Store) -> None:
    caught = Sabotage("a.intruded", frozenset({ONE}), intrude)
    missed = Sabotage("a.idle", frozenset({ONE}), leave)
    proving = prove(stored, POLICY, NOW, (alarm("a", caught, missed),))
    transact(record_proofs, proving.trials, code_hash())
    rows = {row.sabotage: row for row in Proof.objects.all()}
    assert {name: row.caught for name, row in rows.items()} == {
        "a.intruded": True,
        "a.idle": False,
    }
    assert rows["a.intruded"].broke == ["one"]
    assert rows["a.idle"].broke == []
    assert {len(row.code) for row in rows.values()} == {64}


@pytest.mark.parametrize("count", [8, 9])
def test_a_long_list_of_statements_is_cut(count: int) -> None:
    ids = frozenset(StatementId(f"s{n}") for n in range(count))
    proving = Proving(red_before=ids, failed_before=(), unprovable=(), trials=())
    said = proving.faults[0].render(str)
    assert said.endswith("s7 … (+1)." if count > 8 else "s7.")
