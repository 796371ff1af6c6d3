"""Access in the console: asking, deciding, cases, the door, the map, the record, broken glass."""

from datetime import UTC, datetime
from typing import cast

import pytest
from django.urls import reverse

from tests.access.house import PURPOSE, House, act, granted, wish
from tests.pages.staffed import (
    EMAIL,
    Asked,
    ask_export,
    asked,
    enter,
    name_of,
    proved,
    seen_by_support,
)
from troth.access import cases, glass, log
from troth.access.known import give_address
from troth.access.models import Break, Bulk, Case, Grant, View
from troth.access.roles import Role
from troth.people.models import Detail
from troth.store import SYSTEM

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("keys", "kept_connection"),
    pytest.mark.slow,
]


def test_what_is_asked_waits_for_another_and_opens_once_it_is_approved(staff: House) -> None:
    support, officer = enter(staff, "support"), enter(staff, "privacy-officer")
    made = support.post(reverse("access-ask"), asked(staff))
    assert made.status_code == 302
    grant = Grant.objects.get()
    assert "To answer what she asked" in officer.get(reverse("grant", args=[grant.pk])).text
    assert "account" in officer.get(reverse("access")).text.lower()
    told = officer.post(
        reverse("grant-decide", args=[grant.pk]), {"do": "approve", "note": "For two days"}
    )
    assert told.status_code == 302
    page = support.get(reverse("grant", args=[grant.pk])).text
    assert "For two days" in page
    subject = reverse("subject", args=[name_of(staff.persons[0])])
    covered = support.get(subject).text
    assert EMAIL not in covered
    number = covered.split('name="value" value="')[1].split('"')[0]
    seen = support.post(subject, {"value": number, "use": PURPOSE})
    assert EMAIL in seen.text
    assert seen.headers["Cache-Control"] == "no-store"
    assert View.objects.get().allowed is True


def test_what_is_held_is_told_to_whom_a_grant_or_case_is_about_it(staff: House) -> None:
    support = enter(staff, "support")
    subject = reverse("subject", args=[name_of(staff.persons[0])])
    value = str(Detail.objects.get(person=staff.persons[0], field="email").pk)
    for page in (support.get(subject), support.post(subject, {"value": value, "use": PURPOSE})):
        assert 'name="value"' not in page.text
        assert "No grant and no case of yours" in page.text
    assert not View.objects.exists()


@pytest.mark.parametrize("number", ["x", "9" * 5_000, "-1", ""])
def test_a_number_of_no_row_opens_nothing(staff: House, number: str) -> None:
    support = enter(staff, "support")
    subject = reverse("subject", args=[name_of(staff.persons[0])])
    given = {"value": number, "case": number, "use": PURPOSE}
    assert support.post(subject, given).status_code == 200
    assert not View.objects.exists()


def test_the_door_says_why_it_stays_shut_and_names_the_statement(staff: House) -> None:
    granted(staff, staff.persons[0], at=datetime.now(UTC))
    support = enter(staff, "support")
    subject = reverse("subject", args=[name_of(staff.persons[0])])
    number = support.get(subject).text.split('name="value" value="')[1].split('"')[0]
    seen = support.post(subject, {"value": number, "use": "account"}).text
    assert EMAIL not in seen
    assert "The member has no grant." in seen
    assert "protection.access" in seen
    assert View.objects.get().allowed is False


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"days": "400"}, "at most: 30"),
        ({"days": ""}, "at most: 30"),
        ({"days": "1000000000000"}, "less than or equal to 3660"),
        ({"persons": "nobody-at-all"}, "stands for nobody"),
        ({"persons": ""}, "Name 1 to"),
        ({"reason": ""}, "Please say why"),
        ({"what": "shoe-size/support"}, "valid choice"),
        ({"what": "account/advertising"}, "valid choice"),
        ({"what": ""}, "Choose what you need to see, and for what."),
        ({"scope": "case", "case": ""}, "Name a case"),
    ],
)
def test_a_wrong_request_is_told_at_its_place_and_nothing_is_kept(
    staff: House, wrong: Asked, says: str
) -> None:
    told = enter(staff, "support").post(reverse("access-ask"), asked(staff, **wrong))
    assert told.status_code == 422
    assert says in told.text
    assert Grant.objects.count() == 0


@pytest.mark.parametrize("role", ["owner", "security", "auditor"])
def test_who_may_not_ask_is_told_so(staff: House, role: Role) -> None:
    client = enter(staff, role)
    assert client.get(reverse("access-ask")).status_code == 403
    assert client.get(reverse("glass")).status_code == 403
    assert client.get(reverse("subject", args=[name_of(staff.persons[0])])).status_code == 403
    assert "Ask to see something" not in client.get(reverse("access")).text


