"""The tables of access are held to what the ledger tells of them, whatever the verbs have done."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

from tests.access.house import (
    NOW,
    PURPOSE,
    TEXTS,
    House,
    act,
    granted,
    house,
    join,
    opened,
    swear,
    value_of,
    wish,
)
from troth.access import (
    actions,
    cases,
    examinations,
    examinations_log,
    examinations_organisation,
    examinations_rows,
    glass,
    grants,
    invitations,
    known,
    members,
    organisation,
    starting,
    undertakings,
    views,
)
from troth.access.examinations_rows import differences
from troth.access.models import CasePerson, Freeze, Grant, GrantPerson, Member
from troth.access.settings import set_setting
from troth.access.tables import OF_ACCESS, OF_ORGANISATION
from troth.access.told import Told
from troth.ledger import LedgerEntry, record
from troth.ledger.sequencer import integrate_all, open_log
from troth.people.actions import bury
from troth.people.erasure import erase
from troth.people.models import Account
from troth.people.passwords import chosen
from troth.store import SYSTEM, Store, Tx
from troth.vault import PersonId

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys"), pytest.mark.slow]

ALIAS = Store().alias
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PASSWORD = "a long and quiet river"


@pytest.fixture
def staff() -> House:
    found = house()
    open_log(Store())
    return found


def wrong(at_hour: int = 24) -> list[str]:
    integrate_all(Store())
    return differences(ALIAS, NOW + at_hour * HOUR, OF_ACCESS)[1]


def look(staff: House, person: PersonId, at: datetime = NOW) -> None:
    act(staff["support"], views.view, value_of(person), None, PURPOSE, at=at)


def busy_with_grants(staff: House) -> None:
    act(staff["owner"], set_setting, "approvals_needed", 2)
    asked = act(staff["support"], grants.ask, wish(*staff.persons))
    act(staff["privacy-officer"], grants.decide, asked, yes=True, at=NOW + HOUR)
    act(staff["owner"], grants.decide, asked, yes=True, at=NOW + 2 * HOUR)
    refused = act(staff["support"], grants.ask, wish(staff.persons[0]))
    act(staff["owner"], grants.decide, refused, yes=False, at=NOW + HOUR)
    act(staff["support"], grants.ask, wish())
    act(SYSTEM, grants.lapse, at=NOW + 8 * DAY)
    act(staff["support"], grants.end, asked, at=NOW + 3 * HOUR)


def busy_with_cases(staff: House) -> None:
    about = opened(staff, *staff.persons)
    act(staff["owner"], cases.assign, about, staff["support"])
    act(staff["privacy-officer"], cases.take, about)
    act(staff["support"], cases.leave, about, at=NOW + HOUR)
    granted(staff, scope="case", case=about)
    act(staff["owner"], cases.close_case, about, at=NOW + 2 * HOUR)


def busy_with_glass(staff: House) -> None:
    broken = act(staff["support"], glass.break_glass, wish(staff.persons[0]))
    act(staff["owner"], glass.review, broken, justified=True, note="It burned", at=NOW + HOUR / 4)
    act(staff["engineer"], glass.break_glass, wish(staff.persons[0]))


def busy_with_members(staff: House) -> None:
    act(SYSTEM, join, "owner", 2)
    opened_for = act(staff["owner"], invitations.invite, ["support", "engineer"], "", str)
    newcomer = act(SYSTEM, invitations.take, opened_for.token, chosen(PASSWORD))
    swear(newcomer, at=NOW)
    works_on = opened(staff, kind="fault")
    act(newcomer, cases.take, works_on)
    asked = act(newcomer, grants.ask, wish(*staff.persons))
    act(staff["owner"], grants.decide, asked, yes=True)
    act(staff["owner"], members.set_roles, newcomer, ["support"], at=NOW + HOUR)
    act(staff["owner"], members.set_roles, newcomer, ["security"], at=NOW + 2 * HOUR)
    act(staff["owner"], members.set_roles, newcomer, ["support"], at=NOW + 3 * HOUR)
    act(staff["owner"], members.review, newcomer, "She still needs it")
    act(newcomer, cases.take, opened(staff))
    act(staff["owner"], members.freeze, newcomer, "To look at it")
    act(staff["owner"], members.unfreeze, newcomer, "Looked at", at=NOW + HOUR)
    act(staff["owner"], members.freeze, newcomer, "Again", at=NOW + 2 * HOUR)
    act(staff["owner"], members.end, newcomer, at=NOW + 4 * HOUR)


def busy_with_a_yes_that_counts_no_more(staff: House) -> None:
    act(staff["owner"], set_setting, "approvals_needed", 2)
    asked = act(staff["support"], grants.ask, wish(*staff.persons))
    act(staff["privacy-officer"], grants.decide, asked, yes=True)
    act(staff["owner"], members.set_roles, staff["privacy-officer"], {"support"})
    assert act(staff["owner"], grants.decide, asked, yes=True).decided_at is None


def busy_with_an_erasure(staff: House) -> None:
    act(staff["support"], known.give_address, "support@example.com")
    granted(staff, staff.persons[0])
    person = Account.objects.get(pk=staff["support"].account_id).person
    act(staff["owner"], bury, PersonId(person), "asked")


def busy_with_an_alert(staff: House) -> None:
    act(staff["owner"], set_setting, "freeze_on_alert", given=True)
    granted(staff, *staff.persons)
    look(staff, staff.persons[0], at=NOW + 14 * HOUR)
    assert Freeze.objects.exists()


def busy_with_a_link(_staff: House) -> None:
    link = act(SYSTEM, actions.open_new_owner_link)
    act(SYSTEM, actions.claim_ownership, link.token, chosen(PASSWORD))


def busy_with_texts(staff: House) -> None:
    act(staff["owner"], undertakings.publish_text, TEXTS[0] + "新", TEXTS[1] + "New")
    act(staff["support"], undertakings.sign, 2, "Robin Example", "en")


@pytest.mark.parametrize(
    "busy",
    [
        busy_with_grants,
        busy_with_cases,
        busy_with_glass,
        busy_with_members,
        busy_with_an_alert,
        busy_with_an_erasure,
        busy_with_a_yes_that_counts_no_more,
        busy_with_a_link,
        busy_with_texts,
    ],
)
def test_whatever_verbs_do_rows_and_ledger_agree(
    staff: House, busy: Callable[[House], None]
) -> None:
    busy(staff)
    assert wrong() == []
    assert examinations_log.examine(ALIAS, NOW + DAY).verdict == "kept"
    assert examinations.live_grants(ALIAS, NOW + DAY).verdict == "kept"


def test_procedures_and_names_agree_whatever_verbs_do(staff: House) -> None:
    act(SYSTEM, starting.begin)
    act(staff["owner"], organisation.name_responsible, "示例", "Robin", "robin@example.com")
    name = starting.PROCEDURES[0]
    act(staff["owner"], organisation.confirm, name, 1)
    act(staff["owner"], organisation.retire, name, 2)
    assert differences(ALIAS, NOW + DAY, OF_ORGANISATION) == (5, [])
    assert examinations_organisation.examine(ALIAS, NOW + DAY).verdict == "kept"


def test_who_was_erased_since_is_missed_by_nobody(staff: House) -> None:
    opened(staff, *staff.persons)
    granted(staff, *staff.persons)
    look(staff, staff.persons[0])
    erase(staff.persons[0], "asked")
    assert GrantPerson.objects.count() == CasePerson.objects.count() == 1
    assert wrong() == []
    assert examinations.live_grants(ALIAS, NOW + DAY).verdict == "kept"


def test_a_person_who_is_there_and_named_no_more_is_missed(staff: House) -> None:
    given = granted(staff, *staff.persons)
    GrantPerson.objects.filter(person=staff.persons[0]).delete()
    assert wrong() == [f"grant {given.pk}: names others than its entry"]


def test_what_an_older_entry_does_not_tell_is_not_compared(staff: House) -> None:
    def ask_as_before(tx: Tx) -> Grant:
        about = {
            "member": staff["support"].handle,
            "category": "account",
            "purpose": PURPOSE,
            "scope": "all",
            "case": None,
            "persons": 0,
            "hours": 48.0,
            "kind": "asked",
        }
        return Grant.objects.create(
            member=staff["support"],
            category="account",
            purpose=PURPOSE,
            scope="all",
            reason=b"",
            asked_at=tx.now,
            lapses_at=tx.now + DAY,
            life_s=48 * 3600,
            approvals_needed=1,
            entry=record(tx, LedgerEntry("access.grant-asked", about=about)),
        )

    def end_as_before(tx: Tx, given: Grant) -> None:
        Grant.objects.filter(pk=given.pk).update(ended_at=tx.now)
        about = {"member": staff["support"].handle, "grants": 1}
        record(tx, LedgerEntry("access.grants-ended", about=about))

    given = act(SYSTEM, ask_as_before)
    act(staff["owner"], grants.decide, given, yes=True)
    assert wrong() == []
    act(SYSTEM, end_as_before, given, at=NOW + HOUR)
    assert wrong() == []
    Grant.objects.filter(pk=given.pk).update(ended_at=None, until=NOW + 30 * DAY)
    assert wrong() == [f"grant {given.pk}: not what its entries tell"]


def test_what_is_being_committed_meanwhile_is_no_difference(
    staff: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows and entries are read one after the other; a commit in between shows in one alone."""
    told = Told

    def commits_first(*args: Any) -> Told:
        monkeypatch.setattr(examinations_rows, "Told", told)
        granted(staff, *staff.persons)
        return told(*args)

    monkeypatch.setattr(examinations_rows, "Told", commits_first)
    assert wrong() == []
    assert Grant.objects.count() == 1


def test_an_entry_that_tells_of_nothing_is_named_and_breaks_no_control(staff: House) -> None:
    def make_up(tx: Tx) -> None:
        record(tx, LedgerEntry("access.roles-set", about={"member": staff["support"].handle}))
        record(tx, LedgerEntry("access.member-unfrozen", about={"member": "nobody"}))

    act(SYSTEM, make_up)
    assert len(wrong()) == 2
    assert all("tells of no row there could be" in one for one in wrong())


def test_a_row_of_no_entry_is_named(staff: House) -> None:
    made = Member.objects.get(pk=staff["engineer"].pk)
    Member.objects.filter(pk=made.pk).update(entry=None)
    assert f"member {made.pk}: no entry tells of it" in wrong()
    assert f"entry {made.entry}: its member is gone" in wrong()


def test_every_table_written_once_is_asked_for_its_guard() -> None:
    written_once = import_module("troth.access.migrations.0005_written_once")
    asked = examinations_log.GUARDED + examinations_organisation.GUARDED
    assert sorted(asked) == sorted(written_once.TABLES)
