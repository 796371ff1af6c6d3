"""Whatever a role may not do is refused by the verb itself, whatever a page shows."""

from typing import get_args

import pytest

from tests.access import deeds
from tests.access.house import House, house
from tests.access.test_roles import MEANT
from troth.access.allowed import Action
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
