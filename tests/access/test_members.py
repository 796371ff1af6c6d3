"""Members' lives: roles apart, frozen, reviewed, gone at once; an owner is always left."""

from typing import Any
from uuid import UUID

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from tests.access.cast import AT, DAY, give, make_member
from tests.access.house import act
from tests.versions.cast import default_policy, propose_at
from troth import vault
from troth.access import facts, known, members, notes, starting, undertakings
from troth.access.allowed import NotAllowedError
from troth.access.known import OwnError, TakenError
from troth.access.members import LastOwnerError, LeftError, NotFrozenError, UnknownRoleError
from troth.access.models import Case, CaseMember, Freeze, Grant, Member, MemberRole, Review
from troth.access.notes import NoteError
from troth.access.roles import ROLES, RolesConflictError
from troth.access.standing import standing
from troth.ledger.models import Entry
from troth.people import erasure, sessions
from troth.people.models import Account
from troth.store import SYSTEM, Store
from troth.vault import PersonId
from troth.vault.models import KeyStoreOfData
from troth.vault.store import open_store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
ENTRY = UUID(int=1)
REASON = "Canary reason seventy"


@pytest.fixture(autouse=True)
def policy(keys: Any) -> None:  # noqa: ARG001 - the vault its author is sealed in
    propose_at(AT - DAY, default_policy())


@pytest.fixture
def owner() -> Member:
    return make_member("owner")


@pytest.fixture
def clerk() -> Member:
    return make_member("support")


def roles(member: Member) -> set[str]:
    return set(facts.roles_of(member))


def test_an_owner_gives_and_takes_roles(owner: Member, clerk: Member) -> None:
    act(owner, members.set_roles, clerk, {"support", "engineer"})
    assert roles(clerk) == {"support", "engineer"}
    act(owner, members.set_roles, clerk, {"engineer"})
    assert roles(clerk) == {"engineer"}
    held = MemberRole.objects.get(member=clerk, role="engineer")
    assert held.given_by == owner.handle
    assert MemberRole.objects.filter(member=clerk, role="support").exclude(until=None).exists()
    assert Entry.objects.filter(kind="access.roles-set").count() == 2


def test_what_is_so_already_is_not_entered_again(owner: Member, clerk: Member) -> None:
    act(owner, members.set_roles, clerk, {"support"})
    assert not Entry.objects.filter(kind="access.roles-set").exists()


@pytest.mark.parametrize("second", ["owner", "security", "auditor"])
def test_roles_of_two_duties_are_refused(owner: Member, clerk: Member, second: Any) -> None:
    with pytest.raises(RolesConflictError):
        act(owner, members.set_roles, clerk, {"support", second})
    assert roles(clerk) == {"support"}


def test_a_duty_is_changed_in_one_step(owner: Member, clerk: Member) -> None:
    act(owner, members.set_roles, clerk, {"auditor"})
    assert roles(clerk) == {"auditor"}


def test_roles_of_two_duties_are_refused_on_two_accounts_of_one_person(owner: Member) -> None:
    first, second = make_member("auditor"), make_member()
    person = vault.new_person()
    Account.objects.filter(pk__in=[first.account_id, second.account_id]).update(person=person)
    with pytest.raises(RolesConflictError):
        act(owner, members.set_roles, second, {"support"})
    act(owner, members.set_roles, first, set())
    act(owner, members.set_roles, second, {"support"})


@pytest.mark.parametrize("role", [role for role in ROLES if role != "owner"])
def test_nobody_but_an_owner_gives_roles(owner: Member, role: Any) -> None:
    somebody, other = make_member(role), make_member()
    with pytest.raises(NotAllowedError):
        act(somebody, members.set_roles, other, {role})
    act(owner, members.set_roles, other, {role})


def test_nobody_gives_herself_a_role(owner: Member) -> None:
    make_member("owner")
    with pytest.raises(NotAllowedError):
        act(owner, members.set_roles, owner, {"owner", "security"})


def test_there_are_no_other_roles(owner: Member, clerk: Member) -> None:
    with pytest.raises(UnknownRoleError):
        act(owner, members.set_roles, clerk, {"admin"})


def test_the_last_owner_stays(owner: Member) -> None:
    other = make_member("owner")
    act(owner, members.set_roles, other, set())
    security = make_member("security")
    for verb, given in ((members.freeze, ["why"]), (members.end, [])):
        with pytest.raises(LastOwnerError):
            act(security, verb, owner, *given)
        with pytest.raises(LastOwnerError):
            act(owner, verb, owner, *given)
    assert facts.has_owner()


def test_a_frozen_owner_is_no_other_owner(owner: Member) -> None:
    other = make_member("owner")
    act(owner, members.freeze, other, "To be looked at")
    with pytest.raises(LastOwnerError):
        act(owner, members.end, owner)
    act(owner, members.unfreeze, other, "It was nothing")
    act(owner, members.end, owner)


