"""Reminders: each once, to whom it concerns, as the day comes nearer."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.access.cast import AT, DAY, make_member
from tests.access.house import act
from tests.versions.cast import default_policy, propose_at
from troth.access import known, members, reminders, starting, undertakings
from troth.access.models import Member
from troth.people import mail
from troth.store import SYSTEM
from troth.store.models import OutboxRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
YEAR = timedelta(days=365)


@pytest.fixture(autouse=True)
def begun(keys: Any) -> None:  # noqa: ARG001 - the vault of the addresses
    propose_at(AT - DAY, default_policy())
    act(SYSTEM, starting.begin, at=AT - DAY)


def reachable(role: Any, address: str) -> Member:
    member = make_member(role)
    act(member, known.give_address, address, at=AT)
    return member


def mails(at: datetime) -> list[str]:
    """Remind at a moment; return which mails that brought."""
    before = set(OutboxRow.objects.values_list("pk", flat=True))
    act(SYSTEM, reminders.remind, at=at)
    rows = OutboxRow.objects.exclude(pk__in=before).order_by("pk")
    return [mail.letter_of(bytes(row.body)).template for row in rows]


def test_an_undertaking_that_runs_out_is_told_thrice_and_when_it_is_over() -> None:
    clerk = reachable("support", "clerk@example.com")
    act(clerk, undertakings.sign, 1, "Made-up Maria", "en", at=AT)
    told = {
        days: mails(AT + YEAR - days * DAY)
        for days in (31, 30, 29, 8, 7, 6, 2, 1, 0.5, 0, -1)
    }  # fmt: skip
    due = ["access.undertaking-due"]
    assert {days for days, sent in told.items() if sent == due} == {30, 7, 1, 0}
    assert sum(map(len, told.values())) == 4


def test_after_a_rest_only_the_nearest_is_told() -> None:
    clerk = reachable("support", "clerk@example.com")
    act(clerk, undertakings.sign, 1, "Made-up Maria", "en", at=AT)
    assert mails(AT + YEAR - 3 * DAY) == ["access.undertaking-due"]
    assert mails(AT + YEAR - 3 * DAY) == []


def test_who_never_signed_is_told_by_the_console_alone() -> None:
    reachable("support", "clerk@example.com")
    assert mails(AT + DAY) == []


def test_reviews_are_told_to_those_who_do_them_and_to_nobody_about_herself() -> None:
    owner = reachable("owner", "owner@example.com")
    make_member("support")
    at = AT + 92 * DAY
    assert mails(at - 15 * DAY) == []
    assert mails(at - 14 * DAY) == ["access.review-due"]
    assert mails(at - 13 * DAY) == []
    other = reachable("security", "security@example.com")
    assert len(mails(at)) == 4
    assert other.handle != owner.handle


def test_who_has_left_is_reminded_of_nothing() -> None:
    owner = reachable("owner", "owner@example.com")
    clerk = reachable("support", "clerk@example.com")
    act(clerk, undertakings.sign, 1, "Made-up Maria", "en", at=AT)
    act(owner, members.end, clerk, at=AT)
    OutboxRow.objects.all().delete()
    assert mails(AT + YEAR) == []


def test_a_new_text_is_told_at_once_to_those_who_signed() -> None:
    owner = reachable("owner", "owner@example.com")
    clerk = reachable("support", "clerk@example.com")
    act(clerk, undertakings.sign, 1, "Made-up Maria", "en", at=AT)
    act(owner, undertakings.publish_text, "新的承诺", "A new promise", at=AT + DAY)
    assert OutboxRow.objects.count() == 1


def test_however_many_members_there_are_the_questions_stay_few(
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(30):
        make_member("support")
    with django_assert_max_num_queries(12):
        assert mails(AT) == []
