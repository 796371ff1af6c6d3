"""What binds is changed by who has just proved who she is: roles, links, settings, an address."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from tests.access.house import House, act
from tests.pages.staffed import enter, proved
from tests.people.proof import prove
from troth.access import members
from troth.access.facts import roles_of
from troth.access.models import Freeze, Invitation, MemberRole, Setting
from troth.access.roles import Role
from troth.people.models import Detail
from troth.people.reauth import LASTS, WRITING

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_connection"), pytest.mark.slow]
CONFIRM = "/console/confirm?next="
LINK = re.compile(r'href="(/console/confirm[^"]*)"')
BINDS: list[tuple[Role, str, tuple[str, ...], dict[str, Any], str]] = [
    (
        "owner",
        "person-roles",
        ("support-1",),
        {"roles": ["engineer"]},
        "/console/people/support-1?due=1",
    ),
    (
        "owner",
        "person-unfreeze",
        ("support-1",),
        {"reason": "x"},
        "/console/people/support-1?due=1",
    ),
    (
        "owner",
        "person-own",
        ("owner-1",),
        {"email": "x@example.com"},
        "/console/people/owner-1?more=1&due=1",
    ),
    ("owner", "invite", (), {"roles": ["support"]}, "/console/people/invite?due=1"),
    (
        "owner",
        "access-setting",
        ("approvals_needed",),
        {"value": "2"},
        "/console/organisation/settings?due=1&open=approvals_needed",
    ),
]


def counted() -> tuple[int, ...]:
    """Return how many rows there are of all that could be changed here."""
    lifted = Freeze.objects.exclude(lifted_at=None)
    rows = (Invitation.objects, Setting.objects, Detail.objects, MemberRole.objects, lifted)
    return tuple(one.count() for one in rows)


@pytest.mark.parametrize(("role", "name", "args", "given", "back"), BINDS)
def test_who_has_not_proved_herself_changes_nothing_and_is_asked(
    staff: House, role: Role, name: str, args: tuple[str, ...], given: dict[str, Any], back: str
) -> None:
    act(staff["security"], members.freeze, staff["support"], "a lost device")
    client, before = enter(staff, role), counted()
    asked = client.post(reverse(name, args=args), given)
    assert (asked.status_code, asked["Location"]) == (302, CONFIRM + quote(back, safe=""))
    prove(client, ago=WRITING + timedelta(seconds=1))
    assert client.post(reverse(name, args=args), given)["Location"].startswith(CONFIRM)
    assert counted() == before


def test_a_form_that_was_open_a_while_is_still_taken(staff: House) -> None:
    client = enter(staff, "owner")
    prove(client, ago=LASTS + timedelta(minutes=5))
    place = reverse("person-roles", args=["support-1"])
    assert client.post(place, {"roles": ["engineer"], "seen": "support"}).status_code == 302
    assert roles_of(staff["support"]) == {"engineer"}


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ("/console/people/support-1", 'name="roles"'),
        ("/console/people/owner-1?more=1", 'name="email"'),
        ("/console/people/invite", 'name="roles"'),
        ("/console/organisation/settings", 'name="value"'),
    ],
)
def test_a_page_offers_the_proof_first_and_then_the_form(
    staff: House, place: str, field: str
) -> None:
    before = enter(staff, "owner").get(place).text
    assert field not in before
    assert 'href="/console/confirm?next=/console/' in before
    asked = parse_qs(urlsplit(unescape(LINK.findall(before)[0])).query)["next"][0]
    back = proved(staff, "owner").get(urlsplit(asked)._replace(fragment="").geturl())
    assert back.status_code == 200
    assert f'id="{urlsplit(asked).fragment}"' in back.text or not urlsplit(asked).fragment
    after = proved(staff, "owner").get(place).text
    assert field in after
    assert "/console/confirm" not in after


def test_what_was_refused_stays_to_be_mended(staff: House) -> None:
    client = enter(staff, "owner")
    prove(client, ago=LASTS + timedelta(minutes=5))
    told = client.post(reverse("invite"), {"roles": [], "email": "somebody@example.com"})
    assert told.status_code == 422
    assert 'value="somebody@example.com"' in told.text


def test_stopping_a_members_access_asks_for_nothing(staff: House) -> None:
    client: Client = enter(staff, "security")
    place = reverse("person-freeze", args=["support-1"])
    assert client.post(place, {"reason": "a lost device"}).status_code == 302
    assert Freeze.objects.filter(lifted_at=None).count() == 1


def test_a_new_link_is_made_for_who_has_just_proved_herself(staff: House) -> None:
    client = proved(staff, "owner")
    client.post(reverse("invite"), {"roles": ["support"]})
    made = Invitation.objects.get()
    again = reverse("invitation-again", args=[made.pk])
    prove(client, ago=LASTS)
    asked = client.post(again)
    assert asked["Location"] == CONFIRM + quote("/console/people/invite?due=1", safe="")
    assert Invitation.objects.get().token_hash == made.token_hash
    assert "please do it again" in client.get("/console/people/invite?due=1").text
    prove(client)
    assert client.post(again).status_code == 200
    assert Invitation.objects.get().token_hash != made.token_hash


def test_what_asks_for_no_proof_and_is_refused_offers_no_form_that_does(staff: House) -> None:
    client = enter(staff, "owner")
    told = client.post(reverse("person-freeze", args=["support-1"]), {"reason": ""})
    assert told.status_code == 422
    assert 'name="roles"' not in told.text
    assert "/console/confirm?next=/console/people/support-1%23roles" in told.text


@pytest.mark.parametrize(
    ("role", "name", "args", "status"),
    [
        ("support", "person-roles", ("engineer-1",), 403),
        ("support", "person-own", ("engineer-1",), 403),
        ("owner", "person-roles", ("nobody",), 404),
        ("support", "access-setting", ("approvals_needed",), 403),
        ("owner", "access-setting", ("nothing",), 404),
        ("support", "invite", (), 403),
        ("owner", "invitation-again", ("999",), 404),
    ],
)
def test_who_may_not_and_what_is_not_there_is_told_before_any_proof(
    staff: House, role: Role, name: str, args: tuple[str, ...], status: int
) -> None:
    assert enter(staff, role).post(reverse(name, args=args)).status_code == status
