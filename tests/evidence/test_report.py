"""The audit and the proof in each form they are printed in."""

import json
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from msgspec.structs import replace

from tests.evidence.scene import NOW, answering, control, policy_of, run, statement
from troth.evidence.board import assemble
from troth.evidence.combine import Known
from troth.evidence.junit import audit_junit, proof_junit
from troth.evidence.marks import Run
from troth.evidence.report import Audit, audit_json, audit_text, proof_json, proof_text
from troth.evidence.trial import Proving, Trial
from troth.policy.promise import PlannedControl
from troth.policy.words import Message, StatementId

POLICY = policy_of(
    statement("one", "a"), statement("two", "b"), statement("three", "p"), statement("four", "c")
)
TRIAL = Trial(
    control="a",
    sabotage="a.intruded",
    expected=frozenset({StatementId("one")}),
    broke=frozenset({StatementId("one")}),
    turned_red=True,
    took_ms=1500,
)
MISSED = replace(TRIAL, sabotage="a.missed", turned_red=False, broke=frozenset())


def audit(*runs: Run) -> Audit:
    known = Known(
        at=NOW,
        built={name: control(name, answering(name, "kept")) for name in "abc"},
        planned={"p": PlannedControl("p", Message("Not built yet."))},
        runs={r.control: [r] for r in runs},
        caught={},
    )
    return Audit(POLICY, 3, assemble(POLICY, known))


FAILED = replace(run("c", "unproven", NOW), failed=True)
RED = audit(
    run("a", "kept", NOW),
    replace(run("b", "broken", NOW), samples=("version 2: files", "bell \x07")),
    FAILED,
)
GREEN = audit(run("a", "kept", NOW), run("b", "kept", NOW), run("c", "kept", NOW))


def proving(*trials: Trial) -> Proving:
    return Proving(
        red_before=frozenset(), failed_before=(), unprovable=(), trials=trials, took_ms=1500
    )


def cases(junit: bytes) -> dict[str, Element]:
    return {case.attrib["name"]: case for case in fromstring(junit).iter("testcase")}  # noqa: S314 - our own


def test_an_audit_holds_when_nothing_is_broken_though_much_is_unproven() -> None:
    assert GREEN.holds
    assert GREEN.board.tally["unproven"] == 1


def test_an_audit_does_not_hold_when_a_statement_is_broken() -> None:
    assert not audit(run("b", "broken", NOW)).holds


def test_an_audit_does_not_hold_when_a_control_failed() -> None:
    """Or a control that always fails would pass for ever."""
    assert not audit(FAILED).holds


def test_json_has_each_statement_with_verdict_and_controls() -> None:
    told: dict[str, Any] = json.loads(audit_json(RED, str))
    assert (told["version"], told["number"], told["holds"]) == (POLICY.hash, 3, False)
    verdicts = {found["id"]: found["verdict"] for found in told["statements"]}
    assert verdicts == {"one": "kept", "two": "broken", "three": "unproven", "four": "unproven"}
    two = told["statements"][1]
    assert two["why"] == ["It is broken."]
    assert two["controls"][0]["samples"][0] == "version 2: files"
    assert [c["planned"] for c in told["statements"][2]["controls"]] == [True]


def test_junit_is_xml_with_failures_skips_and_errors() -> None:
    found = cases(audit_junit(RED, "en", str))
    outcomes = {name: [child.tag for child in case] for name, case in found.items()}
    assert outcomes == {"one": [], "two": ["failure"], "three": ["skipped"], "four": ["error"]}
    failure = found["two"][0]
    assert failure.attrib["message"] == "It is broken."
    assert failure.text == "version 2: files\nbell �"


def test_junit_counts_what_it_lists() -> None:
    (suite,) = fromstring(audit_junit(RED, "en", str))  # noqa: S314 - our own
    counted = {name: suite.attrib[name] for name in ("tests", "failures", "errors", "skipped")}
    assert counted == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1"}


def test_text_shows_sign_word_sentence_and_why() -> None:
    text = audit_text(RED, "en", str)
    assert "✗ broken    two" in text
    assert "We will keep it." in text
    assert "→ It is broken." in text
    assert "· version 2: files" in text
    assert "Version 3: of 4 statements 1 kept, 0 attested, 2 unproven, 1 broken." in text
    assert "Controls that failed: c" in text


def test_text_speaks_the_language_asked_for() -> None:
    text = audit_text(GREEN, "zh", lambda said: "已兑现" if said == "kept" else said)
    assert "我们会信守。" in text
    assert "已兑现" in text


@pytest.mark.parametrize(("trial", "holds"), [(TRIAL, True), (MISSED, False)])
def test_a_proof_holds_when_each_sabotage_was_caught(trial: Trial, holds: bool) -> None:  # noqa: FBT001 - a parameter of the test
    told = json.loads(proof_json(proving(trial), str))
    assert told["holds"] is holds
    assert told["sabotages"][0]["caught"] is holds
    (before, case) = cases(proof_junit(proving(trial), str)).values()
    assert not list(before)
    assert [child.tag for child in case] == ([] if holds else ["failure"])


def test_the_table_of_a_proof_names_what_was_missed() -> None:
    text = proof_text(proving(TRIAL, MISSED), str)
    assert "✓ caught  a.intruded  one" in text
    assert "✗ missed  a.missed    –" in text
    assert "a.missed: a did not turn red." in text
    assert "1 of 2 sabotages caught, in 1.5 s." in text


def test_a_control_without_sabotage_is_a_failure_in_every_form() -> None:
    lacking = replace(proving(TRIAL), unprovable=("b",))
    assert json.loads(proof_json(lacking, str))["holds"] is False
    assert "✗ b has no sabotage that shows it can fail." in proof_text(lacking, str)
    before = cases(proof_junit(lacking, str))["before"]
    assert [child.tag for child in before] == ["failure"]