def test_another_members_request_is_seen_by_who_watches_and_by_nobody_else(staff: House) -> None:
    enter(staff, "support").post(reverse("access-ask"), asked(staff))
    place = reverse("grant", args=[Grant.objects.get().pk])
    assert enter(staff, "engineer").get(place).status_code == 403
    assert enter(staff, "auditor").get(place).status_code == 200
    assert "grant-" not in enter(staff, "engineer").get(reverse("requests")).text


def test_a_case_is_taken_opens_its_person_and_closes(staff: House) -> None:
    case = act(SYSTEM, cases.open_case, "question", staff.persons[:1], "About her address")
    support = enter(staff, "support")
    assert "About her address" not in support.get(reverse("case", args=[case.pk])).text
    assert support.post(reverse("case-take", args=[case.pk])).status_code == 302
    place = reverse("case", args=[case.pk])
    assert "About her address" not in support.get(place).text
    assert "About her address" in support.get(f"{place}?more=1").text
    assert View.objects.get().category == "access-log"
    subject = reverse("subject", args=[name_of(staff.persons[0])])
    number = support.get(subject).text.split('name="value" value="')[1].split('"')[0]
    given = {"value": number, "use": PURPOSE, "case": str(case.pk)}
    assert EMAIL in support.post(subject, given).text
    assert support.post(reverse("case-close", args=[case.pk])).status_code == 302
    assert EMAIL not in support.post(subject, given).text


def test_who_opens_a_case_is_told_that_another_gives_it(staff: House) -> None:
    support = enter(staff, "support")
    given = {"kind": "question", "persons": name_of(staff.persons[0]), "reason": ""}
    support.post(reverse("cases"), given)
    case = Case.objects.get()
    refused = support.post(reverse("case-take", args=[case.pk]))
    assert refused.status_code == 422
    assert "another member has to give it to you" in refused.text
    owner = enter(staff, "owner")
    owner.post(reverse("case-give", args=[case.pk]), {"handle": staff["support"].handle})
    assert case.members.get().given_by == staff["owner"].handle


def test_broken_glass_is_said_beforehand_and_reviewed_by_another(staff: House) -> None:
    support, owner = enter(staff, "support"), enter(staff, "owner")
    assert "30 minutes" in support.get(reverse("glass")).text
    assert support.post(reverse("glass"), asked(staff, reason="")).status_code == 422
    assert support.post(reverse("glass"), asked(staff)).status_code == 302
    broken = Break.objects.get()
    place = reverse("glass-review", args=[broken.pk])
    assert place in owner.get(reverse("access")).text
    assert support.get(place).status_code == 403
    assert "To answer what she asked" in owner.get(place).text
    assert owner.post(place, {"do": "justified", "note": ""}).status_code == 422
    assert owner.post(place, {"do": "justified", "note": "There was a need"}).status_code == 302
    assert Break.objects.get().justified is True


def test_the_map_shows_who_can_see_what_to_who_may_look(staff: House) -> None:
    support, officer = enter(staff, "support"), enter(staff, "privacy-officer")
    assert "Nobody holds a grant" in officer.get(reverse("access-map")).text
    support.post(reverse("access-ask"), asked(staff))
    grant = Grant.objects.get()
    officer.post(reverse("grant-decide", args=[grant.pk]), {"do": "approve", "note": ""})
    page = officer.get(reverse("access-map")).text
    assert staff["support"].handle in page
    assert "by name" in page
    assert support.get(reverse("access-map")).status_code == 403


def test_the_record_is_searched_and_taken_out_with_a_second(staff: House) -> None:
    auditor, owner = enter(staff, "auditor"), proved(staff, "owner")
    assert auditor.post(reverse("record-ask"), {"reason": "Why"}).status_code == 422
    waiting = ask_export(staff)
    assert "The member has no grant." in auditor.get(reverse("record")).text
    assert "Nothing was viewed" in auditor.get(reverse("record"), {"answer": "yes"}).text
    assert auditor.post(reverse("record-ask"), {"reason": ""}).status_code == 422
    assert "waits for another member" in auditor.get(reverse("record")).text
    early = auditor.post(reverse("record-export", args=[waiting.pk]))
    assert early.status_code == 422
    assert "Another member has to confirm exactly this first" in early.text
    owner.post(reverse("bulk", args=[waiting.pk]), {"do": "approve"})
    assert "Take the file" in auditor.get(reverse("record")).text
    taken = auditor.post(reverse("record-export", args=[waiting.pk]))
    assert taken.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert taken.text.splitlines()[0] == "\ufeff" + ",".join(log.COLUMNS)
    assert "grant-missing" in taken.text
    assert auditor.post(reverse("record-export", args=[waiting.pk])).status_code == 422
    assert "taken out" in auditor.get(reverse("record")).text


