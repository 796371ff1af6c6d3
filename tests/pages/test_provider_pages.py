"""Signing in by the company's own provider: whom it lets in, and what it refuses."""

import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests.access.limits import count_from_zero
from tests.pages.idp import CLIENT, SECRET, SUBJECT, Idp, running
from troth.access.actions import claim_ownership, open_owner_link
from troth.people.models import Account, Detail, SignedIn
from troth.people.passwords import chosen
from troth.people.provider import Provider
from troth.people.published import forget_description
from troth.site.pages import provider as pages
from troth.store import transact
from troth.store.rate import Limit
from troth.wire import http

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("keys", "kept_connection"),
    pytest.mark.slow,
]
PASSWORD = "a long made-up phrase"
BACK = "/console/sign-in/provider/back"


@pytest.fixture
def idp(settings: Any) -> Iterator[Idp]:
    forget_description()
    with running() as made:
        settings.TROTH_PROVIDER = lambda: set_to(made)
        yield made


def set_to(made: Idp, *, private: bool = True) -> Provider:
    return Provider(
        issuer=made.issuer, client_id=CLIENT, secret=SECRET, private=private, name="Made-up Door"
    )


@pytest.fixture(autouse=True)
def _counted_from_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    count_from_zero(monkeypatch, "troth.site.pages.provider")


@pytest.fixture
def account(published: Mapping[str, bytes]) -> Account:  # noqa: ARG001 - the policy it is kept under
    return transact(claim_ownership, transact(open_owner_link).token, chosen(PASSWORD)).account


def browser() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="en")


def member_here(account: Account) -> Client:
    client = browser()
    client.post("/console/sign-in", {"handle": account.handle, "password": PASSWORD})
    return client


def sent_to(client: Client, then: str = "") -> str:
    answer = client.post("/console/sign-in/provider", {"next": then})
    assert answer.status_code == 200
    address = str(answer.context["address"])
    assert f'content="0;url={escape(address)}"' in answer.text
    return address


def link(client: Client, idp: Idp) -> Any:
    page = client.post("/console/account/provider/link")
    assert page.status_code == 200
    assert "Go on at Made-up Door" in page.text
    return client.get(BACK, idp.approve(page.context["address"]))


def test_a_linked_member_signs_in_by_the_provider(account: Account, idp: Idp) -> None:
    here = member_here(account)
    linked = link(here, idp)
    assert linked["Location"] == "/console/account?done=linked"
    assert "✓" in here.get("/console/account").text
    other = browser()
    assert "Sign in with Made-up Door" in other.get("/console/sign-in").text
    answer = other.get(BACK, idp.approve(sent_to(other, "/console/account")))
    assert answer["Location"] == "/console/account"
    assert other.get("/console/account").status_code == 200
    assert SignedIn.objects.filter(by="provider").count() == 1


def test_nothing_of_the_number_is_kept_in_clear(account: Account, idp: Idp) -> None:
    link(member_here(account), idp)
    row = Detail.objects.get(field="provider_subject")
    assert row.box is not None
    assert SUBJECT.encode() not in bytes(row.box)


def test_linking_asks_again_who_it_is(account: Account, idp: Idp) -> None:
    here = browser()
    here.force_login(account)
    answer = here.post("/console/account/provider/link")
    assert (answer.status_code, "/console/confirm" in answer["Location"]) == (302, True)
    assert idp.codes == {}


def test_her_own_second_factor_is_still_due(
    account: Account, idp: Idp, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(member_here(account), idp)
    monkeypatch.setattr("troth.people.factors.has_factor", lambda _: True)
    other = browser()
    answer = other.get(BACK, idp.approve(sent_to(other)))
    assert answer["Location"].startswith("/console/sign-in/second")
    assert other.get("/console/account").status_code == 302
    idp.claims = {"amr": ["pwd", "otp"]}  # asked for by the provider, it is not asked for twice
    assert other.get(BACK, idp.approve(sent_to(other)))["Location"] == "/console/"


def test_what_the_provider_says_confirms_nothing(account: Account, idp: Idp) -> None:
    here = member_here(account)
    link(here, idp)
    idp.claims = {"amr": ["mfa"], "auth_time": 1}
    other = browser()
    other.get(BACK, idp.approve(sent_to(other)))
    assert other.get("/console/account").status_code == 200
    asked = other.post("/console/account/provider/unlink")
    assert asked["Location"].startswith("/console/confirm")
    done = here.post("/console/account/provider/unlink")
    assert done["Location"].endswith("done=unlinked")


def test_an_account_nobody_linked_is_nobody(account: Account, idp: Idp) -> None:
    link(member_here(account), idp)
    idp.claims = {"sub": SUBJECT.upper()}
    other = browser()
    answer = other.get(BACK, idp.approve(sent_to(other)))
    assert answer.status_code == 422
    assert "No member signs in by this account." in answer.text
    assert SignedIn.objects.filter(by="provider").count() == 0


def test_an_unlinked_account_lets_nobody_in(account: Account, idp: Idp) -> None:
    here = member_here(account)
    link(here, idp)
    assert here.post("/console/account/provider/unlink")["Location"].endswith("done=unlinked")
    other = browser()
    assert other.get(BACK, idp.approve(sent_to(other))).status_code == 422


def test_an_answer_is_good_once_and_for_the_browser_that_began(account: Account, idp: Idp) -> None:
    link(member_here(account), idp)
    hers = browser()
    given = idp.approve(sent_to(hers))
    stranger = browser()
    refused = stranger.get(BACK, given)
    assert (refused.status_code, "is not yours" in refused.text) == (422, True)
    sent_to(stranger)  # has begun something, but not this
    assert stranger.get(BACK, given).status_code == 422
    assert hers.get(BACK, given).status_code == 302
    assert hers.get(BACK, given).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [{"nonce": "another"}, {"aud": "other"}, {"iss": "https://other.example.com"}, {"exp": 1}],
)
def test_a_token_that_does_not_hold_lets_nobody_in(
    account: Account, idp: Idp, wrong: dict[str, Any]
) -> None:
    link(member_here(account), idp)
    idp.claims = wrong
    other = browser()
    answer = other.get(BACK, idp.approve(sent_to(other)))
    assert (answer.status_code, "was not accepted" in answer.text) == (422, True)