def test_an_owner_who_left_or_cannot_sign_in_is_no_other_owner(owner: Member) -> None:
    other = make_member("owner")
    Account.objects.filter(pk=other.account_id).update(is_active=False)
    with pytest.raises(LastOwnerError):
        act(owner, members.end, owner)


def grant(member: Member, **other: Any) -> Grant:
    made: dict[str, Any] = {
        "member": member,
        "category": "account",
        "purpose": "rights",
        "scope": "all",
        "reason": b"x",
        "asked_at": AT,
        "lapses_at": AT + 7 * DAY,
        "life_s": 24 * 60 * 60,
        "approvals_needed": 1,
        "entry": ENTRY,
    }
    return Grant.objects.create(**(made | other))


def works(member: Member) -> CaseMember:
    case = Case.objects.create(kind="question", opened_at=AT, opened_by=SYSTEM, entry=ENTRY)
    return CaseMember.objects.create(
        case=case, member=member, since=AT, given_by=SYSTEM, entry=ENTRY
    )


def signed_in(member: Member) -> None:
    session = SessionStore()
    session.create()
    assert act(
        member, sessions.note, member.account, session.session_key, "", sessions.Proof("password")
    )


def test_leaving_ends_everything_at_once(owner: Member, clerk: Member) -> None:
    at = AT + DAY
    live = grant(clerk, decided_at=AT, approved=True, until=at + DAY)
    waiting, over = grant(clerk), grant(clerk, decided_at=AT, approved=True, until=AT)
    case = works(clerk)
    signed_in(clerk)
    signed_in(owner)
    left = act(owner, members.end, clerk, at=at)
    assert (left.roles, left.grants, left.cases, left.sessions) == (1, 2, 1, 1)
    for one in (live, waiting, over, case, clerk):
        one.refresh_from_db()
    assert (live.ended_at, waiting.ended_at, over.ended_at, case.until) == (at, at, None, at)
    assert clerk.left_at == at
    assert not Account.objects.get(pk=clerk.account_id).is_active
    assert roles(clerk) == set()
    assert Session.objects.count() == 1
    assert facts.member_of_account(clerk.account_id) is None
    assert Entry.objects.filter(kind="access.member-left").count() == 1


def test_who_has_left_is_changed_no_more(owner: Member, clerk: Member) -> None:
    act(owner, members.end, clerk)
    for verb, given in (
        (members.end, []),
        (members.set_roles, [{"support"}]),
        (members.freeze, ["why"]),
        (members.review, []),
    ):
        with pytest.raises(LeftError):
            act(owner, verb, clerk, *given)


def test_a_member_leaves_by_herself_but_ends_nobody_else(owner: Member, clerk: Member) -> None:
    with pytest.raises(NotAllowedError):
        act(clerk, members.end, owner)
    with pytest.raises(NotAllowedError):
        act(clerk, members.end, make_member("support"))
    assert act(clerk, members.end, clerk).roles == 1


def test_who_loses_her_role_loses_what_rested_on_it(owner: Member, clerk: Member) -> None:
    live, case = grant(clerk), works(clerk)
    act(owner, members.set_roles, clerk, {"engineer"})
    case.refresh_from_db()
    assert case.until is not None
    assert Grant.objects.filter(pk=live.pk, ended_at=None).exists()
    assert not Entry.objects.filter(kind="access.grants-ended").exists()
    act(owner, members.set_roles, clerk, {"auditor"})
    assert Grant.objects.filter(pk=live.pk).exclude(ended_at=None).exists()
    assert Entry.objects.filter(kind="access.grants-ended").count() == 1


def test_a_freeze_stops_and_is_lifted_with_reasons(owner: Member, clerk: Member) -> None:
    frozen = act(owner, members.freeze, clerk, REASON)
    assert act(SYSTEM, standing, clerk).frozen
    assert act(owner, members.freeze, clerk, "again").pk == frozen.pk
    act(owner, members.unfreeze, clerk, "Explained")
    assert not act(SYSTEM, standing, clerk).frozen
    with pytest.raises(NotFrozenError):
        act(owner, members.unfreeze, clerk, "Explained")
    row = Freeze.objects.get()
    assert (row.by, row.lifted_by) == (owner.handle, owner.handle)


def test_a_reason_is_needed_and_stands_in_no_entry(owner: Member, clerk: Member) -> None:
    with pytest.raises(NoteError):
        act(owner, members.freeze, clerk, "  ")
    frozen = act(owner, members.freeze, clerk, REASON)
    assert REASON.encode() not in bytes(frozen.reason)
    assert not any(REASON.encode() in bytes(entry.body) for entry in Entry.objects.all())
    clerk.account.refresh_from_db()
    read = act(SYSTEM, notes.read_notes, [(PersonId(clerk.account.person), frozen.reason)])
    assert read == [REASON]