def test_who_confirms_reads_who_asks_why_and_for_what(staff: House) -> None:
    waiting = ask_export(staff, member=staff["support"].handle, answer="no")
    place, owner = reverse("bulk", args=[waiting.pk]), enter(staff, "owner")
    assert place in owner.get(reverse("access")).text
    page = owner.get(place).text
    for told in ("auditor-1", "For the yearly audit", "support-1", "refused", "1 row ·"):
        assert told in page
    assert "access.log-export" not in page
    assert "1 row of the record" in owner.get(reverse("access")).text


def test_who_confirms_proves_who_she_is_and_answers_once(staff: House) -> None:
    waiting = ask_export(staff)
    place = reverse("bulk", args=[waiting.pk])
    unproved = enter(staff, "owner").post(place, {"do": "approve"})
    assert reverse("confirm") in unproved.headers["Location"]
    assert Bulk.objects.get().decided_at is None
    owner = proved(staff, "owner")
    assert owner.post(place, {"do": "refuse"}).status_code == 302
    assert Bulk.objects.get().confirmed is False
    late = owner.post(place, {"do": "approve"})
    assert late.status_code == 422
    assert "This was decided already" in late.text
    assert Bulk.objects.get().confirmed is False


def test_nobody_confirms_her_own_and_support_confirms_nothing(staff: House) -> None:
    place = reverse("bulk", args=[ask_export(staff).pk])
    for role in ("auditor", "support", "engineer"):
        client = proved(staff, role)
        assert client.get(place).status_code == 403
        assert client.post(place, {"do": "approve"}).status_code == 403
    assert Bulk.objects.get().decided_at is None


def test_a_confirmation_reads_in_chinese_too(staff: House) -> None:
    page = enter(staff, "owner", "zh").get(reverse("bulk", args=[ask_export(staff).pk])).text
    assert "申请人" in page
    assert "For the yearly audit" in page


@pytest.mark.parametrize("place", ["board", "access"])
def test_broken_glass_stands_above_the_pages_of_who_reviews_it_until_it_is(
    staff: House, place: str
) -> None:
    assert "has broken the glass" not in enter(staff, "owner").get(reverse(place)).text
    broken = act(staff["support"], glass.break_glass, wish(staff.persons[0]))
    review = reverse("glass-review", args=[broken.pk])
    for role in ("owner", "privacy-officer", "security"):
        page = enter(staff, role).get(reverse(place)).text
        assert "support-1 has broken the glass" in page
        assert review in page
    for role in ("support", "auditor", "engineer"):
        assert (
            "has broken the glass" not in enter(staff, cast("Role", role)).get(reverse(place)).text
        )
    act(staff["owner"], glass.review, broken, justified=True, note="There was a need")
    assert "has broken the glass" not in enter(staff, "security").get(reverse(place)).text


def test_the_review_tells_apart_who_was_mailed_and_who_was_not(staff: House) -> None:
    act(staff["owner"], give_address, "owner@example.com")
    broken = act(staff["support"], glass.break_glass, wish(staff.persons[0]))
    page = enter(staff, "owner").get(reverse("glass-review", args=[broken.pk])).text
    mailed, unmailed = page.split("Told by mail")[1].split("Told in the console only")
    assert "owner-1" in mailed
    assert "security-1" not in mailed
    assert "security-1" in unmailed


def test_who_may_not_see_the_record_sees_her_own_rows(staff: House) -> None:
    seen_by_support(staff)
    assert "grant" in enter(staff, "support").get(reverse("record")).text
    assert "Nothing was viewed" in enter(staff, "engineer").get(reverse("record")).text
    assert enter(staff, "support").post(reverse("record-ask"), {"reason": "Why"}).status_code == 403


@pytest.mark.parametrize("place", ["access", "requests", "cases", "record"])
def test_pages_are_there_in_chinese(staff: House, place: str) -> None:
    page = enter(staff, "privacy-officer", "zh").get(reverse(place))
    assert page.status_code == 200
    assert 'lang="zh' in page.text


def test_a_page_of_nothing_is_not_found(staff: House) -> None:
    client = enter(staff, "support")
    for place in ("grant", "case", "glass-review", "bulk"):
        assert client.get(reverse(place, args=[99])).status_code == 404
    assert client.get(reverse("subject", args=["nobody"])).status_code == 404
