"""The one door: a view opens what a live grant or an open case covers, and leaves a trace."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tests.access.house import (
    BEGAN,
    NOW,
    PURPOSE,
    House,
    act,
    frozen,
    granted,
    house,
    join,
    opened,
    swear,
    value_of,
    wish,
)
from troth import vault
from troth.access import cases, glass, grants, undertakings, views
from troth.access.known import give_address
from troth.access.models import Case, Freeze, Grant, View
from troth.access.objects import NotAllowedError
from troth.access.settings import set_setting
from troth.ledger.models import Entry
from troth.ledger.sequencer import integrate_all, open_log
from troth.ledger.verify import verify
from troth.ledger.verify.data import DataSource
from troth.people.erasure import erase
from troth.people.mail import letter_of
from troth.store import SYSTEM, Store
from troth.store.models import OutboxRow
from troth.versions import facts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def staff() -> House:
    return house()


def look(
    staff: House, at: Any = NOW, case: Case | None = None, who: str = "support", person: int = 0
) -> views.Viewed:
    """Have a member look at a person's address."""
    member = staff.members[who]  # type: ignore[index]  # a role
    return act(member, views.view, value_of(staff.persons[person]), case, PURPOSE, at=at)


def mailed(template: str) -> list[str]:
    """Return to whom the outbox holds a mail."""
    letters = [letter_of(bytes(row.body)) for row in OutboxRow.objects.filter(kind="mail")]
    return [str(one.person) for one in letters if one.template == template]


def code(seen: views.Viewed) -> str:
    return seen.decision.reason.code


def test_a_live_grant_opens_the_value_and_cites_the_statement(staff: House) -> None:
    given = granted(staff, staff.persons[0])
    seen = look(staff)
    assert seen.plain is not None
    assert seen.plain.reveal() == "somebody-0@example.com"
    assert seen.decision.statement == "protection.access"
    row = View.objects.get()
    assert (row.allowed, row.reason, row.grant, row.role) == (
        True,
        "view-granted",
        given,
        "support",
    )
    entry = Entry.objects.get(pk=str(row.entry))
    assert entry.subject == row.subject
    assert b"somebody-0" not in bytes(entry.body)


def test_without_a_grant_nothing_is_opened_and_the_attempt_is_recorded(staff: House) -> None:
    seen = look(staff)
    assert (code(seen), seen.plain) == ("grant-missing", None)
    assert View.objects.get().allowed is False


def test_a_grant_opens_nobody_else(staff: House) -> None:
    granted(staff, staff.persons[0])
    assert code(look(staff, person=1)) == "grant-missing"


def test_a_grant_of_all_opens_everybody(staff: House) -> None:
    granted(staff)
    assert [code(look(staff, person=n)) for n in (0, 1)] == ["view-granted"] * 2


def test_a_grant_opens_for_its_purpose_alone(staff: House) -> None:
    granted(staff, staff.persons[0])
    sealed = value_of(staff.persons[0])
    seen = act(staff["support"], views.view, sealed, None, "security")
    assert code(seen) == "grant-missing"
    undeclared = act(staff["support"], views.view, sealed, None, "visitor-count")
    assert code(undeclared) == "purpose-undeclared"


def test_at_its_end_a_grant_opens_nothing(staff: House) -> None:
    given = granted(staff, staff.persons[0])
    assert given.until is not None
    assert code(look(staff, at=given.until - timedelta(seconds=1))) == "view-granted"
    assert code(look(staff, at=given.until)) == "grant-missing"


def test_a_grant_that_was_ended_opens_nothing(staff: House) -> None:
    act(staff["security"], grants.end, granted(staff, staff.persons[0]))
    assert code(look(staff)) == "grant-missing"


def test_a_request_nobody_decided_opens_nothing(staff: House) -> None:
    act(staff["support"], grants.ask, wish(staff.persons[0]))
    assert code(look(staff)) == "grant-missing"


def test_without_a_current_undertaking_a_grant_opens_nothing(staff: House) -> None:
    granted(staff, staff.persons[0], life=timedelta(days=30))
    texts = ("承诺对所见信息永远保密。" * 10, "I keep what I see to myself for ever. " * 10)
    act(staff["owner"], undertakings.publish_text, *texts, at=NOW + timedelta(hours=1))
    later = NOW + timedelta(hours=2)
    assert code(look(staff, at=later)) == "undertaking-missing"
    swear(staff["support"], at=later)
    assert code(look(staff, at=later + timedelta(minutes=1))) == "view-granted"


def test_a_frozen_member_sees_nothing_until_it_is_lifted(staff: House) -> None:
    granted(staff, staff.persons[0])
    freeze = frozen(staff["support"])
    assert code(look(staff)) == "access-frozen"
    Freeze.objects.filter(pk=freeze.pk).update(lifted_at=NOW)
    assert code(look(staff)) == "view-granted"


