"""Leave to see: asked for with a reason, given by another, and ended in time."""

from datetime import timedelta
from typing import Any

import pytest

from tests.access.house import NOW, House, act, frozen, granted, house, join, opened, swear, wish
from troth.access import grants, notes
from troth.access.allowed import FrozenError
from troth.access.models import Approval, Grant
from troth.access.objects import NotAllowedError
from troth.access.settings import set_setting
from troth.access.standing import NotSignedError
from troth.ledger.models import Entry
from troth.store import SYSTEM

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def staff() -> House:
    return house()


def test_time_runs_from_the_approval_and_not_from_the_request(staff: House) -> None:
    asked = act(staff["support"], grants.ask, wish(*staff.persons))
    later = NOW + timedelta(days=3)
    given = act(staff["privacy-officer"], grants.decide, asked, yes=True, at=later)
    assert given.until == later + timedelta(days=2)


def test_a_request_is_nothing_until_it_is_decided(staff: House) -> None:
    asked = act(staff["support"], grants.ask, wish(*staff.persons))
    assert (asked.decided_at, asked.until, asked.approved) == (None, None, None)


def test_a_no_is_kept_with_what_was_said_to_it(staff: House) -> None:
    asked = act(staff["support"], grants.ask, wish(*staff.persons))
    refused = act(
        staff["owner"], grants.decide, asked, yes=False, note="Ask for the one person you need"
    )
    assert refused.approved is False
    assert refused.until is None
    said = Approval.objects.get(grant=asked)
    person = act(SYSTEM, notes.person_of_member, staff["support"])
    assert act(SYSTEM, notes.read_notes, [(person, bytes(said.note))]) == [
        "Ask for the one person you need"
    ]


def test_a_reason_is_nowhere_in_the_clear(staff: House) -> None:
    asked = act(staff["support"], grants.ask, wish(*staff.persons, reason="For Robin Example"))
    assert b"Robin" not in bytes(asked.reason)
    assert not any(b"Robin" in bytes(body) for body in Entry.objects.values_list("body", flat=True))


@pytest.mark.parametrize("role", ["support", "privacy-officer"])
def test_nobody_approves_her_own(staff: House, role: Any) -> None:
    asked = act(staff[role], grants.ask, wish(*staff.persons))
    with pytest.raises(NotAllowedError):
        act(staff[role], grants.decide, asked, yes=True)
    assert Grant.objects.get().decided_at is None


def test_as_many_others_approve_as_are_set(staff: House) -> None:
    act(staff["owner"], set_setting, "approvals_needed", 2)
    asked = act(staff["support"], grants.ask, wish(*staff.persons))
    once = act(staff["privacy-officer"], grants.decide, asked, yes=True)
    assert once.approved is None
    with pytest.raises(grants.SettledError):
        act(staff["privacy-officer"], grants.decide, asked, yes=True)
    assert act(staff["owner"], grants.decide, asked, yes=True).approved is True


def test_one_no_is_enough(staff: House) -> None:
    act(staff["owner"], set_setting, "approvals_needed", 2)
    asked = act(staff["support"], grants.ask, wish(*staff.persons))
    assert act(staff["owner"], grants.decide, asked, yes=False).approved is False
    with pytest.raises(grants.SettledError):
        act(staff["privacy-officer"], grants.decide, asked, yes=True)


def test_what_nobody_decides_lapses(staff: House) -> None:
    asked = act(staff["support"], grants.ask, wish(*staff.persons))
    late = asked.lapses_at
    with pytest.raises(grants.SettledError, match="lapsed"):
        act(staff["owner"], grants.decide, asked, yes=True, at=late)
    act(SYSTEM, grants.lapse, at=late)
    assert Grant.objects.get().ended_at == late


def test_nothing_is_given_to_who_has_not_signed() -> None:
    unsworn = house(sworn=False)
    swear(unsworn["owner"])
    asked = act(unsworn["support"], grants.ask, wish(*unsworn.persons))
    with pytest.raises(grants.UnswornError):
        act(unsworn["owner"], grants.decide, asked, yes=True)
    swear(unsworn["support"])
    assert act(unsworn["owner"], grants.decide, asked, yes=True).approved is True


def test_who_is_not_sworn_or_frozen_decides_on_nobodys_access() -> None:
    found = house(sworn=False)
    swear(found["support"])
    asked = act(found["support"], grants.ask, wish(*found.persons))
    with pytest.raises(NotSignedError, match="has not signed"):
        act(found["privacy-officer"], grants.decide, asked, yes=True)
    swear(found["privacy-officer"])
    frozen(found["privacy-officer"])
    with pytest.raises(FrozenError):
        act(found["privacy-officer"], grants.decide, asked, yes=False)
    assert not Approval.objects.exists()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"category": "shoe-size"}, "category"),
        ({"purpose": "visitor-count"}, "purpose"),
        ({"life": timedelta(days=31)}, "life"),
        ({"life": timedelta()}, "life"),
        ({"scope": "list", "persons": ()}, "persons"),
        ({"scope": "case", "persons": ()}, "case"),
    ],
)
def test_what_can_not_be_asked_is_refused_with_its_place(
    staff: House, asked: dict[str, Any], field: str
) -> None:
    with pytest.raises(grants.GrantError) as refused:
        act(staff["support"], grants.ask, wish(*staff.persons, **asked))
    assert refused.value.field == field
    assert Grant.objects.count() == 0


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_a_reason_is_a_sentence_and_no_book(staff: House, reason: str) -> None:
    with pytest.raises(notes.NoteError):
        act(staff["support"], grants.ask, wish(*staff.persons, reason=reason))
    assert Grant.objects.count() == 0


def test_a_grant_of_a_closed_case_can_not_be_asked(staff: House) -> None:
    from troth.access import cases  # noqa: PLC0415 - for one line

    case = opened(staff)
    act(SYSTEM, cases.close_case, case)
    case.refresh_from_db()
    with pytest.raises(grants.ScopeError):
        act(staff["support"], grants.ask, wish(scope="case", case=case))


def test_who_holds_one_gives_it_back_and_others_may_take_it(staff: House) -> None:
    first, second = granted(staff, *staff.persons), granted(staff, *staff.persons)
    act(staff["support"], grants.end, first)
    act(staff["security"], grants.end, second)
    assert set(Grant.objects.values_list("ended_by", flat=True)) == {
        staff["support"].handle,
        staff["security"].handle,
    }


def test_a_colleague_takes_nobodys_grant(staff: House) -> None:
    given = granted(staff, *staff.persons)
    colleague = act(SYSTEM, join, "support", 2)
    with pytest.raises(NotAllowedError):
        act(colleague, grants.end, given)
    assert Grant.objects.get().ended_at is None
