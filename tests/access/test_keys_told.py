"""A key that reads values is told to who governs; any other key to nobody."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.access.house import House, act, house
from troth.access import keys, known
from troth.access.roles import ROLES
from troth.people.mail import letter_of
from troth.sites.actions import Wanted
from troth.store.models import OutboxRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
READS = Wanted(site="main", kind="secret", label="Back end", scopes=frozenset({"records", "uses"}))


@pytest.fixture
def staff() -> House:
    """Return a house in which everybody can be written to."""
    found = house()
    for role in ROLES:
        act(found[role], known.give_address, f"{role}@example.com")
    return found


def told(staff: House) -> list[str]:
    """Return to whom of the house the outbox holds a mail about a key, and empty it."""
    persons = {}
    for one in staff.members.values():
        one.account.refresh_from_db()
        persons[one.account.person] = one.account.handle
    letters = [letter_of(bytes(body)) for body in OutboxRow.objects.values_list("body", flat=True)]
    OutboxRow.objects.all().delete()
    return sorted(persons[one.person] for one in letters if one.template == "access.key-reads")


def test_a_key_that_reads_values_is_told_to_who_governs(staff: House) -> None:
    made = act(staff["engineer"], keys.make, READS)
    assert told(staff) == ["owner-1", "privacy-officer-1"]
    act(staff["engineer"], keys.rotate, made.key.pk, timedelta(0), "")
    assert told(staff) == ["owner-1", "privacy-officer-1"], "the one in its place reads, too"


def test_who_made_it_is_not_told_of_it(staff: House) -> None:
    act(staff["owner"], keys.make, READS)
    assert told(staff) == ["privacy-officer-1"]


@pytest.mark.parametrize(
    "other",
    [
        replace(READS, test=True),
        replace(READS, scopes=frozenset({"records", "consents", "assertions"})),
        replace(READS, site="app", kind="publishable", scopes=frozenset({"consents"})),
    ],
    ids=["test mode", "no uses", "publishable"],
)
def test_of_a_key_that_reads_nothing_nobody_is_told(staff: House, other: Wanted) -> None:
    act(staff["engineer"], keys.make, other)
    assert told(staff) == []
