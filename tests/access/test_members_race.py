"""Two owners who act at the same moment: one of them is left."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import OperationalError, connections

from tests.access.cast import AT, DAY, make_member
from tests.access.house import act
from tests.versions.cast import default_policy, propose_at
from troth.access import invitations, members
from troth.access.models import Freeze, Member, MemberRole
from troth.people.passwords import chosen

TRIES = 2_000


@pytest.fixture
def two_owners(keys: Path, committed: None) -> tuple[Member, Member]:  # noqa: ARG001 - what they need
    propose_at(AT - DAY, default_policy())
    return make_member("owner"), make_member("owner")


@pytest.mark.parametrize("verb", ["take", "end", "freeze"])
def test_two_owners_cannot_end_each_other_at_once(
    two_owners: tuple[Member, Member], verb: str
) -> None:
    first, second = two_owners

    def strike(actor: Member, other: Member) -> str:
        try:
            if verb == "take":
                act(actor, members.set_roles, other, set())
            elif verb == "end":
                act(actor, members.end, other)
            else:
                act(actor, members.freeze, other, "You first")
        except Exception as error:  # noqa: BLE001 - which one it is depends on who was first
            return type(error).__name__
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(strike, (first, second), (second, first)))
    assert outcomes.count("done") == 1, outcomes
    frozen = Freeze.objects.filter(lifted_at=None).values("member")
    owners = MemberRole.objects.filter(role="owner", until=None, member__left_at=None)
    assert owners.exclude(member__in=frozen).count() == 1


def test_one_link_makes_one_member(two_owners: tuple[Member, Member]) -> None:
    opened = act(two_owners[0], invitations.invite, ["support"], "", str)

    def join(_: int) -> str:
        for _try in range(TRIES):
            try:
                act("system", invitations.take, opened.token, chosen("a long and quiet river"))
            except OperationalError:
                continue  # the tests' database in memory does not wait for a lock, a file does
            except invitations.UnusableError:
                return "unusable"
            finally:
                connections.close_all()
            return "done"
        return "never"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(join, range(2))) == ["done", "unusable"]
    assert Member.objects.count() == 3