def test_what_the_provider_refuses_is_told(account: Account, idp: Idp) -> None:  # noqa: ARG001 - a server with an owner
    other = browser()
    state = parse_qs(urlsplit(sent_to(other)).query)["state"][0]
    answer = other.get(BACK, {"error": "access_denied", "state": state})
    assert (answer.status_code, "did not let you in" in answer.text) == (422, True)
    sent_to(other)
    assert other.get(BACK, {"code": "x"}).status_code == 422


def test_a_provider_that_is_down_or_another_is_told(
    account: Account,  # noqa: ARG001 - a server with an owner
    idp: Idp,
    settings: Any,
) -> None:
    idp.told_issuer = "https://other.example.com"
    assert browser().post("/console/sign-in/provider").status_code == 422
    idp.told_issuer = ""
    settings.TROTH_PROVIDER = lambda: set_to(idp, private=False)
    refused = browser().post("/console/sign-in/provider")
    assert (refused.status_code, "does not answer" in refused.text) == (422, True)


def test_it_leads_to_no_page_of_another_site(account: Account, idp: Idp) -> None:
    link(member_here(account), idp)
    other = browser()
    answer = other.get(BACK, idp.approve(sent_to(other, "https://evil.example.com/")))
    assert answer["Location"] == "/console/"


def test_an_account_is_linked_to_one_member(account: Account, idp: Idp) -> None:
    here = member_here(account)
    link(here, idp)
    assert link(here, idp).status_code == 302  # her own once more is no fault


def test_without_a_provider_there_is_no_such_page(account: Account) -> None:
    assert browser().post("/console/sign-in/provider").status_code == 404
    assert "provider" not in member_here(account).get("/console/account").text


@pytest.mark.usefixtures("idp")
def test_a_stranger_who_begins_again_and_again_has_little_fetched_and_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fetched: list[str] = []
    get = http.get

    def counted(url: str, **more: Any) -> http.Answer:
        fetched.append(url)
        return get(url, **more)

    monkeypatch.setattr(http, "get", counted)
    monkeypatch.setattr(pages, "PER_NETWORK", Limit(secrets.token_hex(4), 20, 600))
    answers = [browser().post("/console/sign-in/provider").status_code for _ in range(25)]
    assert answers == [200] * 20 + [422] * 5
    assert len(fetched) == 1
    assert Session.objects.count() == 20
    soon = datetime.now(UTC) + timedelta(minutes=11)
    assert not Session.objects.filter(expire_date__gt=soon).exists()


def test_a_link_begins_no_sign_in_and_keeps_nothing(account: Account, idp: Idp) -> None:  # noqa: ARG001 - a server with an owner
    other = browser()
    answer = other.get("/console/sign-in/provider", {"next": "/console/account"})
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/console/sign-in?next=%2Fconsole%2Faccount",
    )
    assert not Session.objects.exists()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/console/sign-in/provider").status_code == 403
    assert not Session.objects.exists()


def test_a_first_factor_is_not_set_up_on_the_providers_word_alone(
    account: Account, idp: Idp
) -> None:
    link(member_here(account), idp)
    other = browser()
    other.get(BACK, idp.approve(sent_to(other)))
    asked = other.get("/console/account/factors")
    assert asked["Location"].startswith("/console/confirm")
    assert other.post("/console/account/factors/passkey").status_code == 403
    other.post("/console/confirm", {"password": PASSWORD, "next": "/console/account/factors"})
    assert other.get("/console/account/factors").status_code == 200


def test_who_comes_in_by_the_provider_stays_as_long_as_anybody(idp: Idp, account: Account) -> None:
    client = member_here(account)
    link(client, idp)
    guest = browser()
    guest.get(BACK, idp.approve(sent_to(guest)))
    later = datetime.now(UTC) + timedelta(hours=1)
    assert Session.objects.filter(expire_date__gt=later).count() == 2


def test_who_signs_in_again_where_she_is_signed_in_begins_afresh(
    account: Account, idp: Idp
) -> None:
    here = member_here(account)
    link(here, idp)
    idp.claims = {"amr": ["mfa"]}
    here.get(BACK, idp.approve(sent_to(here)))
    assert here.get("/console/account").status_code == 200
    assert here.post("/console/account/provider/unlink")["Location"].startswith("/console/confirm")
