"""Coming in by two steps, and one's own account: what is let through, and what is refused."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests.access.limits import count_from_zero
from tests.people.factor import code_of, secret_on
from tests.people.proof import prove
from troth.access.actions import claim_ownership, open_owner_link
from troth.ledger.models import Entry
from troth.people import entering
from troth.people.models import Account, RecoveryCode, SecondFactor
from troth.people.passwords import chosen
from troth.people.reauth import LASTS
from troth.store import transact

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("keys", "kept_connection"),
    pytest.mark.slow,
]
PASSWORD = "a long made-up phrase"
OTHER = "another long made-up phrase"


@pytest.fixture(autouse=True)
def _counted_from_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    count_from_zero(monkeypatch, "troth.site.pages.account")


class Owner:
    """The owner with her code generator: each code she types is of a later half minute."""

    def __init__(self, account: Account, secret: str) -> None:
        self.account, self.secret = account, secret

    def code(self) -> str:
        """Return a code that was not used yet, within the drift that is accepted."""
        SecondFactor.objects.update(last_step=0)
        return code_of(self.secret)

    def first_step(self, client: Client, **more: str) -> Any:
        """Give handle and password."""
        given = {"handle": self.account.handle, "password": PASSWORD, **more}
        return client.post("/console/sign-in", given)

    def come_in(self, client: Client | None = None) -> Client:
        """Take both steps, in a browser of its own."""
        client = client or Client(HTTP_ACCEPT_LANGUAGE="en")
        assert self.first_step(client).status_code == 302
        assert client.post("/console/sign-in/second", {"code": self.code()}).status_code == 302
        return client


@pytest.fixture
def owner(published: Mapping[str, bytes]) -> Owner:  # noqa: ARG001 - the policy secrets are kept under
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    account = transact(claim_ownership, transact(open_owner_link).token, chosen(PASSWORD)).account
    client.post("/console/sign-in", {"handle": account.handle, "password": PASSWORD})
    page = client.get("/console/account/factors")
    secret = secret_on(page.text)
    added = client.post("/console/account/factors", {"code": code_of(secret), "label": "phone"})
    assert "<li><code>" in added.text
    client.post("/console/sign-out")
    return Owner(account, secret)


def test_a_new_member_is_led_to_a_second_factor_before_anything_else(
    published: Mapping[str, bytes],  # noqa: ARG001 - the policy
) -> None:
    account = transact(claim_ownership, transact(open_owner_link).token, chosen(PASSWORD)).account
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.post("/console/sign-in", {"handle": account.handle, "password": PASSWORD})
    for path in ("/console/", "/console/people", "/console/access", "/console/jobs"):
        assert client.get(path)["Location"] == "/console/account/factors"
    page = client.get("/console/account/factors")
    assert "<svg" in page.text
    assert "style=" not in page.text
    assert client.post("/console/account/factors", {"code": "000000"}).status_code == 422
    assert SecondFactor.objects.get().confirmed_at is None


def test_the_secret_is_nowhere_in_the_clear(owner: Owner) -> None:
    factor = SecondFactor.objects.get()
    assert owner.secret.encode() not in bytes(factor.secret)
    bodies = [bytes(body) for body in Entry.objects.values_list("body", flat=True)]
    assert not any(owner.secret.encode() in body for body in bodies)
    assert "otpauth" not in repr(factor)


def test_with_the_first_factor_come_recovery_codes_that_are_shown_once(owner: Owner) -> None:
    client = owner.come_in()
    shown = client.post("/console/account/codes").text
    assert shown.count("<li><code>") == RecoveryCode.objects.count() == 10
    assert "<li><code>" not in client.get("/console/account").text


def test_between_the_steps_one_is_nobody(owner: Owner) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    asked = owner.first_step(client, next="/console/people")
    assert asked["Location"] == "/console/sign-in/second?next=%2Fconsole%2Fpeople"
    assert client.get("/console/people")["Location"].startswith("/console/sign-in?next=")
    done = client.post("/console/sign-in/second", {"code": owner.code(), "next": "/console/people"})
    assert done["Location"] == "/console/people"
    assert client.get("/console/people").status_code == 200


def test_the_second_step_without_the_first_begins_anew() -> None:
    client = Client()
    assert client.get("/console/sign-in/second")["Location"] == "/console/sign-in"
    assert client.post("/console/sign-in/second/passkey").status_code == 403


def test_a_code_is_accepted_once(owner: Owner) -> None:
    code = owner.code()
    first, second = Client(), Client()
    owner.first_step(first)
    owner.first_step(second)
    assert first.post("/console/sign-in/second", {"code": code}).status_code == 302
    assert second.post("/console/sign-in/second", {"code": code}).status_code == 422
    assert second.get("/console/").status_code == 302


@pytest.mark.parametrize("wrong", ["000000", "", "12345", "not a code", "٠٠٠٠٠٠", "1" * 41])
def test_a_wrong_code_lets_nobody_in(owner: Owner, wrong: str) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    owner.first_step(client)
    assert client.post("/console/sign-in/second", {"code": wrong}).status_code == 422
    assert client.get("/console/").status_code == 302


def test_guessing_the_second_step_comes_to_an_end(owner: Owner) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    owner.first_step(client)
    answers = [
        client.post("/console/sign-in/second", {"code": f"{n:06}"}).status_code for n in range(9)
    ]
    assert answers == [422] * 8 + [429]
    late = client.post("/console/sign-in/second", {"code": owner.code()})
    assert late.status_code == 429
    again = Client(HTTP_ACCEPT_LANGUAGE="en")
    owner.first_step(again)
    assert again.post("/console/sign-in/second", {"code": owner.code()}).status_code == 429


def test_a_recovery_code_stands_in_once(owner: Owner) -> None:
    client = owner.come_in()
    page = client.post("/console/account/codes").text
    code = page.split("<li><code>")[1].split("<")[0]
    for status in (302, 422):
        late = Client()
        owner.first_step(late)
        given = {"code": code.upper().replace("-", " ")}
        assert late.post("/console/sign-in/second", given).status_code == status
    assert RecoveryCode.objects.exclude(used_at=None).count() == 1


def test_the_first_step_lapses(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    owner.first_step(client)
    monkeypatch.setattr(entering, "LASTS", timedelta(seconds=-1))
    late = client.post("/console/sign-in/second", {"code": owner.code()})
    assert late["Location"] == "/console/sign-in"


def test_a_password_that_changed_meanwhile_ends_the_first_step(owner: Owner) -> None:
    client = Client()
    owner.first_step(client)
    owner.account.set_password(OTHER)
    owner.account.save()
    late = client.post("/console/sign-in/second", {"code": owner.code()})
    assert late["Location"] == "/console/sign-in"


def test_a_session_somebody_fixed_beforehand_is_not_the_one_signed_in(owner: Owner) -> None:
    client = Client()
    client.get("/console/sign-in")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    fixed = session.session_key
    client.cookies["troth-console"] = fixed or ""
    owner.come_in(client)
    assert client.session.session_key != fixed
    assert "planted" not in client.session
    assert not Session.objects.filter(session_key=fixed).exists()


def test_only_our_own_pages_are_led_to_after_the_second_step(owner: Owner) -> None:
    for evil in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        client = Client()
        owner.first_step(client)
        given = {"code": owner.code(), "next": evil}
        assert client.post("/console/sign-in/second", given)["Location"] == "/console/"


def test_forged_forms_change_nothing(owner: Owner) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner.account)
    for path in ("codes", "password", "sessions/end-others", "factors", "factors/passkey"):
        assert client.post(f"/console/account/{path}").status_code == 403
    assert SecondFactor.objects.count() == 1


def test_where_no_policy_is_in_force_the_console_opens_without_a_factor(
    db: None,  # noqa: ARG001 - the database it writes to
) -> None:
    account = transact(claim_ownership, transact(open_owner_link).token, chosen(PASSWORD)).account
    client = Client()
    client.post("/console/sign-in", {"handle": account.handle, "password": PASSWORD})
    assert client.get("/console/").status_code == 200
    assert client.get("/console/account/factors").status_code == 200


@pytest.mark.parametrize("weak", ["short", "123456789012", "password1234"])
def test_a_weak_password_is_refused_with_the_reason(owner: Owner, weak: str) -> None:
    given = {"now": PASSWORD, "password": weak, "again": weak}
    told = owner.come_in().post("/console/account/password", given)
    assert told.status_code == 422
    assert Account.objects.get().check_password(PASSWORD)


def test_what_binds_asks_once_more_who_it_is(owner: Owner) -> None:
    client = owner.come_in()
    prove(client, ago=LASTS)
    asked = client.post("/console/account/codes")
    assert asked["Location"] == "/console/confirm?next=%2Fconsole%2Faccount%3Fdue%3D1"
    assert RecoveryCode.objects.count() == 10
    wrong = client.post("/console/confirm", {"password": "no"})
    assert wrong.status_code == 422
    right = client.post("/console/confirm", {"password": PASSWORD, "next": "/console/account"})
    assert right["Location"] == "/console/account"
    assert "<li><code>" in client.post("/console/account/codes").text


def test_the_last_second_factor_stays(owner: Owner) -> None:
    client = owner.come_in()
    factor = SecondFactor.objects.get()
    told = client.post(f"/console/account/factors/{factor.pk}/remove")
    assert told.status_code == 422
    assert "your only second factor" in told.text
    assert SecondFactor.objects.count() == 1


def test_nobody_removes_anothers_factor(owner: Owner) -> None:
    client = owner.come_in()
    stranger = Account.objects.create(handle="m-stranger", created_at=datetime.now(UTC))
    theirs = SecondFactor.objects.create(
        account=stranger, kind="passkey", label="x", added_at=datetime.now(UTC)
    )
    assert client.post(f"/console/account/factors/{theirs.pk}/remove").status_code == 404


def test_a_host_that_is_not_ours_is_refused(owner: Owner) -> None:
    client = Client(HTTP_HOST="evil.example")
    assert owner.first_step(client).status_code == 400


def test_an_unknown_handle_costs_as_many_hashes_as_a_wrong_password(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: PLC0415 - counted here

    counted: list[str] = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify

    def encoded(self: Any, *given: Any) -> str:
        counted.append("encode")
        return str(encode(self, *given))

    def verified(self: Any, *given: Any) -> bool:
        counted.append("verify")
        return bool(verify(self, *given))

    monkeypatch.setattr(Argon2PasswordHasher, "encode", encoded)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", verified)
    costs = []
    for handle in (owner.account.handle, "nobody-at-all"):
        counted.clear()
        Client().post("/console/sign-in", {"handle": handle, "password": "wrong wrong wrong"})
        costs.append(len(counted))
    assert costs == [1, 1]


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b'{"rawId": 1}', b'{"rawId": "AA"}'])
def test_a_passkey_that_answers_nonsense_lets_nobody_in(owner: Owner, answer: bytes) -> None:
    client = Client()
    owner.first_step(client)
    assert client.post("/console/sign-in/second/passkey").status_code == 200
    told = client.post(
        "/console/sign-in/second/passkey/answer", answer, content_type="application/json"
    )
    assert told.status_code == 422
    assert client.get("/console/").status_code == 302


def test_pages_of_the_account_are_there_in_chinese(owner: Owner) -> None:
    client = owner.come_in(Client(HTTP_ACCEPT_LANGUAGE="zh"))
    for path in ("/console/account", "/console/account/factors", "/console/confirm"):
        page = client.get(path)
        assert page.status_code == 200
        assert 'lang="zh' in page.text
