"""What a member may see."""

from typing import Any

import pytest

from tests.gate.cases import DAY, GRANT, VIEW, answer, changed, names
from tests.gate.house import HOUSE, NOW, rulebook
from troth.gate.facts import ViewFacts
from troth.policy.words import Pseudonym


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, "view-granted"),
        ({"category": "gossip"}, "category-undeclared"),
        ({"purpose": "legal"}, "purpose-undeclared"),
        ({"frozen": True}, "access-frozen"),
        ({"undertaking_until": None}, "undertaking-missing"),
        ({"undertaking_until": NOW}, "undertaking-missing"),
        ({"review_due": NOW - DAY}, "review-overdue"),
        ({"grant": None}, "grant-missing"),
        ({"grant": changed(GRANT, approved_by="member-1")}, "grant-self-approved"),
        ({"grant": changed(GRANT, until=NOW)}, "grant-expired"),
        ({"grant": changed(GRANT, categories=names("usage"))}, "grant-scope"),
        ({"grant": changed(GRANT, purposes=names("account"))}, "grant-scope"),
        ({"many": True}, "persons-many"),
        ({"case": "case-2", "many": True}, "grant-scope"),
        ({"case": "case-2"}, "grant-scope"),
        ({"case": None}, "grant-scope"),
        ({"grant": changed(GRANT, case=None), "case": None}, "grant-scope"),
        (
            {
                "grant": changed(GRANT, case=None, person=Pseudonym("p-1")),
                "person": Pseudonym("p-1"),
            },
            "view-granted",
        ),
    ],
)
def test_a_member_sees_only_under_undertaking_review_and_grant(
    change: dict[str, Any], code: str
) -> None:
    allowed = code == "view-granted"
    assert answer(ViewFacts(**(VIEW | change))) == (allowed, code, "protection.access")


def test_what_never_leaves_is_seen_by_nobody() -> None:
    kept = HOUSE["category"]["account"] | {"never_leaves": True}
    rules = rulebook(category=HOUSE["category"] | {"account": kept})
    refused = (False, "category-never-leaves", "collection.direct")
    assert answer(ViewFacts(**VIEW), rules) == refused
