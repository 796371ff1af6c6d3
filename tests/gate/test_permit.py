"""A permit comes of an allowed decision, for one person, and of nothing else."""

import ast
from pathlib import Path

import pytest

from tests.gate.cases import ACCOUNT, GRANT, PUBLISH, RULES, VIEW, changed, names
from tests.gate.house import NOW
from troth.gate import NotPermittedError, decide, permit
from troth.gate.facts import CollectFacts, ReleaseFacts, UseFacts, ViewFacts
from troth.policy.words import Pseudonym

SOURCE = Path(__file__).resolve().parents[2] / "src" / "troth"
SHE = Pseudonym("p-1")
HE = Pseudonym("p-2")
USE = UseFacts(category="account", purpose="support")


def test_an_allowed_use_opens_its_category_of_one_person_for_its_purpose() -> None:
    made = permit(decide(RULES, USE, NOW), USE, SHE)
    assert (made.person, made.categories, made.purpose) == (SHE, names("account"), "support")


def test_an_allowed_release_opens_its_categories() -> None:
    facts = ReleaseFacts(**PUBLISH)
    assert permit(decide(RULES, facts, NOW), facts, SHE).categories == names("account")


def test_a_view_opens_the_person_its_facts_name() -> None:
    facts = ViewFacts(
        **(VIEW | {"grant": changed(GRANT, person=SHE, case=None), "person": SHE, "case": None})
    )
    decision = decide(RULES, facts, NOW)
    assert permit(decision, facts).person == SHE
    with pytest.raises(NotPermittedError, match="one person"):
        permit(decision, facts, HE)


def test_a_refusal_opens_nothing() -> None:
    facts = UseFacts(category="usage", purpose="usage-statistics")
    with pytest.raises(NotPermittedError, match="consent-missing"):
        permit(decide(RULES, facts, NOW), facts, SHE)


def test_a_permit_without_a_person_is_not_made() -> None:
    with pytest.raises(NotPermittedError, match="one person"):
        permit(decide(RULES, USE, NOW), USE)


def test_a_verb_that_opens_no_values_gives_no_permit() -> None:
    facts = CollectFacts(**ACCOUNT)
    with pytest.raises(NotPermittedError, match="opens no values"):
        permit(decide(RULES, facts, NOW), facts, SHE)


def test_a_decision_does_not_open_what_other_facts_ask_for() -> None:
    with pytest.raises(NotPermittedError, match="is about use"):
        permit(decide(RULES, USE, NOW), ViewFacts(**VIEW), SHE)


def test_no_permit_is_built_but_in_the_gate() -> None:
    found = [
        path.relative_to(SOURCE).as_posix()
        for path in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Permit"
    ]
    assert found == ["gate/permit.py"]
