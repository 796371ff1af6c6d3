"""A permit comes of an allowed decision, for one person, and of nothing else."""

import pytest

from tests.gate.cases import (
    ACCOUNT,
    BY_LAW,
    GRANT,
    PUBLISH,
    RULES,
    SEND,
    VIEW,
    changed,
    names,
)
from tests.gate.house import HOUSE, NOW, rulebook
from troth.gate import NotPermittedError, decide, permit, permits
from troth.gate.facts import CollectFacts, ReleaseFacts, UseFacts, ViewFacts
from troth.policy.words import Pseudonym

SHE = Pseudonym("p-1")
HE = Pseudonym("p-2")
USE = UseFacts(category="account", purpose="support")


def test_an_allowed_use_opens_its_category_of_one_person_for_its_purpose() -> None:
    made = permit(decide(RULES, USE, NOW), USE, SHE)
    assert (made.person, made.categories, made.purpose) == (SHE, names("account"), "support")


def test_an_allowed_release_opens_its_categories() -> None:
    facts = ReleaseFacts(**PUBLISH)
    assert permit(decide(RULES, facts, NOW), facts, SHE).categories == names("account")


def test_one_decision_gives_leave_for_many_persons_as_for_each() -> None:
    for facts in (USE, ReleaseFacts(**PUBLISH), ReleaseFacts(**BY_LAW)):
        decision = decide(RULES, facts, NOW)
        made, alone = permits(decision, facts, [SHE, HE]), permit(decision, facts, SHE)
        assert made.persons == frozenset({SHE, HE})
        assert alone.persons == frozenset({SHE})
        for name in ("decision", "categories", "purpose", "fields"):
            assert getattr(made, name) == getattr(alone, name)
        for field in ("email", "nickname"):
            assert made.opens("account", field) == alone.opens("account", field)


def test_nothing_gives_many_what_it_would_not_give_one() -> None:
    refused = UseFacts(category="usage", purpose="usage-statistics")
    with pytest.raises(NotPermittedError, match="consent-missing"):
        permits(decide(RULES, refused, NOW), refused, [SHE])
    with pytest.raises(NotPermittedError, match="other facts"):
        permits(decide(RULES, USE, NOW), UseFacts(category="health", purpose="support"), [SHE])
    seen = ViewFacts(**(VIEW | {"grant": changed(GRANT, person=SHE, case=None), "person": SHE}))
    with pytest.raises(NotPermittedError, match="a view is of the one person"):
        permits(decide(RULES, seen, NOW), seen, [SHE, HE])  # type: ignore[arg-type]


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


@pytest.mark.parametrize(
    "other",
    [
        UseFacts(category="health", purpose="support"),
        UseFacts(category="account", purpose="account"),
        UseFacts(category="account", purpose="support", accepted=True),
    ],
)
def test_a_decision_opens_nothing_for_other_facts_of_its_verb(other: UseFacts) -> None:
    with pytest.raises(NotPermittedError, match="other facts"):
        permit(decide(RULES, USE, NOW), other, SHE)


def test_a_narrowed_order_cannot_be_made_a_permit_for_the_whole_category() -> None:
    facts = ReleaseFacts(**BY_LAW)
    decision = decide(RULES, facts, NOW)
    made = permit(decision, facts, SHE)
    assert made.fields == names("account.email")
    assert made.opens("account", "email")
    assert not made.opens("account", "nickname")
    assert not made.opens("health", "allergy")
    with pytest.raises(NotPermittedError, match="other facts"):
        permit(decision, ReleaseFacts(**(BY_LAW | {"fields": names()})), SHE)


def test_a_permit_narrowed_in_one_category_opens_the_other_whole_and_no_third() -> None:
    recipient = HOUSE["recipient"]["courier"] | {"categories": ["account", "usage"]}
    rules = rulebook(recipient={"courier": recipient})
    scope = {"categories": names("account", "usage"), "fields": names("account.email", "health.x")}
    facts = ReleaseFacts(**(SEND | scope))
    made = permit(decide(rules, facts, NOW), facts, SHE)
    assert made.opens("usage", "page")
    assert not made.opens("account", "nickname")
    assert not made.opens("health", "x")
