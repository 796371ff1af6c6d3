"""Members sign in by handle and password; strangers learn nothing and may not try for ever."""

import secrets
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from tests.access.limits import count_from_zero
from tests.people.factor import give_factor
from troth.access import sign_in as door
from troth.access.actions import end_expired_sessions
from troth.access.facts import member_of
from troth.access.models import Member, MemberRole
from troth.people.actions import open_account
from troth.people.models import Account
from troth.people.passwords import chosen
from troth.store import transact
from troth.store.models import Signal
from troth.store.rate import Limit

pytestmark = pytest.mark.django_db
PASSWORD = "a long and quiet river"


@pytest.fixture
def owner() -> Member:
    account = transact(open_account, "owner", chosen(PASSWORD))
    member = Member.objects.create(account=account, since=datetime.now(UTC))
    MemberRole.objects.create(member=member, role="owner", since=member.since, given_by="test")
    return member


@pytest.fixture(autouse=True)
def _counted_from_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    count_from_zero(monkeypatch)


def request_from(address: str = "192.0.2.1", session: str | None = None) -> HttpRequest:
    request = RequestFactory().post("/console/sign-in", REMOTE_ADDR=address)
    request.session = SessionStore(session)
    request.user = AnonymousUser()
    return request


def test_a_member_signs_in_and_gets_a_fresh_session(owner: Member) -> None:
    request = request_from()
    request.session["before"] = True
    request.session.save()
    before = request.session.session_key
    assert door.sign_in(request, f" {owner.account.handle.upper()} ", PASSWORD).member == owner
    assert request.session.session_key != before
    assert member_of(request) == owner
    assert Account.objects.get().last_login is not None


@pytest.mark.parametrize(
    ("handle", "password"), [("", PASSWORD), ("owner-nobody", PASSWORD), ("right", "wrong")]
)
def test_a_wrong_handle_or_password_is_refused_alike(
    owner: Member, handle: str, password: str
) -> None:
    handle = owner.account.handle if handle == "right" else handle
    request = request_from()
    assert door.sign_in(request, handle, password) == door.SignIn(None, 0)
    assert member_of(request) is None


def test_an_account_that_is_closed_or_no_member_is_refused(owner: Member) -> None:
    other = transact(open_account, "person", chosen(PASSWORD))
    assert door.sign_in(request_from(), other.handle, PASSWORD).member is None
    Account.objects.filter(pk=owner.account.pk).update(is_active=False)
    assert door.sign_in(request_from(), owner.account.handle, PASSWORD).member is None


def test_too_many_tries_on_one_handle_must_wait_whoever_tries(
    owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "PER_HANDLE", Limit(secrets.token_hex(4), 2, 600))
    for number in range(2):
        assert door.sign_in(request_from(f"192.0.2.{number}"), "owner-x", "no").wait_seconds == 0
    assert door.sign_in(request_from("192.0.2.9"), "owner-x", "no").wait_seconds > 0
    assert door.sign_in(request_from("192.0.2.9"), owner.account.handle, PASSWORD).member == owner


def test_too_many_tries_from_one_address_must_wait_even_with_the_password(
    owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "PER_ADDRESS", Limit(secrets.token_hex(4), 2, 600))
    for number in range(2):
        door.sign_in(request_from(), f"owner-{number}", "no")
    refused = door.sign_in(request_from(), owner.account.handle, PASSWORD)
    assert refused.member is None
    assert refused.wait_seconds > 0
    assert door.sign_in(request_from("192.0.2.2"), owner.account.handle, PASSWORD).member == owner


def test_an_address_that_must_wait_spends_nobody_elses_tries(
    owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "PER_ADDRESS", Limit(secrets.token_hex(4), 1, 600))
    monkeypatch.setattr(door, "PER_HANDLE", Limit(secrets.token_hex(4), 2, 600))
    for _ in range(5):
        door.sign_in(request_from(), owner.account.handle, "no")
    assert door.sign_in(request_from("192.0.2.3"), owner.account.handle, PASSWORD).member == owner


def test_a_success_counts_from_zero_again(owner: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "PER_HANDLE", Limit(secrets.token_hex(4), 2, 600))
    for _ in range(3):
        assert door.sign_in(request_from(), owner.account.handle, "no").wait_seconds == 0
        assert door.sign_in(request_from(), owner.account.handle, PASSWORD).member == owner


def test_a_changed_password_ends_every_session(owner: Member) -> None:
    here, there = request_from(), request_from()
    for request in (here, there):
        door.sign_in(request, owner.account.handle, PASSWORD)
        request.session.save()
    assert member_of(reopened(there)) == owner
    owner.account.set_password("another long river")
    owner.account.save()
    assert member_of(reopened(here)) is None
    assert member_of(reopened(there)) is None


def test_a_session_that_has_ended_is_deleted_and_another_is_not() -> None:
    lives, ended = SessionStore(), SessionStore()
    lives.set_expiry(60)
    ended.set_expiry(-60)
    for session in (lives, ended):
        session.save()
    transact(end_expired_sessions)
    assert [row.session_key for row in Session.objects.all()] == [lives.session_key]


def test_signing_out_ends_the_session_in_the_store_too(owner: Member) -> None:
    request = request_from()
    door.sign_in(request, owner.account.handle, PASSWORD)
    request.session.save()
    key = request.session.session_key
    door.sign_out(request)
    assert not Session.objects.filter(session_key=key).exists()
    assert member_of(request) is None


def test_a_page_for_members_sends_strangers_to_the_sign_in_page(owner: Member) -> None:
    @door.members_only
    def page(_request: HttpRequest) -> HttpResponse:
        return HttpResponse("board")

    request = request_from()
    assert page(request).status_code == 302
    assert page(request)["Location"].startswith("/console/sign-in?next=")
    door.sign_in(request, owner.account.handle, PASSWORD)
    give_factor(owner.account)
    answer = page(request)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"


def reopened(request: HttpRequest) -> HttpRequest:
    """The next request of the same browser."""
    from django.contrib.auth import get_user  # noqa: PLC0415 - needs settings

    request.session.save()
    following = request_from(session=request.session.session_key)
    following.user = get_user(following)
    return following


def test_an_office_behind_one_address_signs_in_as_often_as_it_likes(
    owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "PER_ADDRESS", Limit(secrets.token_hex(4), 3, 600))
    for _ in range(40):
        assert door.sign_in(request_from(), owner.account.handle, PASSWORD).member == owner


def test_who_guesses_between_sign_ins_of_her_own_must_wait(
    owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "PER_ADDRESS", Limit(secrets.token_hex(4), 3, 600))
    for number in range(3):
        assert door.sign_in(request_from(), f"owner-{number}", "no").wait_seconds == 0
        door.sign_in(request_from("192.0.2.8"), owner.account.handle, PASSWORD)
    assert door.sign_in(request_from(), owner.account.handle, PASSWORD).wait_seconds > 0


def test_who_fails_too_often_is_told_of_without_saying_who(
    owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "PER_ADDRESS", Limit(secrets.token_hex(4), 3, 600))
    for number in range(5):
        door.sign_in(request_from(), f"{owner.account.handle}{number}", "no")
    signal = Signal.objects.get(kind=door.FAILURES)
    assert (signal.times, signal.key, signal.about) == (1, "", {})
