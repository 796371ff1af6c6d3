"""Whatever a role may not do is refused by the verb itself, whatever a page shows."""

from typing import get_args

import pytest

from tests.access import deeds
from tests.access.house import House, frozen, house
from tests.access.test_roles import MEANT
from troth.access.allowed import Action, FrozenError
from troth.access.objects import NotAllowedError
from troth.access.roles import ROLES, Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
CASES = [
    *((action, "own", deed) for action, deed in deeds.OWN.items()),
    *((action, "other", deed) for action, deed in deeds.HOUSE.items()),
    *((action, to, deed) for action, deed in deeds.EITHER.items() for to in ("own", "other")),
]


@pytest.fixture
def staff() -> House:
    return house()


def test_every_action_is_done_by_a_verb_here_or_decided_by_a_page() -> None:
    tried = {*deeds.OWN, *deeds.HOUSE, *deeds.EITHER}
    assert tried | deeds.PAGES == set(get_args(Action)), "a new action needs its deed"
    assert tried.isdisjoint(deeds.PAGES)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("action", "to", "deed"),
    [pytest.param(*case, id=f"{case[0]}-{case[1]}") for case in CASES],
)
def test_a_verb_refuses_whom_it_must_and_nobody_else(
    staff: House, role: Role, action: str, to: deeds.Whose, deed: deeds.Deed
) -> None:
    allowed = role in MEANT[action][0 if to == "own" else 1]
    if allowed:
        deed(staff, staff[role], to)
        return
    with pytest.raises(NotAllowedError):
        deed(staff, staff[role], to)


@pytest.mark.parametrize(
    ("action", "to", "deed"),
    [
        pytest.param(*case, id=f"{case[0]}-{case[1]}")
        for case in CASES
        if MEANT[case[0]][0 if case[1] == "own" else 1]
    ],
)
def test_who_is_frozen_does_what_ends_or_looks_and_nothing_else(
    staff: House, action: Action, to: deeds.Whose, deed: deeds.Deed
) -> None:
    role = next(r for r in ROLES if r in MEANT[action][0 if to == "own" else 1])
    frozen(staff[role])
    if action in (MEANT_FROZEN[0] if to == "own" else MEANT_FROZEN[1]):
        deed(staff, staff[role], to)
        return
    with pytest.raises(FrozenError):
        deed(staff, staff[role], to)


MEANT_FROZEN = (
    {"account.change", "member.end", "undertaking.sign", "grant.end", "glass.break", "view.ask"},
    {"member.review", "glass.review"},
)
"""Of what verbs do: her own things end, she signs, and the glass breaks for her; reviews go on."""
