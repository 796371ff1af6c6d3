"""Mails that wait are told to her by name, and emptied when she or their days are over."""

import pytest

from tests.notices.cast import INVITED, NOON, STORE, put_mail, somebody
from tests.people.holding import DAY, SECOND, entries, expired, told
from troth.people import erasure, holdings
from troth.people.mail import KIND
from troth.store import SYSTEM, Tx, outbox, transact_on
from troth.store.models import DEAD, DROPPED, WAITING, OutboxRow, Signal
from troth.store.outbox import OUTBOX_DEAD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys", "policy", "mails")]


def states() -> dict[str, tuple[str, bool]]:
    """Return of each row its state, and whether it still says anything."""
    return {row.key: (row.state, bool(row.body)) for row in OutboxRow.objects.all()}


def test_erased_her_mails_are_emptied_and_nobody_elses() -> None:
    anna, bert = somebody(), somebody("bert@example.com")
    put_mail(anna, "hers")
    put_mail(anna, "dead")
    put_mail(bert, "his")
    OutboxRow.objects.filter(key="dead").update(state=DEAD)

    def put(tx: Tx) -> None:
        outbox.put(tx, "webhook", anna.encode(), "another kind")
        Signal.objects.create(kind=OUTBOX_DEAD, key=KIND, first_at=NOON, last_at=NOON)

    transact_on(STORE, SYSTEM, NOON, put)
    erasure.erase(anna, "asked")
    assert states() == {
        "hers": (DROPPED, False),
        "dead": (DROPPED, False),
        "his": (WAITING, True),
        "another kind": (WAITING, True),
    }
    assert entries("people.erased")[0]["about"]["rows"]["notices"] == 2
    assert Signal.objects.get().closed_at is not None


def test_which_mails_wait_is_told_and_not_what_lets_one_in() -> None:
    anna = somebody()
    put_mail(anna, "hers")
    put_mail(somebody("bert@example.com"), "his")
    found = told(anna, "staff-access", NOON)
    mails = [one for one in found if one[0] == "staff-account.mail"]
    assert mails == [("staff-account.mail", INVITED.name, NOON, "staff-access", "")]
    assert "canary-token" not in str(found)


def test_a_mail_that_waited_for_all_of_its_days_is_emptied() -> None:
    anna = somebody()
    put_mail(anna, "old")
    put_mail(anna, "young", at=NOON + SECOND)
    days = {"staff_account": 180}
    assert expired(NOON + 180 * DAY - SECOND, **days) == {}
    assert expired(NOON + 180 * DAY, 0, **days) == {}
    assert expired(NOON + 180 * DAY, **days) == {"notices": 1}
    assert states() == {"old": (DROPPED, False), "young": (WAITING, True)}
    (entry,) = entries("notices.expired")
    assert entry["about"] == {"rows": {"staff-account": 1}, "days": {"staff-account": 180}}
    assert expired(NOON + 999 * DAY, staff_account=None) == {}


def test_what_waits_is_a_place_and_a_damaged_row_is_nobodys() -> None:
    anna = somebody()
    put_mail(anna, "hers")
    put_mail(anna, "damaged")
    OutboxRow.objects.filter(key="damaged").update(body=anna.encode())
    (place,) = [one for one in holdings.stored_all(STORE.alias) if one.made]
    assert (place.category, place.field, place.rows) == ("staff-account", "mail", 1)
    assert place.model == "store.OutboxRow"
    assert len(told(anna, "staff-access", NOON)) == 2
    erasure.erase(anna, "asked")
    assert states() == {"hers": (DROPPED, False), "damaged": (WAITING, True)}