def test_an_overdue_review_stops_access(staff: House) -> None:
    late = BEGAN + timedelta(days=93)
    granted(staff, staff.persons[0], at=late)
    assert code(look(staff, at=late)) == "review-overdue"


def test_a_case_opens_its_person_for_who_works_on_it_while_it_is_open(staff: House) -> None:
    case = opened(staff, staff.persons[0])
    assert code(look(staff, case=case)) == "grant-missing"
    act(staff["support"], cases.take, case)
    assert code(look(staff, case=case)) == "view-granted"
    assert View.objects.latest("pk").case == case
    assert code(look(staff, case=case, person=1)) == "grant-missing"
    assert code(look(staff)) == "grant-missing", "named by no case there is none"
    act(staff["support"], cases.close_case, case)
    assert code(look(staff, case=case)) == "grant-missing"


def test_who_gives_a_case_back_sees_nothing_more(staff: House) -> None:
    case = opened(staff, staff.persons[0])
    act(staff["support"], cases.take, case)
    act(staff["support"], cases.leave, case)
    assert code(look(staff, case=case)) == "grant-missing"


def test_a_case_opens_for_its_kinds_purposes_alone(staff: House) -> None:
    case = opened(staff, staff.persons[0])
    act(staff["support"], cases.take, case)
    sealed = value_of(staff.persons[0])
    assert code(act(staff["support"], views.view, sealed, case, "legal")) == "grant-missing"


def test_nobody_takes_a_case_she_opened_herself(staff: House) -> None:
    case = act(staff["support"], cases.open_case, "question", staff.persons[:1])
    with pytest.raises(cases.OwnCaseError):
        act(staff["support"], cases.take, case)
    with pytest.raises(NotAllowedError):
        act(staff["support"], cases.assign, case, staff["support"])
    act(staff["privacy-officer"], cases.assign, case, staff["support"])
    assert code(look(staff, case=case)) == "view-granted"


def test_a_case_is_given_to_the_roles_of_its_kind_alone(staff: House) -> None:
    case = opened(staff, kind="fault")
    for who in ("support", "auditor"):
        with pytest.raises(cases.WrongRoleError):
            act(staff["privacy-officer"], cases.assign, case, staff.members[who])


@pytest.mark.parametrize("who", ["owner", "security", "auditor"])
def test_who_administers_or_audits_opens_no_door(staff: House, who: str) -> None:
    with pytest.raises(NotAllowedError):
        look(staff, who=who)
    assert View.objects.count() == 0


def test_nobody_but_a_member_opens_the_door(staff: House) -> None:
    from troth.access.acting import NoMemberError  # noqa: PLC0415 - for one line

    with pytest.raises(NoMemberError):
        act(SYSTEM, views.view, value_of(staff.persons[0]), None, PURPOSE)


def test_an_erased_person_is_seen_by_nobody(staff: House) -> None:
    granted(staff)
    sealed = value_of(staff.persons[0])
    erase(staff.persons[0], "asked")
    with pytest.raises(vault.ErasedError):
        act(staff["support"], views.view, sealed, None, PURPOSE)


def seen_one_after_another(crowd: House, at: Any = NOW) -> list[str]:
    """Have support look at each person, a minute after the other."""
    return [
        code(look(crowd, at=at + timedelta(minutes=number), person=number))
        for number in range(len(crowd.persons))
    ]


def test_under_leave_for_everybody_few_persons_are_seen_in_any_hour() -> None:
    crowd = house(6)
    granted(crowd)
    assert seen_one_after_another(crowd) == ["view-granted"] * 4 + ["persons-many"] * 2
    assert View.objects.filter(reason="persons-many", allowed=False).count() == 2
    again = NOW + timedelta(minutes=30)
    assert code(look(crowd, at=again, person=3)) == "view-granted", "whom she saw is no new one"
    assert code(look(crowd, at=NOW + timedelta(minutes=59), person=5)) == "persons-many"
    assert code(look(crowd, at=NOW + timedelta(minutes=60), person=5)) == "view-granted"
    assert code(look(crowd, at=NOW + timedelta(minutes=60), person=4)) == "persons-many"


def test_how_many_may_be_seen_in_an_hour_is_a_setting() -> None:
    crowd = house(2)
    act(crowd["owner"], set_setting, "persons_per_hour", 1)
    granted(crowd)
    assert seen_one_after_another(crowd) == ["view-granted", "persons-many"]


def test_whom_a_list_names_is_seen_however_many_they_are() -> None:
    crowd = house(6)
    granted(crowd, *crowd.persons)
    assert seen_one_after_another(crowd) == ["view-granted"] * 6


