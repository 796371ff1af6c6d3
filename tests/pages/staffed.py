"""Members of each role, signed in, and what they do on the pages of access."""

from typing import Any

from django.test import Client
from django.urls import reverse

from tests.access.house import BEGAN, PURPOSE, House, act, value_of
from tests.people.factor import give_factor
from tests.people.proof import prove
from troth import vault
from troth.access import views
from troth.access.models import Bulk
from troth.access.roles import Role
from troth.people.models import Account
from troth.store import SYSTEM, Tx
from troth.vault import PersonId

EMAIL = "somebody-0@example.com"
Asked = dict[str, Any]


def enter(staff: House, role: Role, lang: str = "en") -> Client:
    """Return a browser in which a member is signed in."""
    client = Client(HTTP_ACCEPT_LANGUAGE=lang)
    account = Account.objects.get(pk=staff[role].account_id)
    give_factor(account)
    client.force_login(account)
    return client


def name_of(person: PersonId) -> str:
    found = vault.known_pseudonym(Tx("default", BEGAN, SYSTEM), person)
    assert found is not None
    return str(found)


def asked(staff: House, **other: object) -> Asked:
    given: Asked = {
        "what": f"account/{PURPOSE}",
        "scope": "list",
        "persons": name_of(staff.persons[0]),
        "days": "2",
        "reason": "To answer what she asked",
    }
    return given | other


def seen_by_support(staff: House) -> None:
    act(staff["support"], views.view, value_of(staff.persons[0]), None, PURPOSE)


def ask_export(staff: House, **query: str) -> Bulk:
    """Have the auditor ask to take rows out, after one was seen."""
    seen_by_support(staff)
    place = reverse("record-ask", query=query)
    told = enter(staff, "auditor").post(place, {"reason": "For the yearly audit"})
    assert told.status_code == 302
    return Bulk.objects.get()


def proved(staff: House, role: Role, lang: str = "en") -> Client:
    """Return a browser of a member who has just proved who she is."""
    client = enter(staff, role, lang)
    prove(client)
    return client
