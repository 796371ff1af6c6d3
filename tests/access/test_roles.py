"""Who may do what, row by row, as it is meant: the code's table is held to this one."""

from typing import get_args

import pytest

from troth.access.allowed import RULES, Action, may
from troth.access.roles import (
    DUTIES,
    NAMES,
    ROLES,
    Role,
    RolesConflictError,
    demand_apart,
)

owner, officer, support, security, auditor, engineer = (
    "owner",
    "privacy-officer",
    "support",
    "security",
    "auditor",
    "engineer",
)
EVERY = (owner, officer, support, security, auditor, engineer)
WORK = (officer, support, engineer)
WATCH = (owner, officer, security, auditor)
NONE: tuple[str, ...] = ()

MEANT: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # action: (roles that may do it to their own, roles that may do it to another's)
    "account.change": (EVERY, NONE),
    "member.see": (EVERY, EVERY),
    "member.invite": (NONE, (owner, security)),
    "member.set-roles": (NONE, (owner,)),
    "member.freeze": (EVERY, (owner, officer, security)),
    "member.unfreeze": (NONE, (owner, security)),
    "member.review": (NONE, (owner, security)),
    "member.end": (EVERY, (owner, security)),
    "organisation.see": (EVERY, EVERY),
    "organisation.edit": ((owner, officer), (owner, officer)),
    "undertaking.sign": (EVERY, NONE),
    "undertaking.edit": ((owner, officer), (owner, officer)),
    "case.see": (EVERY, WATCH),
    "case.open": (
        (owner, officer, support, security, engineer),
        (owner, officer, support, security, engineer),
    ),
    "case.assign": (NONE, (owner, officer, support, security, engineer)),
    "case.take": (WORK, NONE),
    "case.close": ((owner, officer, support, security, engineer), (owner, officer, security)),
    "grant.see": (EVERY, WATCH),
    "grant.ask": (WORK, NONE),
    "grant.decide": (NONE, (owner, officer)),
    "grant.end": (EVERY, (owner, officer, security)),
    "glass.break": (WORK, NONE),
    "glass.review": (NONE, (owner, officer, security)),
    "bulk.ask": (WATCH, NONE),
    "bulk.confirm": (NONE, WATCH),
    "view.ask": (WORK, NONE),
    "log.see": (EVERY, WATCH),
    "log.export": (NONE, WATCH),
    "map.see": (WATCH, WATCH),
    "mail.edit": ((owner, officer), (owner, officer)),
    "settings.edit": ((owner, security), (owner, security)),
    "jobs.act": ((owner, security, engineer), (owner, security, engineer)),
    "key.see": (
        (owner, officer, security, auditor, engineer),
        (owner, officer, security, auditor, engineer),
    ),
    "key.make": ((owner, security, engineer), (owner, security, engineer)),
    "key.end": ((owner, security, engineer), (owner, security, engineer)),
    "record.see": (
        (owner, officer, security, auditor, engineer),
        (owner, officer, security, auditor, engineer),
    ),
    "signal.close": ((owner, officer, security, engineer), (owner, officer, security, engineer)),
}


def test_every_action_has_its_row_here_and_in_the_code() -> None:
    actions = set(get_args(Action))
    assert set(RULES) == actions
    assert set(MEANT) == actions, "a new action needs its row in this table"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", sorted(MEANT))
def test_a_role_may_do_what_is_meant_and_nothing_else(action: Action, role: Role) -> None:
    own, other = MEANT[action]
    assert may(action, frozenset({role}), own=True) is (role in own)
    assert may(action, frozenset({role}), own=False) is (role in other)


def test_nobody_without_a_role_may_do_anything() -> None:
    assert not any(may(action, frozenset(), own=own) for action in RULES for own in (True, False))


def test_only_who_works_with_data_may_ask_to_see_any() -> None:
    for action in ("view.ask", "grant.ask", "glass.break", "case.take"):
        assert {DUTIES[role] for role in RULES[action].own} == {"operation"}


def test_nobody_decides_on_her_own() -> None:
    for action in ("grant.decide", "glass.review", "bulk.confirm", "member.review", "case.assign"):
        assert RULES[action].own == frozenset()


@pytest.mark.parametrize("first", ROLES)
@pytest.mark.parametrize("second", ROLES)
def test_roles_of_two_duties_are_not_one_persons(first: Role, second: Role) -> None:
    if DUTIES[first] == DUTIES[second]:
        demand_apart([first, second])
        return
    with pytest.raises(RolesConflictError) as refused:
        demand_apart([first, second])
    told = refused.value.message.render(str)
    assert NAMES[first] in told
    assert NAMES[second] in told


def test_a_third_role_does_not_bridge_two_duties() -> None:
    with pytest.raises(RolesConflictError):
        demand_apart(["support", "engineer", "auditor"])
