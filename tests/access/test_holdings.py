"""What is held of a member, and who looked at somebody's data, is told; it ends after she left."""

import msgspec
import pytest

from tests.access.house import NOW, House, act, granted, house, value_of
from tests.people.holding import DAY, SECOND, entries, expired, ledger_holds, places, told
from tests.versions.cast import default_policy
from troth.access import cases, known, members, views
from troth.access.models import Case, Freeze, Grant, Member
from troth.access.sign_in import UNDER
from troth.people import erasure, factors, holdings
from troth.people.models import Detail, SecondFactor
from troth.policy.read import read
from troth.store import SYSTEM
from troth.vault import PersonId

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
HALF_A_YEAR = 180 * DAY
THREE_YEARS = 1095 * DAY


@pytest.fixture
def the_house() -> House:
    """Return a house whose support has a name and a code generator, and asked to see somebody."""
    found = house()
    support = found["support"]
    act(support, known.give_name, "Sam Support")
    act(support, factors.begin_totp, support.account, "Sam's phone", "Troth", UNDER)
    granted(found, found.persons[0])
    return found


def person_of(member: Member) -> PersonId:
    return PersonId(Member.objects.get(pk=member.pk).account.person)


def leave(the_house: House) -> None:
    act(the_house["owner"], members.end, the_house["support"])


def test_a_member_is_told_what_she_gave_and_what_was_written(the_house: House) -> None:
    support = the_house["support"]
    found = told(person_of(support), "staff-access", NOW)
    assert [(one[0], one[1]) for one in found] == [
        ("staff-account.handle", "support-1"),
        ("staff-account.role", "support"),
        ("undertaking.name", "Robin Example"),
        ("staff-account.second_factor", "Sam's phone"),
        ("access-log.reason", "To answer what they asked"),
        ("staff-account.name", "Sam Support"),
    ]
    secret = SecondFactor.objects.get().secret
    assert bytes(secret) not in str(found).encode()
    exported = [one["facts"]["category"] for one in entries("people.exported")]
    assert sorted(exported) == ["access-log", "staff-account", "staff-account", "undertaking"]
    assert ledger_holds()


def test_a_person_is_told_who_looked_by_role_and_what_was_written_to_her_case(
    the_house: House,
) -> None:
    first, second = the_house.persons
    act(the_house["support"], views.view, value_of(first), None, "rights", at=NOW + SECOND)
    act(SYSTEM, cases.open_case, "question", [first], "She asked twice", at=NOW + 2 * SECOND)
    (_, looked, asked) = told(first, at=NOW + DAY)
    assert msgspec.json.decode(looked[1]) == {
        "role": "support",
        "field": "account.email",
        "purpose": "rights",
        "allowed": True,
    }
    assert asked[:3] == ("access-log.reason", "She asked twice", NOW + 2 * SECOND)
    assert [one[0] for one in told(second, at=NOW + DAY)] == ["account.email"]


def test_a_note_goes_with_the_person_whose_key_sealed_it(the_house: House) -> None:
    """Else the next person of the case would be taken for hers."""
    persons = sorted(the_house.persons)
    case = act(SYSTEM, cases.open_case, "question", persons, "She asked twice")
    notes = [one[1] for person in persons for one in told(person, at=NOW) if "reason" in one[0]]
    assert notes == ["She asked twice"]
    erasure.erase(persons[0], "asked")
    assert bytes(Case.objects.get(pk=case.pk).because) == b""
    assert [one[0] for one in told(persons[1], at=NOW)] == ["account.email"]


def test_what_a_member_gave_goes_half_a_year_after_she_left(the_house: House) -> None:
    support = the_house["support"]
    person = person_of(support)
    assert expired(NOW + 20 * THREE_YEARS, staff_account=180) == {}
    leave(the_house)
    assert expired(NOW + HALF_A_YEAR - SECOND) == {}
    assert expired(NOW + HALF_A_YEAR, 1) == {"access": 1}
    assert not Detail.objects.filter(person=person).exists()
    assert SecondFactor.objects.exists()
    assert expired(NOW + HALF_A_YEAR) == {"access": 1}
    assert not SecondFactor.objects.exists()
    told_of = [one["about"] for one in entries("access.expired")]
    assert told_of == [{"rows": {"staff-account": 1}, "days": {"staff-account": 180}}] * 2
    assert [one[0] for one in told(person, "staff-access", NOW)][-1] == "access-log.reason"
    assert ledger_holds()


def test_who_is_back_keeps_what_she_gave(the_house: House) -> None:
    leave(the_house)
    person = person_of(the_house["support"])
    again = the_house["engineer"]
    again.account.person = person
    again.account.save()
    assert expired(NOW + HALF_A_YEAR, staff_account=180) == {}
    Member.objects.filter(pk=again.pk).update(left_at=NOW)
    assert expired(NOW + HALF_A_YEAR, staff_account=180) == {"access": 2}


def test_notes_go_three_years_after_what_they_are_about_has_ended(the_house: House) -> None:
    owner, support = the_house["owner"], the_house["support"]
    act(owner, members.freeze, support, "To look at it")
    days = {"access_log": 1095}
    assert expired(NOW + THREE_YEARS - SECOND, **days) == {}
    assert expired(NOW + THREE_YEARS, **days) == {"access": 1}
    assert bytes(Grant.objects.get().reason) == b""
    assert bytes(Freeze.objects.get().reason) != b""
    Freeze.objects.update(lifted_at=NOW)
    assert expired(NOW + THREE_YEARS, **days) == {"access": 1}
    assert bytes(Freeze.objects.get().reason) == b""


def test_what_is_sealed_is_declared_and_counted_while_it_opens(the_house: House) -> None:
    person = person_of(the_house["support"])
    assert places() == {
        "account.email": 2,
        "access-log.reason": 1,
        "staff-account.name": 1,
        "staff-account.second_factor": 1,
        "undertaking.name": len(the_house.members),
    }
    declared = read(default_policy()).register.category
    for place in holdings.stored_all("default"):
        assert place.made or place.field in declared[place.category].fields
        assert len(place.version) == 64
    erasure.erase(person, "asked")
    assert places() == {"account.email": 2, "undertaking.name": len(the_house.members) - 1}
