"""Who may word mail does; others are refused; every version stays with who and when."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tests.notices.cast import INVITED, NOON, STORE, put_mail, somebody
from tests.wire.post_office import Office
from troth.access.acting import NoMemberError
from troth.access.allowed import NotAllowedError
from troth.access.models import Member, MemberRole
from troth.access.roles import ROLES, Role
from troth.ledger.models import Entry
from troth.notices.actions import MeanwhileError, let_go, restore, retry, try_out, word
from troth.notices.models import Wording
from troth.notices.sending import send_due
from troth.notices.wording import UnfitWordingError, Worded, Words, default_of, worded
from troth.people.mail import KIND, UnknownMailError
from troth.people.models import Account, new_handle
from troth.store import transact_as
from troth.store.models import DEAD, DROPPED, SENT, OutboxRow
from troth.store.outbox import OUTBOX_DEAD, waits
from troth.store.signals import open_signals
from troth.wire.smtp_server import SmtpServer, parse_sender

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys", "policy", "mails")]
EDITORS: tuple[Role, ...] = ("owner", "privacy-officer")
NAME = INVITED.name
MINE = Worded(
    Words("来吧", "链接 %(link)s，到 %(until)s"), Words("Come", "%(link)s until %(until)s")
)


def who(role: Role, *, address: str = "") -> str:
    """Make a member; return her handle."""
    person = somebody(address) if address else ""
    account = Account(handle=new_handle(role), created_at=NOON, person=person)
    account.save()
    member = Member.objects.create(account=account, since=NOON)
    MemberRole.objects.create(member=member, role=role, since=NOON, given_by="test")
    return account.handle


def dead_row(office: Office, server: SmtpServer) -> int:
    put_mail(somebody())
    office.at_recipient = "550 no"
    send_due(STORE, server, parse_sender("a@example.com"))
    office.at_recipient = ""
    return OutboxRow.objects.get(state=DEAD).pk


ACTS: dict[str, tuple[Any, ...]] = {
    "word": (word, NAME, MINE, 0),
    "restore": (restore, NAME),
    "try_out": (try_out, NAME),
    "retry": (retry, 1),
    "let_go": (let_go, 1),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", ROLES)
def test_only_who_may_edit_mail_does_anything(role: Role, act: str) -> None:
    verb, *arguments = ACTS[act]
    if role in EDITORS:
        transact_as(who(role), verb, *arguments)
        return
    with pytest.raises(NotAllowedError):
        transact_as(who(role), verb, *arguments)
    assert not Wording.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_a_stranger_does_nothing(act: str) -> None:
    verb, *arguments = ACTS[act]
    with pytest.raises(NoMemberError):
        transact_as("nobody-abcdef", verb, *arguments)


def test_a_new_wording_counts_and_is_entered_and_the_old_one_stays() -> None:
    owner = who("owner")
    first = transact_as(owner, word, NAME, MINE, 0)
    assert first is not None
    assert worded(STORE.alias, INVITED).en == MINE.en
    other = Worded(MINE.zh, Words("Do come", MINE.en.body))
    second = transact_as(owner, word, NAME, other, first.pk)
    assert second is not None
    assert worded(STORE.alias, INVITED).en.subject == "Do come"
    assert [row.by for row in Wording.objects.all()] == [owner, owner]
    assert Entry.objects.filter(kind="notices.mail-worded").count() == 2


def test_the_same_wording_again_is_no_version() -> None:
    owner = who("owner")
    assert transact_as(owner, word, NAME, default_of(INVITED), 0) is None
    assert not Wording.objects.exists()


def test_back_to_the_default_is_a_version_too() -> None:
    owner = who("owner")
    assert transact_as(owner, restore, NAME) is None
    transact_as(owner, word, NAME, MINE, 0)
    assert transact_as(owner, restore, NAME) is not None
    assert worded(STORE.alias, INVITED) == default_of(INVITED)
    assert Wording.objects.count() == 2


def test_two_who_write_at_once_are_told() -> None:
    owner, officer = who("owner"), who("privacy-officer")
    transact_as(owner, word, NAME, MINE, 0)
    with pytest.raises(MeanwhileError):
        transact_as(officer, word, NAME, default_of(INVITED), 0)


def test_a_wording_that_misses_a_place_is_refused() -> None:
    with pytest.raises(UnfitWordingError, match="is missing"):
        transact_as(who("owner"), word, NAME, Worded(MINE.zh, Words("a", "b")), 0)
    with pytest.raises(UnknownMailError):
        transact_as(who("owner"), word, "test.nothing", MINE, 0)


def test_the_database_refuses_to_change_a_wording() -> None:
    transact_as(who("owner"), word, NAME, MINE, 0)
    for change in (lambda: Wording.objects.update(by="me"), Wording.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_trial_goes_to_oneself_alone(office: Office, server: SmtpServer) -> None:
    owner = who("owner", address="owner@example.invalid")
    assert transact_as(owner, try_out, NAME)
    send_due(STORE, server, parse_sender("a@example.com"))
    assert [to for _, to in office.envelopes] == [["owner@example.invalid"]]
    assert "[Trial]" in str(office.mails[0]["Subject"])
    assert INVITED.samples["link"] in office.texts[0]


def test_a_trial_without_an_address_is_told() -> None:
    assert not transact_as(who("owner"), try_out, NAME)
    assert waits(kind=KIND) == 0


def test_what_is_worded_anew_is_what_is_sent(office: Office, server: SmtpServer) -> None:
    put_mail(somebody(), lang="en")
    transact_as(who("owner"), word, NAME, MINE, 0)
    send_due(STORE, server, parse_sender("a@example.com"))
    assert str(office.mails[0]["Subject"]) == "Come"


def test_a_dead_mail_is_tried_again_and_its_signal_closed(
    office: Office, server: SmtpServer
) -> None:
    row, owner = dead_row(office, server), who("owner")
    assert transact_as(owner, retry, row)
    assert not transact_as(owner, retry, row)
    assert open_signals(kind=OUTBOX_DEAD).count == 0
    send_due(STORE, server, parse_sender("a@example.com"))
    assert OutboxRow.objects.get(pk=row).state == SENT


def test_a_dead_mail_is_let_go_with_what_it_told(office: Office, server: SmtpServer) -> None:
    row, owner = dead_row(office, server), who("owner")
    assert transact_as(owner, let_go, row)
    assert not transact_as(owner, let_go, row)
    found = OutboxRow.objects.get(pk=row)
    assert (found.state, bytes(found.body)) == (DROPPED, b"")
    assert open_signals(kind=OUTBOX_DEAD).count == 0


def test_a_row_of_another_kind_is_not_mails_to_touch() -> None:
    now = datetime.now(UTC)
    row = OutboxRow.objects.create(
        kind="hook", key="k", body=b"x", state=DEAD, due_at=now, created_at=now
    )
    for verb in (retry, let_go):
        assert not transact_as(who("owner"), verb, row.pk)
