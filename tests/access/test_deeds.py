"""Whatever a role may not do is refused by the verb itself, whatever a page shows."""

from copy import deepcopy
from typing import Final, get_args

import pytest
from django.db import transaction

from tests.access import deeds
from tests.access.house import House, frozen, house
from tests.access.test_roles import MEANT
from troth.access.allowed import Action, FrozenError
from troth.access.objects import NotAllowedError
from troth.access.roles import ROLES, Role

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("keys")]
CASES: Final[list[tuple[str, deeds.Whose, deeds.Deed]]] = [
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


def outcome(staff: House, role: Role, to: deeds.Whose, deed: deeds.Deed) -> type[Exception] | None:
    """Do it in a house that is then as it was before; return how it was refused, if it was."""
    house = deepcopy(staff)
    try:
        with transaction.atomic():
            deed(house, house[role], to)
            transaction.set_rollback(True)
    except (NotAllowedError, FrozenError) as refused:
        return type(refused)
    return None


@pytest.mark.parametrize("role", ROLES)
def test_a_verb_refuses_whom_it_must_and_nobody_else(staff: House, role: Role) -> None:
    found, meant = {}, {}
    for action, to, deed in CASES:
        allowed = role in MEANT[action][0 if to == "own" else 1]
        meant[action, to] = None if allowed else NotAllowedError
        found[action, to] = outcome(staff, role, to, deed)
    assert found == meant


@pytest.mark.parametrize("role", ROLES)
def test_who_is_frozen_does_what_ends_or_looks_and_nothing_else(staff: House, role: Role) -> None:
    frozen(staff[role])
    found, meant = {}, {}
    for action, to, deed in CASES:
        if role not in MEANT[action][0 if to == "own" else 1]:
            continue
        ends = action in (MEANT_FROZEN[0] if to == "own" else MEANT_FROZEN[1])
        meant[action, to] = None if ends else FrozenError
        found[action, to] = outcome(staff, role, to, deed)
    assert found == meant


MEANT_FROZEN = (
    {"account.change", "member.end", "undertaking.sign", "grant.end", "glass.break", "view.ask"},
    {"member.review", "glass.review"},
)
"""Of what verbs do: her own things end, she signs, and the glass breaks for her; reviews go on."""