@pytest.mark.parametrize(
    ("role", "freezes", "lifts"),
    [
        ("owner", True, True),
        ("security", True, True),
        ("privacy-officer", True, False),
        ("support", False, False),
        ("auditor", False, False),
    ],
)
def test_who_may_freeze_and_who_may_lift(
    owner: Member,
    clerk: Member,
    role: Any,
    *,
    freezes: bool,
    lifts: bool,
) -> None:
    actor = make_member(role)
    if freezes:
        act(actor, members.freeze, clerk, "To be looked at")
    else:
        with pytest.raises(NotAllowedError):
            act(actor, members.freeze, clerk, "To be looked at")
        act(owner, members.freeze, clerk, "To be looked at")
    if lifts:
        act(actor, members.unfreeze, clerk, "It was nothing")
    else:
        with pytest.raises(NotAllowedError):
            act(actor, members.unfreeze, clerk, "It was nothing")
    assert Freeze.objects.filter(lifted_at=None).exists() is not lifts


def test_nobody_lifts_her_own_freeze(clerk: Member) -> None:
    act(clerk, members.freeze, clerk, "My laptop is gone")
    with pytest.raises(NotAllowedError):
        act(clerk, members.unfreeze, clerk, "I found it")


def test_a_review_moves_the_next_one(owner: Member, clerk: Member) -> None:
    before = act(SYSTEM, standing, clerk).review_due
    act(owner, members.review, clerk, "Still needs it", at=AT + 60 * DAY)
    assert act(SYSTEM, standing, clerk).review_due == before + 60 * DAY
    assert Review.objects.get().by == owner.handle
    with pytest.raises(NotAllowedError):
        act(owner, members.review, owner)
    with pytest.raises(NotAllowedError):
        act(clerk, members.review, owner)


def test_a_name_and_an_address_are_sealed_and_taken_back(clerk: Member) -> None:
    act(clerk, known.give_name, " Made-up   Maria ")
    act(clerk, known.give_address, "maria@example.com")
    clerk.account.refresh_from_db()
    assert act(SYSTEM, known.name_of, clerk) == "Made-up Maria"
    bearer = act(SYSTEM, known.bearer, known.EMAIL_KIND, "MARIA@example.com")
    assert bearer == clerk.account.person
    assert not any(b"Maria" in bytes(entry.body) for entry in Entry.objects.all())
    act(clerk, known.give_name, "")
    act(clerk, known.give_address, "")
    assert act(SYSTEM, known.name_of, clerk) == ""
    assert act(SYSTEM, known.bearer, known.EMAIL_KIND, "maria@example.com") is None


def test_an_address_is_one_members(clerk: Member) -> None:
    other = make_member("auditor")
    act(clerk, known.give_address, "maria@example.com")
    with pytest.raises(TakenError):
        act(other, known.give_address, "Maria@Example.com")
    act(clerk, known.give_address, "m@example.com")
    act(other, known.give_address, "maria@example.com")


@pytest.mark.parametrize(
    "address", ["maria", "@example.com", "a b@example.com", "a@b", "x\n@example.com"]
)
def test_what_is_no_address_is_refused(clerk: Member, address: str) -> None:
    with pytest.raises(OwnError):
        act(clerk, known.give_address, address)


def test_what_only_her_signature_seals_is_not_swept_away(clerk: Member) -> None:
    act(SYSTEM, starting.begin)
    signed = act(clerk, undertakings.sign, 1, "Made-up Maria", "en")
    KeyStoreOfData.objects.create(store=open_store().id, at=AT - 3650 * DAY)
    unused = vault.new_person()
    vault.prepare([unused])
    erasure.sweep(Store(), AT + 3650 * DAY)
    assert list(vault.erased()) == [unused]
    clerk.account.refresh_from_db()
    signed.member.account.refresh_from_db()
    opened = act(SYSTEM, undertakings.name_of, signed)
    assert opened is not None
    assert opened.reveal() == "Made-up Maria"


def test_a_member_may_hold_no_role_between_two_tasks(owner: Member, clerk: Member) -> None:
    act(owner, members.set_roles, clerk, set())
    assert roles(clerk) == set()
    give(clerk, ["support"])
    assert roles(clerk) == {"support"}


def test_a_member_whose_person_is_erased_has_left(owner: Member, clerk: Member) -> None:
    act(clerk, known.give_address, "clerk@example.com")
    live = grant(clerk)
    person = PersonId(Account.objects.get(pk=clerk.account_id).person)
    erasure.erase(person, "asked", actor=owner.handle)
    clerk.refresh_from_db()
    live.refresh_from_db()
    assert clerk.left_at is not None
    assert live.ended_at is not None
    assert not MemberRole.objects.filter(member=clerk, until=None).exists()


def test_the_last_owner_is_not_lost_by_an_erasure(owner: Member) -> None:
    act(owner, known.give_address, "owner@example.com")
    person = PersonId(Account.objects.get(pk=owner.account_id).person)
    with pytest.raises(LastOwnerError):
        erasure.erase(person, "asked", actor=owner.handle)
    owner.refresh_from_db()
    assert owner.left_at is None
    assert act(owner, known.name_of, owner) == ""
    erasure.erase(person, erasure.RESTORED)
    owner.refresh_from_db()
    assert owner.left_at is not None
