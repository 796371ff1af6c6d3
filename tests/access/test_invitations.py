"""Invitations: one link, one use, some days; roles apart when made and when taken."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.access.cast import AT, DAY, make_member
from tests.access.house import act
from tests.versions.cast import default_policy, propose_at
from troth.access import facts, invitations, known, members, settings
from troth.access.allowed import NotAllowedError
from troth.access.invitations import (
    AlreadyInvitedError,
    AlreadyMemberError,
    NoRolesError,
    Opened,
    SettledError,
    UnusableError,
    usable,
)
from troth.access.known import OwnError
from troth.access.models import Invitation, Member
from troth.access.roles import ROLES, RolesConflictError
from troth.ledger.models import Entry
from troth.people import mail
from troth.people.models import Account, Detail
from troth.people.passwords import chosen
from troth.store import SYSTEM
from troth.store.models import OutboxRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
PASSWORD = "a long and quiet river"
ADDRESS = "canary-invited@example.com"


@pytest.fixture(autouse=True)
def policy(keys: Any) -> None:  # noqa: ARG001 - the vault addresses are sealed in
    propose_at(AT - DAY, default_policy())


@pytest.fixture
def owner() -> Member:
    return make_member("owner")


def link(token: str) -> str:
    return f"https://privacy.example.com/console/join/{token}"


def invite(actor: Member, *roles: str, address: str = "", at: Any = AT) -> Opened:
    return act(actor, invitations.invite, roles, address, link, at=at)


def take(opened: Opened, at: Any = AT, password: str = PASSWORD) -> Member:
    return act(SYSTEM, invitations.take, opened.token, chosen(password), at=at)


def test_who_opens_the_link_becomes_a_member_with_its_roles(owner: Member) -> None:
    opened = invite(owner, "support", "engineer")
    member = take(opened)
    assert facts.roles_of(member) == {"support", "engineer"}
    assert member.handle.startswith("m-")
    assert member.account.check_password(PASSWORD)
    held = member.roles_held.first()
    assert held is not None
    assert held.given_by == owner.handle
    assert Invitation.objects.get().member == member
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert {"access.invited", "access.member-made"} <= kinds


def test_the_token_itself_is_stored_nowhere(owner: Member) -> None:
    opened = invite(owner, "support", address=ADDRESS)
    assert len(opened.token) >= 43
    assert Invitation.objects.get().token_hash != opened.token
    assert opened.token not in repr(opened)
    told = [bytes(entry.body) for entry in Entry.objects.all()]
    told += [bytes(row.body) for row in OutboxRow.objects.all()]
    assert not any(opened.token.encode() in body or ADDRESS.encode() in body for body in told)


def test_a_link_works_once(owner: Member) -> None:
    opened = invite(owner, "support")
    take(opened)
    with pytest.raises(UnusableError):
        take(opened)


def test_a_link_works_for_the_days_that_are_set(owner: Member) -> None:
    act(owner, settings.set_setting, settings.INVITATION_DAYS, 2)
    opened = invite(owner, "support")
    with pytest.raises(UnusableError):
        take(opened, at=AT + 2 * DAY)
    assert take(opened, at=AT + 1.9 * DAY)


@pytest.mark.parametrize("token", ["", "x", "é", "0" * 43])
def test_a_token_that_was_never_given_opens_nothing(owner: Member, token: str) -> None:
    invite(owner, "support")
    assert usable("default", token, AT) is None
    with pytest.raises(UnusableError):
        act(SYSTEM, invitations.take, token, chosen(PASSWORD))
    assert Account.objects.count() == 1


def test_a_bad_password_leaves_the_link_usable(owner: Member) -> None:
    opened = invite(owner, "support")
    with pytest.raises(ValidationError):
        take(opened, password="short")
    assert take(opened)


def test_a_withdrawn_link_opens_nothing(owner: Member) -> None:
    opened = invite(owner, "support", address=ADDRESS)
    act(owner, invitations.withdraw, opened.invitation)
    with pytest.raises(UnusableError):
        take(opened)
    with pytest.raises(SettledError):
        act(owner, invitations.withdraw, opened.invitation)
    with pytest.raises(SettledError):
        act(owner, invitations.send_again, opened.invitation, link)
    assert not Detail.objects.exclude(person="").exists()


def test_sending_again_makes_a_new_link_and_kills_the_old(owner: Member) -> None:
    old = invite(owner, "support", address=ADDRESS)
    new = act(owner, invitations.send_again, old.invitation, link, at=AT + 9 * DAY)
    assert new.mailed
    with pytest.raises(UnusableError):
        take(old, at=AT + 9 * DAY)
    assert take(new, at=AT + 10 * DAY)
    assert OutboxRow.objects.count() == 2


@pytest.mark.parametrize(
    "roles", [("support", "owner"), ("auditor", "engineer"), ("security", "privacy-officer")]
)
def test_roles_of_two_duties_are_not_invited(owner: Member, roles: tuple[str, ...]) -> None:
    with pytest.raises(RolesConflictError):
        invite(owner, *roles)


def test_an_invitation_is_to_something(owner: Member) -> None:
    with pytest.raises(NoRolesError):
        invite(owner)
    with pytest.raises(members.UnknownRoleError):
        invite(owner, "admin")


@pytest.mark.parametrize("role", ROLES)
def test_who_may_invite_to_what(role: Any) -> None:
    make_member("owner")
    actor = make_member(role)
    for invited in ROLES:
        administers = invited in {"owner", "security"}
        if role == "owner" or (role == "security" and not administers):
            assert invite(actor, invited)
        else:
            with pytest.raises(NotAllowedError):
                invite(actor, invited)


def test_a_conflict_with_another_open_invitation_is_refused(owner: Member) -> None:
    invite(owner, "auditor", address=ADDRESS)
    with pytest.raises(RolesConflictError):
        invite(owner, "support", address=ADDRESS.upper())
    with pytest.raises(AlreadyInvitedError):
        invite(owner, "auditor", address=ADDRESS)


def test_a_conflict_with_another_account_is_refused(owner: Member) -> None:
    clerk = make_member("support")
    act(clerk, known.give_address, ADDRESS)
    with pytest.raises(RolesConflictError):
        invite(owner, "auditor", address=ADDRESS)
    with pytest.raises(AlreadyMemberError):
        invite(owner, "engineer", address=ADDRESS)


def test_a_conflict_that_came_up_meanwhile_is_refused_when_taken(owner: Member) -> None:
    opened = invite(owner, "auditor", address=ADDRESS)
    clerk = make_member("support")
    Account.objects.filter(pk=clerk.account_id).update(person=opened.invitation.person)
    with pytest.raises(UnusableError):
        take(opened)
    assert Invitation.objects.get().used_at is None


def test_roles_that_conflict_with_an_open_invitation_are_not_given(owner: Member) -> None:
    opened = invite(owner, "auditor", address=ADDRESS)
    clerk = make_member()
    Account.objects.filter(pk=clerk.account_id).update(person=opened.invitation.person)
    with pytest.raises(RolesConflictError):
        act(owner, members.set_roles, clerk, {"support"}, at=AT)
    act(owner, invitations.withdraw, opened.invitation)
    act(owner, members.set_roles, clerk, {"support"}, at=AT)


def test_an_invitation_ends_with_the_right_of_whoever_made_it(owner: Member) -> None:
    security = make_member("security")
    opened, other = invite(security, "support"), invite(security, "engineer")
    act(owner, members.set_roles, security, {"support"})
    assert usable("default", opened.token, AT) is None
    with pytest.raises(UnusableError):
        take(opened)
    act(owner, members.set_roles, security, {"security"})
    assert take(opened)
    assert act(owner, members.end, security).invitations == 1
    with pytest.raises(UnusableError):
        take(other)


def test_an_address_is_sealed_and_becomes_the_members_own(owner: Member) -> None:
    opened = invite(owner, "support", address=f"  {ADDRESS} ")
    assert opened.mailed
    letter = mail.letter_of(bytes(OutboxRow.objects.get().body))
    assert letter.template == "access.invited"
    read = act(SYSTEM, mail.open_letter, letter)
    assert read.address is not None
    assert read.address.reveal() == ADDRESS
    assert read.values["link"] == link(opened.token)
    member = take(opened)
    assert act(SYSTEM, known.bearer, known.EMAIL_KIND, ADDRESS) == member.account.person


@pytest.mark.parametrize("address", ["nobody", "a@b", "a b@example.com"])
def test_what_is_no_address_is_refused(owner: Member, address: str) -> None:
    with pytest.raises(OwnError):
        invite(owner, "support", address=address)
    assert not Invitation.objects.exists()


def test_who_did_not_come_is_forgotten(owner: Member) -> None:
    invite(owner, "support", address=ADDRESS)
    act(SYSTEM, invitations.clear, at=AT + 6 * DAY)
    assert Invitation.objects.get().person
    act(SYSTEM, invitations.clear, at=AT + 7 * DAY)
    assert not Invitation.objects.get().person
    assert not Detail.objects.exclude(person="").exists()
    assert invite(owner, "auditor", address=ADDRESS, at=AT + 8 * DAY).mailed
    act(SYSTEM, invitations.clear, at=AT + 9 * DAY)
    assert invitations.open_invitations("default")[0].person