def test_whom_a_case_names_is_seen_and_takes_no_place_of_others() -> None:
    crowd = house(6)
    granted(crowd)
    case = opened(crowd, *crowd.persons[:5])
    act(crowd["support"], cases.take, case)
    on_case = [code(look(crowd, case=case, person=number)) for number in range(5)]
    assert on_case == ["view-granted"] * 5
    assert code(look(crowd, at=NOW + timedelta(minutes=1), person=5)) == "view-granted"


def test_broken_glass_opens_at_once_for_half_an_hour(staff: House) -> None:
    broken = act(staff["support"], glass.break_glass, wish(staff.persons[0]))
    assert code(look(staff)) == "view-granted"
    assert broken.grant.life == glass.LIFE
    late = NOW + glass.LIFE
    assert code(look(staff, at=late)) == "grant-missing"
    assert Entry.objects.filter(kind="access.glass-broken").count() == 1
    assert b'"life_s":1800' in bytes(Entry.objects.get(kind="access.grant-asked").body)


def test_who_gave_an_address_is_mailed_and_the_others_are_told_in_the_console(
    staff: House,
) -> None:
    act(staff["owner"], give_address, "owner@example.com")
    broken = act(staff["support"], glass.break_glass, wish(staff.persons[0]))
    assert broken.told == ["owner-1"]
    assert sorted(broken.unmailed) == ["privacy-officer-1", "security-1"]
    staff["owner"].account.refresh_from_db()
    assert mailed("access.glass-broken") == [staff["owner"].account.person]


def test_where_nobody_gave_an_address_nobody_is_said_to_be_mailed(staff: House) -> None:
    broken = act(staff["support"], glass.break_glass, wish(staff.persons[0]))
    assert broken.told == []
    assert sorted(broken.unmailed) == ["owner-1", "privacy-officer-1", "security-1"]
    assert mailed("access.glass-broken") == []


def test_a_freeze_and_an_overdue_review_do_not_hinder_breaking_glass(staff: House) -> None:
    late = BEGAN + timedelta(days=93)
    frozen(staff["support"])
    act(staff["support"], glass.break_glass, wish(staff.persons[0]), at=late)
    assert code(look(staff, at=late)) == "view-granted"


def test_glass_is_not_broken_again_before_it_was_reviewed_by_another(staff: House) -> None:
    broken = act(staff["support"], glass.break_glass, wish(staff.persons[0]))
    again = NOW + timedelta(hours=1)
    with pytest.raises(glass.UnreviewedError):
        act(staff["support"], glass.break_glass, wish(staff.persons[0]), at=again)
    with pytest.raises(NotAllowedError):
        act(staff["support"], glass.review, broken, True, "It was me")  # noqa: FBT003 - the finding
    act(staff["owner"], glass.review, broken, justified=True, note="A leak had to be stopped")
    act(staff["support"], glass.break_glass, wish(staff.persons[0]), at=again)
    assert code(look(staff, at=again)) == "view-granted"


def test_a_review_ends_what_is_left_of_it(staff: House) -> None:
    broken = act(staff["support"], glass.break_glass, wish(staff.persons[0]))
    act(staff["owner"], glass.review, broken, justified=False, note="There was no need")
    assert code(look(staff)) == "grant-missing"
    with pytest.raises(grants.SettledError):
        act(staff["owner"], glass.review, broken, justified=True, note="Again")


def test_glass_is_not_broken_for_all_nor_by_the_unsworn() -> None:
    unsworn = house(sworn=False)
    with pytest.raises(grants.GrantError):
        act(unsworn["support"], glass.break_glass, wish())
    with pytest.raises(glass.NotSwornError):
        act(unsworn["support"], glass.break_glass, wish(unsworn.persons[0]))
    assert Grant.objects.count() == 0


def test_what_was_viewed_can_be_decided_again_after_all_of_it_is_gone(staff: House) -> None:
    open_log(Store())
    granted(staff, staff.persons[0])
    look(staff)
    look(staff, person=1)
    erase(staff.persons[0], "asked")
    integrate_all(Store())
    report = verify(DataSource("default", lambda: facts.all_files("default")))
    assert report.holds, report.findings


def test_a_row_of_the_record_is_never_changed(staff: House) -> None:
    look(staff)
    with pytest.raises(DatabaseError), transaction.atomic():
        View.objects.update(allowed=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        View.objects.all().delete()


def test_a_colleague_of_the_same_role_has_her_own_grants(staff: House) -> None:
    granted(staff, staff.persons[0])
    colleague = act(SYSTEM, join, "support", 2)
    swear(colleague)
    seen = act(colleague, views.view, value_of(staff.persons[0]), None, PURPOSE)
    assert code(seen) == "grant-missing"
