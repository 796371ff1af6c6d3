"""Sessions and secrets of an account: seen, ended, never guessed without end, gone with it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from msgspec.structs import replace

from tests.pages.test_account_pages import OTHER, PASSWORD, Owner
from tests.pages.test_account_pages import _counted_from_zero as _counted_from_zero  # noqa: PLC0414 - a fixture
from tests.pages.test_account_pages import owner as owner  # noqa: PLC0414 - a fixture
from tests.people.factor import code_of, secret_on
from troth.access import sign_in as door
from troth.access.actions import claim_ownership, end_expired_sessions, open_owner_link
from troth.ledger.models import Entry
from troth.people import factors, holdings, sessions
from troth.people.mail import letter_of
from troth.people.models import Account, RecoveryCode, SecondFactor, SignedIn
from troth.people.passwords import chosen
from troth.people.sessions import Proof
from troth.people.values import person_of
from troth.people.values import replace as keep_values
from troth.store import transact
from troth.store.models import OutboxRow

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("keys", "kept_connection"),
    pytest.mark.slow,
]


def claimed() -> Account:
    """Return the account of an owner who has no second factor yet."""
    return transact(claim_ownership, transact(open_owner_link).token, chosen(PASSWORD)).account


def came_in(account: Account) -> Client:
    """Return a browser that was signed in by the password alone."""
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.post("/console/sign-in", {"handle": account.handle, "password": PASSWORD})
    return client


def test_the_first_factor_ends_what_was_signed_in_by_the_password_alone(
    published: Mapping[str, bytes],  # noqa: ARG001 - the policy secrets are kept under
) -> None:
    account = claimed()
    hers, thief = came_in(account), came_in(account)
    for client in (hers, thief):
        assert client.get("/console/account").status_code == 200
    secret = secret_on(hers.get("/console/account/factors").text)
    hers.post("/console/account/factors", {"code": code_of(secret), "label": ""})
    assert hers.get("/console/").status_code == 200
    assert thief.get("/console/")["Location"].startswith("/console/sign-in")


def test_the_secret_of_a_pending_generator_is_shown_to_the_session_that_began_it_alone(
    published: Mapping[str, bytes],  # noqa: ARG001 - the policy secrets are kept under
) -> None:
    account = claimed()
    hers, thief = came_in(account), came_in(account)
    secret = secret_on(hers.get("/console/account/factors").text)
    assert secret_on(hers.get("/console/account/factors").text) == secret
    assert secret_on(thief.get("/console/account/factors").text) != secret
    late = hers.post("/console/account/factors", {"code": code_of(secret), "label": ""})
    assert (late.status_code, "does not fit" in late.text) == (422, True)  # another took its place
    fresh = secret_on(late.text)
    added = hers.post("/console/account/factors", {"code": code_of(fresh), "label": ""})
    assert added.status_code == 200
    thief.post("/console/sign-in", {"handle": account.handle, "password": PASSWORD})
    thief.post("/console/sign-in/second", {"code": code_of(secret)})
    assert thief.get("/console/")["Location"].startswith("/console/sign-in")


def test_a_second_first_factor_and_a_sign_in_that_was_under_way_come_too_late(
    published: Mapping[str, bytes],  # noqa: ARG001 - the policy secrets are kept under
) -> None:
    account = claimed()
    keys = {}
    for who in ("hers", "thief"):
        keys[who] = came_in(account).session.session_key or ""
    for who in ("hers", "thief"):
        new = factors.NewFactor("", keys[who], proved=True)
        passkey = factors.Passkey(who.encode(), b"key", 0)
        if who == "hers":
            transact(factors.add_passkey, account, new, passkey)
        else:
            with pytest.raises(factors.UnprovenError):
                transact(factors.add_passkey, account, new, passkey)
    assert [bytes(one.credential) for one in SecondFactor.objects.all()] == [b"hers"]
    late = SessionStore()
    late.create()
    alone = Proof("password", alone=True)
    assert transact(sessions.note, account, late.session_key or "", "", alone) is False
    assert not Session.objects.filter(session_key=late.session_key).exists()


def test_the_password_one_has_is_not_guessed_without_end(owner: Owner) -> None:
    client = owner.come_in()
    given = {"now": "no", "password": OTHER, "again": OTHER}
    answers = [client.post("/console/account/password", given).status_code for _ in range(9)]
    assert answers == [422] * 8 + [429]
    assert client.post("/console/account/password", given | {"now": PASSWORD}).status_code == 429


def test_who_used_a_recovery_code_is_told_by_mail(owner: Owner) -> None:
    person = transact(person_of, owner.account)
    under = replace(door.UNDER, beside=frozenset({"handle", "password"}))
    transact(keep_values, "test.address", person, {"email": "owner@example.com"}, under)
    page = owner.come_in().post("/console/account/codes").text
    code = page.split("<li><code>")[1].split("<")[0]
    late = Client()
    owner.first_step(late)
    late.post("/console/sign-in/second", {"code": code})
    letter = letter_of(bytes(OutboxRow.objects.get(kind="mail").body))
    assert letter.template == "people.recovery-used"


def test_an_erased_persons_factors_and_sessions_go_too(owner: Owner) -> None:
    client = owner.come_in()
    person = transact(person_of, owner.account)
    transact(holdings.erase, person)
    assert SecondFactor.objects.count() == RecoveryCode.objects.count() == 0
    assert SignedIn.objects.count() == 0
    assert client.get("/console/account")["Location"].startswith("/console/sign-in")


def test_sessions_are_seen_and_ended_one_by_one_and_all_others(owner: Owner) -> None:
    here, there, elsewhere = (owner.come_in() for _ in range(3))
    assert SignedIn.objects.count() == 3
    page = here.get("/console/account").text
    assert page.count("/end") >= 2
    other = SignedIn.objects.get(session=there.session.session_key)
    assert here.post(f"/console/account/sessions/{other.pk}/end").status_code == 302
    assert there.get("/console/")["Location"].startswith("/console/sign-in")
    here.post("/console/account/sessions/end-others")
    assert elsewhere.get("/console/")["Location"].startswith("/console/sign-in")
    assert here.get("/console/account").status_code == 200


def test_a_session_is_seen_while_it_is_used_and_forgotten_when_it_is_no_more(
    owner: Owner,
) -> None:
    client = owner.come_in()
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    SignedIn.objects.update(seen_at=long_ago)
    client.get("/console/account")
    assert SignedIn.objects.get().seen_at > long_ago
    Session.objects.all().delete()
    transact(end_expired_sessions)
    assert SignedIn.objects.count() == 0


def test_a_session_that_began_as_its_account_was_ended_is_none(owner: Owner) -> None:
    noted = Entry.objects.filter(kind="people.signed-in").count()
    session = SessionStore()
    session.create()
    Account.objects.filter(pk=owner.account.pk).update(is_active=False)
    key = session.session_key or ""
    assert transact(sessions.note, owner.account, key, "Firefox", Proof("password")) is False
    assert not Session.objects.filter(session_key=key).exists()
    assert not SignedIn.objects.filter(session=key).exists()
    assert Entry.objects.filter(kind="people.signed-in").count() == noted


def test_nobody_ends_anothers_session(owner: Owner) -> None:
    client = owner.come_in()
    stranger = Account.objects.create(handle="m-stranger", created_at=datetime.now(UTC))
    theirs = SignedIn.objects.create(
        account=stranger,
        session="x" * 32,
        browser="",
        by="password",
        since=datetime.now(UTC),
        seen_at=datetime.now(UTC),
        entry=SignedIn.objects.latest("pk").entry,
    )
    assert client.post(f"/console/account/sessions/{theirs.pk}/end").status_code == 404
    assert SignedIn.objects.filter(pk=theirs.pk).exists()


def test_a_changed_password_ends_all_other_sessions(owner: Owner) -> None:
    here, there = owner.come_in(), owner.come_in()
    given = {"now": PASSWORD, "password": OTHER, "again": OTHER}
    assert here.post("/console/account/password", given | {"now": "no"}).status_code == 422
    assert there.get("/console/account").status_code == 200
    before = here.session.session_key
    assert here.post("/console/account/password", given).status_code == 302
    assert there.get("/console/account").status_code == 302
    assert here.get("/console/account").status_code == 200
    assert here.session.session_key != before
    assert Entry.objects.filter(kind="people.password-changed").count() == 1
