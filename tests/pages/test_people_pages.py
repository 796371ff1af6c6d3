"""Members in the console: listed, invited, joined, changed, gone; refusals beside successes."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, override_settings
from msgspec.structs import replace

from tests.access.cast import make_member
from tests.pages.html import page_of
from tests.people.factor import give_factor
from tests.people.proof import prove
from troth.access import known, starting
from troth.access.facts import roles_of
from troth.access.models import Freeze, Invitation, Member, MemberRole, Review
from troth.people.models import Detail
from troth.people.reauth import LASTS
from troth.store import transact, transact_as
from troth.store.models import OutboxRow
from troth.wire.smtp_server import SmtpServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys"), pytest.mark.slow]
PASSWORD = "a long and quiet river"
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def begun(published: Any) -> None:  # noqa: ARG001 - the policy names are sealed under
    transact(starting.begin)


@pytest.fixture
def owner(member: Client) -> Member:
    return Member.objects.get(account_id=member.session["_auth_user_id"])


@pytest.fixture
def clerk() -> Member:
    return make_member("support", since=NOW)


def browser_of(signed_in: Member) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    give_factor(signed_in.account)
    client.force_login(signed_in.account)
    prove(client)
    return client


def text(client: Client, path: str, lang: str = "en") -> str:
    answer = client.get(path, headers={"accept-language": lang})
    assert answer.status_code == 200, path
    return page_of(answer).text


def link_in(answer: HttpResponseBase) -> str:
    """Return the path of the link that a page shows once."""
    assert isinstance(answer, HttpResponse)
    found = re.search(r"http://testserver(/console/join/[\w-]{43})<", answer.content.decode())
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", ["Members", "not signed", "Support", "Show the names"]),
        ("zh", ["成员", "未签署", "客服", "显示姓名"]),
    ],
)
def test_the_list_says_who_may_what_and_what_is_due(
    member: Client, clerk: Member, lang: str, says: list[str]
) -> None:
    shown = text(member, "/console/people", lang)
    for sentence in [clerk.handle, *says]:
        assert sentence in shown


def test_the_list_is_searched_and_turned(member: Client, owner: Member) -> None:
    clerks = [make_member("support", since=NOW + timedelta(seconds=n)) for n in range(30)]
    first = text(member, "/console/people")
    assert clerks[0].handle in first
    assert clerks[-1].handle not in first
    assert clerks[-1].handle in text(member, "/console/people?page=2")
    found = text(member, f"/console/people?q={clerks[3].handle.upper()}")
    assert clerks[3].handle in found
    assert clerks[4].handle not in found
    assert owner.handle not in text(member, "/console/people?role=support").split("Search")[1]
    assert "Nobody fits that." in text(member, "/console/people?state=left")
    assert text(member, "/console/people?role=nonsense&state=x&page=99999999")


def test_who_has_a_second_factor_is_told(member: Client, clerk: Member) -> None:
    path = f"/console/people/{clerk.handle}"
    assert "none yet" in text(member, path)
    give_factor(clerk.account)
    assert "none yet" not in text(member, path)
    assert "none yet" not in text(member, "/console/people")


def test_names_are_opened_only_when_asked_for(member: Client, clerk: Member) -> None:
    transact_as(clerk.handle, known.give_name, "Made-up Maria")
    assert "Made-up Maria" not in text(member, "/console/people")
    assert "Made-up Maria" in text(member, "/console/people?names=1")
    assert "Made-up Maria" not in text(member, f"/console/people/{clerk.handle}")
    assert "Made-up Maria" in text(member, f"/console/people/{clerk.handle}?more=1")


def test_an_address_is_shown_to_nobody_but_its_member(member: Client, clerk: Member) -> None:
    transact_as(clerk.handle, known.give_address, "maria@example.com")
    path = f"/console/people/{clerk.handle}?more=1"
    assert "maria@example.com" not in member.get(path).content.decode()
    assert "maria@example.com" in browser_of(clerk).get(path).content.decode()


def test_a_link_is_shown_once_and_makes_a_member(member: Client) -> None:
    answer = member.post("/console/people/invite", {"roles": ["support", "engineer"]})
    path = link_in(answer)
    assert path not in text(member, "/console/people/invite")
    guest = Client(HTTP_ACCEPT_LANGUAGE="en")
    joining = guest.get(path)
    assert "Support" in page_of(joining).text
    assert "no-store" in joining["Cache-Control"]
    refused = guest.post(path, {"password": PASSWORD, "again": "another"})
    assert refused.status_code == 422
    assert guest.post(path, {"password": "short", "again": "short"}).status_code == 422
    assert guest.post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    welcome = page_of(guest.get("/console/joined")).text
    assert "You are a member" in welcome
    assert guest.get("/console/people").status_code == 302
    joined = Invitation.objects.get().member
    assert joined is not None
    assert joined.handle in welcome
    assert roles_of(joined) == {"support", "engineer"}
    assert guest.get(path).status_code == 410
    assert Client().post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 410


def test_where_no_mail_goes_the_link_is_shown_as_well(member: Client) -> None:
    given = {"roles": ["support"], "email": "maria@example.com"}
    shown = page_of(member.post("/console/people/invite", given)).text
    assert "no mail server is set" in shown
    assert "/console/join/" in shown


def test_with_an_address_the_link_is_mailed_and_not_shown(member: Client) -> None:
    given = {"roles": ["support"], "email": "maria@example.com"}
    server = SmtpServer("mail.example.com", 587, "starttls")
    with override_settings(TROTH_SMTP_SERVER=lambda: server):
        shown = page_of(member.post("/console/people/invite", given)).text
    assert "on its way by mail" in shown
    assert "/console/join/" not in shown
    assert OutboxRow.objects.count() == 1
    assert "maria@example.com" not in text(member, "/console/people/invite")


def test_a_link_is_under_the_public_address_whatever_host_was_asked(member: Client) -> None:
    public = replace(settings.CONFIG, url="https://privacy.example.com")
    with override_settings(CONFIG=public):
        answer = member.post("/console/people/invite", {"roles": ["support"]})
    assert "https://privacy.example.com/console/join/" in answer.content.decode()
    forged = member.post(
        "/console/people/invite", {"roles": ["support"]}, headers={"host": "evil.example"}
    )
    assert forged.status_code == 400


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "Choose at least one role."),
        ({"roles": ["support", "owner"]}, "Nobody may be both Owner and Support"),
        ({"roles": ["support"], "email": "nobody"}, "valid email address"),
        ({"roles": ["admin"]}, "Select a valid choice"),
    ],
)
def test_an_invitation_that_is_refused_says_why(
    member: Client, given: dict[str, Any], says: str
) -> None:
    answer = member.post("/console/people/invite", given)
    assert answer.status_code == 422
    assert says in page_of(answer).text
    assert not Invitation.objects.exists()


def test_an_invitation_is_sent_again_and_withdrawn(member: Client) -> None:
    member.post("/console/people/invite", {"roles": ["support"]})
    row = Invitation.objects.get()
    path = link_in(member.post(f"/console/people/invitations/{row.pk}/again"))
    assert member.post(f"/console/people/invitations/{row.pk}/withdraw").status_code == 302
    assert Client().get(path).status_code == 410
    assert member.post(f"/console/people/invitations/{row.pk}/again").status_code == 422
    assert member.post("/console/people/invitations/999/withdraw").status_code == 404


@pytest.mark.parametrize("path", ["/console/join/never", "/console/join/%C3%A9"])
def test_a_link_that_opens_nothing_says_so(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 410
    assert "This link opens nothing" in page_of(answer).text


def test_roles_are_set_and_what_is_refused_is_told(member: Client, clerk: Member) -> None:
    path = f"/console/people/{clerk.handle}/roles"
    assert member.post(path, {"roles": ["auditor"]}).status_code == 302
    assert roles_of(clerk) == {"auditor"}
    late = member.post(path, {"roles": ["engineer"], "seen": "support "})
    assert late.status_code == 422
    assert "Somebody else has set her roles meanwhile" in late.content.decode()
    assert 'name="seen" value="auditor "' in late.content.decode()
    answer = member.post(path, {"roles": ["auditor", "support"]})
    assert answer.status_code == 422
    assert "Nobody may be both" in page_of(answer).text
    assert roles_of(clerk) == {"auditor"}


def test_a_member_is_stopped_and_let_go_on(member: Client, clerk: Member) -> None:
    path = f"/console/people/{clerk.handle}"
    assert member.post(f"{path}/freeze", {"reason": ""}).status_code == 422
    assert member.post(f"{path}/freeze", {"reason": "Canary why"}).status_code == 302
    assert "stopped" in text(member, path)
    assert "Canary why" not in text(member, path)
    assert "Canary why" in text(member, f"{path}?more=1")
    assert member.post(f"{path}/unfreeze", {"reason": "Explained"}).status_code == 302
    assert Freeze.objects.get().lifted_at is not None


def test_a_review_is_noted(member: Client, clerk: Member) -> None:
    member.post(f"/console/people/{clerk.handle}/review", {"reason": "Needs it"})
    assert Review.objects.get().member == clerk


def test_leaving_is_shown_before_it_is_done_and_asks_who_one_is(
    member: Client, clerk: Member
) -> None:
    path = f"/console/people/{clerk.handle}/end"
    assert "The duty of confidentiality" in text(member, path)
    prove(member, ago=LASTS)
    answer = member.post(path)
    assert answer.status_code == 302
    assert "/console/confirm" in answer["Location"]
    assert Member.objects.filter(pk=clerk.pk, left_at=None).exists()
    prove(member)
    assert "goes on" in page_of(member.post(path)).text
    assert not Member.objects.filter(pk=clerk.pk, left_at=None).exists()
    assert member.post(path).status_code == 422
    assert clerk.handle in text(member, "/console/people?state=left")


def test_the_last_owner_does_not_leave(member: Client, owner: Member) -> None:
    answer = member.post(f"/console/people/{owner.handle}/end")
    assert answer.status_code == 422
    assert "This is the last owner" in page_of(answer).text


def test_a_member_who_leaves_by_herself_is_signed_out(member: Client, clerk: Member) -> None:
    browser = browser_of(clerk)
    shown = page_of(browser.post(f"/console/people/{clerk.handle}/end")).text
    assert "Your access has ended" in shown
    assert "Sign out" not in shown
    assert browser.get("/console/people").status_code == 302
    assert member.get("/console/people").status_code == 200


def test_who_may_not_gets_no_form_and_is_refused(clerk: Member, owner: Member) -> None:
    browser = browser_of(clerk)
    shown = browser.get(f"/console/people/{owner.handle}").content.decode()
    assert "<form" not in shown.split("<main")[1]
    assert browser.get("/console/people/invite").status_code == 403
    for verb, given in (
        ("roles", {"roles": ["owner"]}),
        ("freeze", {"reason": "x"}),
        ("review", {}),
    ):
        assert browser.post(f"/console/people/{owner.handle}/{verb}", given).status_code == 403
    assert not Freeze.objects.exists()
    assert MemberRole.objects.filter(member=clerk, until=None).count() == 1


def test_nobody_changes_the_name_of_another(member: Client, clerk: Member, owner: Member) -> None:
    given = {"name": "Made-up Maria", "email": ""}
    assert member.post(f"/console/people/{clerk.handle}/own", given).status_code == 403
    assert member.post(f"/console/people/{owner.handle}/own", given).status_code == 302
    clerk.account.refresh_from_db()
    assert not Detail.objects.filter(person=clerk.account.person, box__isnull=False).exists()


def test_somebody_who_never_was_is_no_page(member: Client) -> None:
    assert member.get("/console/people/nobody-here").status_code == 404
    assert member.post("/console/people/nobody-here/freeze", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize(
    "path", ["/console/people", "/console/people/invite", "/console/undertaking"]
)
def test_strangers_are_sent_to_the_sign_in_page(client: Client, path: str) -> None:
    assert client.get(path)["Location"].startswith("/console/sign-in")
