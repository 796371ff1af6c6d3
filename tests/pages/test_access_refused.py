"""The pages of access, tried with no answer, odd words, and by who may not."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from tests.access.house import PURPOSE, House, act, granted, value_of
from tests.pages.staffed import ask_export, asked, enter, proved
from troth.access import views
from troth.access.models import Break, Bulk, Grant
from troth.access.settings import set_setting
from troth.ledger.models import Entry

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("keys", "kept_connection"),
    pytest.mark.slow,
]


@pytest.mark.parametrize("said", ["", "bogus"])
def test_no_answer_decides_nothing(staff: House, said: str) -> None:
    enter(staff, "support").post(reverse("access-ask"), asked(staff))
    grant = Grant.objects.get()
    officer = enter(staff, "privacy-officer")
    told = officer.post(reverse("grant-decide", args=[grant.pk]), {"do": said})
    assert told.status_code == 422
    assert "Choose one of the answers" in told.text
    enter(staff, "support").post(reverse("glass"), asked(staff))
    broken = Break.objects.get()
    told = enter(staff, "owner").post(reverse("glass-review", args=[broken.pk]), {"do": said})
    assert told.status_code == 422
    broken.refresh_from_db()
    grant.refresh_from_db()
    assert (grant.decided_at, broken.reviewed_at) == (None, None)


def test_a_refused_member_stays_in_the_console_and_reads_why(staff: House) -> None:
    support = enter(staff, "support")
    support.post(reverse("access-ask"), asked(staff))
    told = support.post(reverse("grant-decide", args=[Grant.objects.get().pk]), {"do": "approve"})
    assert told.status_code == 403
    assert "Your role does not allow this." in told.text
    assert reverse("people") in told.text
    gone = support.get(reverse("grant", args=[99]))
    assert gone.status_code == 404
    assert reverse("people") in gone.text


def test_what_of_a_search_is_not_understood_is_told_and_not_taken_out(staff: House) -> None:
    auditor = enter(staff, "auditor")
    place = reverse("record")
    assert "not understood" in auditor.get(place, {"case": "abc"}).text
    assert "not understood" not in auditor.get(place, {"case": "1"}).text
    told = auditor.post(f"{reverse('record-ask')}?since=2026-13-45", {"reason": "To look at it"})
    assert told.status_code == 422
    assert "2026-13-45 was not understood" in told.text
    assert not Bulk.objects.exists()


def test_looking_at_the_record_of_others_is_entered_without_what_was_typed(staff: House) -> None:
    enter(staff, "auditor").get(reverse("record"), {"member": "somebody@example.com"})
    enter(staff, "support").get(reverse("record"))
    (entry,) = Entry.objects.filter(kind="access.log-searched")
    body = bytes(entry.body)
    assert b'"by":["member"]' in body
    assert b"somebody@example.com" not in body


def test_what_is_unusual_stands_where_the_mail_says(staff: House) -> None:
    act(staff["owner"], set_setting, "volume_per_hour", 1)
    granted(staff, staff.persons[0], at=datetime.now(UTC))
    for _ in range(2):
        at = datetime.now(UTC)
        act(staff["support"], views.view, value_of(staff.persons[0]), None, PURPOSE, at=at)
    shown = enter(staff, "security").get(reverse("access")).text
    assert "has viewed more values in an hour than is usual" in shown
    assert "Unusual views" not in enter(staff, "support").get(reverse("access")).text


@pytest.mark.parametrize("said", ["", "bogus"])
def test_a_second_member_who_presses_nothing_refuses_nothing(staff: House, said: str) -> None:
    waiting = ask_export(staff)
    told = proved(staff, "owner").post(reverse("bulk", args=[waiting.pk]), {"do": said})
    assert told.status_code == 422
    waiting.refresh_from_db()
    assert waiting.decided_at is None
