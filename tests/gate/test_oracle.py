"""The compiled gate and the slow obvious one agree on random policies and facts."""

import pickle
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gate.answers import Answer, names
from tests.gate.house import CITES, NOW, version
from tests.gate.oracle import Oracle
from tests.gate.questions import FACTS_BY_VERB, any_facts
from tests.gate.worlds import registers, suspensions
from troth.gate import decide
from troth.gate.facts import Facts
from troth.policy.rulebook import compile


@pytest.mark.parametrize("verb", FACTS_BY_VERB)
@given(data=st.data())
def test_the_gate_answers_as_the_slow_evaluator_does(verb: str, data: st.DataObject) -> None:
    policy = version(data.draw(registers))
    suspended = data.draw(suspensions)
    facts: Facts = data.draw(FACTS_BY_VERB[verb])
    decision = decide(compile(policy, suspended), facts, NOW)
    expected = Oracle(policy, suspended).answer(facts, NOW)
    assert Answer(decision.allowed, decision.reason.code, decision.statement) == expected
    assert (decision.verb, decision.version) == (verb, policy.hash)


@given(register=registers, facts=any_facts, suspended=suspensions)
def test_a_decision_can_be_replayed_from_a_stored_rulebook_and_stored_facts(
    register: dict[str, Any], facts: Facts, suspended: frozenset[str]
) -> None:
    rules = compile(version(register), suspended)
    decision = decide(rules, facts, NOW)
    again = pickle.loads(pickle.dumps(rules))  # noqa: S301 (our own bytes)
    stored = msgspec.json.decode(msgspec.json.encode(facts), type=Facts)
    assert decide(again, stored, NOW) == decision
    assert compile(version(register), suspended) == rules


@given(register=registers, facts=any_facts)
def test_consents_decide_the_same_as_names_and_as_a_mask(
    register: dict[str, Any], facts: Facts
) -> None:
    rules = compile(version(register))
    masked = {
        name: rules.mask(names(getattr(facts, name)))
        for name in ("agreed", "separate", "refused")
        if name in facts.__struct_fields__
    }
    by_mask = decide(rules, msgspec.structs.replace(facts, **masked), NOW)
    by_name = decide(rules, facts, NOW)
    assert msgspec.structs.replace(by_mask, about=by_name.about) == by_name


@given(register=registers, facts=any_facts)
def test_an_acceptance_never_turns_a_no_into_a_yes(register: dict[str, Any], facts: Facts) -> None:
    if "accepted" not in facts.__struct_fields__:
        return
    rules = compile(version(register))
    with_it = decide(rules, msgspec.structs.replace(facts, accepted=True), NOW)
    without = decide(rules, msgspec.structs.replace(facts, accepted=False), NOW)
    assert with_it.allowed == without.allowed


@given(register=registers, facts=any_facts, suspended=suspensions)
def test_a_suspension_never_turns_a_no_into_a_yes(
    register: dict[str, Any], facts: Facts, suspended: frozenset[str]
) -> None:
    policy = version(register)
    if decide(compile(policy, suspended), facts, NOW).allowed:
        assert decide(compile(policy), facts, NOW).allowed


@given(facts=any_facts)
def test_an_empty_register_allows_nothing_but_to_be_replaced(facts: Facts) -> None:
    empty = version({"cites": CITES})
    decision = decide(compile(empty), facts, NOW)
    assert decision.verb == "take_effect" or not decision.allowed
