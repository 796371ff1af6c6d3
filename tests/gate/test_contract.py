"""The contract of `POST /v1/decisions` says what the code does."""

import json
from typing import Any

import pytest

from tests.gate.contract import ANY, EXAMPLES, SCHEMA, examples, fits, schema, written
from troth.gate import reasons

RECORDED: list[dict[str, Any]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))


def test_the_schema_is_that_of_the_code() -> None:
    """If this fails: `python -m tests.gate.contract`."""
    assert SCHEMA.read_text(encoding="utf-8") == written(schema())


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda example: example["name"])
def test_a_recorded_answer_is_what_the_gate_answers(recorded: dict[str, Any]) -> None:
    """If this fails: `python -m tests.gate.contract`."""
    assert recorded == {e["name"]: e for e in examples()}[recorded["name"]]


def test_every_question_is_recorded() -> None:
    assert [e["name"] for e in RECORDED] == [e["name"] for e in examples()]


def test_the_examples_show_every_verb_a_yes_a_no_and_each_problem() -> None:
    answers = [e["response"] for e in RECORDED if e["status"] == 200 and "verb" in e["response"]]
    assert {a["verb"] for a in answers} == {
        "collect",
        "use",
        "set_cookie",
        "read_cookie",
        "release",
        "view",
        "take_effect",
    }
    assert {a["allowed"] for a in answers} == {True, False}
    assert {e["status"] for e in RECORDED} == {200, 403, 422}
    known = {*reasons.NO, *(reason.code for reason in reasons.YES)}
    assert {a["reason"]["code"] for a in answers} <= known
    assert all(a["version"] == ANY for a in answers)


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda example: example["name"])
def test_the_schema_admits_what_is_answered_and_refuses_what_is_not(
    recorded: dict[str, Any],
) -> None:
    parts = schema()["$defs"]
    answered = recorded["status"] == 200
    assert fits("Request", recorded["request"], parts) == answered
    assert fits("Response" if answered else "Problem", recorded["response"], parts)
