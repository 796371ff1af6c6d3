"""What binds is changed by who has just proved who she is: roles, links, settings, an address."""

from datetime import timedelta
from typing import Any

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

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_connection")]
CONFIRM = "/console/confirm?next="
BINDS: list[tuple[Role, str, tuple[str, ...], dict[str, Any], str]] = [
    ("owner", "person-roles", ("support-1",), {"roles": ["engineer"]}, "/console/people/support-1"),
    ("owner", "person-unfreeze", ("support-1",), {"reason": "x"}, "/console/people/support-1"),
    ("owner", "person-own", ("owner-1",), {"email": "x@example.com"}, "/console/people/owner-1"),
    ("owner", "invite", (), {"roles": ["support"]}, "/console/people/invite"),
    ("owner", "invitation-again", ("1",), {}, "/console/people/invite"),
    (
        "owner",
        "access-setting",
        ("approvals_needed",),
        {"value": "2"},
        "/console/organisation/settings",
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
    assert (asked.status_code, asked["Location"]) == (302, CONFIRM + back.replace("/", "%2F"))
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
