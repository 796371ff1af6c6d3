"""What waits is sent: worded in both languages, once where nothing is cut short, never lost."""

from datetime import datetime, timedelta
from email.headerregistry import Address

import pytest

from tests.notices.cast import ADDRESS, INVITED, NOON, STORE, TOKEN, VALUES, put_mail, somebody
from tests.wire.post_office import Office
from troth import vault
from troth.ledger.models import Entry
from troth.ledger.sequencer import integrate_all, open_log
from troth.ledger.verify import verify
from troth.ledger.verify.data import DataSource
from troth.notices.sending import send_due
from troth.people import erasure, mail
from troth.people.models import Detail
from troth.store import SYSTEM, transact_on
from troth.store.models import DEAD, DROPPED, SENT, WAITING, OutboxRow
from troth.store.outbox import ATTEMPTS, OUTBOX_DEAD
from troth.store.signals import open_signals
from troth.versions import facts
from troth.wire.smtp import ServerUnreachableError
from troth.wire.smtp_server import SmtpServer, parse_sender

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys", "policy", "mails")]
SENDER: Address = parse_sender("Example Company <privacy@example.com>")
WEEK = timedelta(days=7)


def send(server: SmtpServer, now: datetime = NOON) -> None:
    send_due(STORE, server, SENDER, clock=lambda: now)


def only() -> OutboxRow:
    return OutboxRow.objects.get()


def entered(kind: str) -> int:
    return Entry.objects.filter(kind=kind).count()


def test_a_mail_is_sent_once_in_both_languages_and_then_forgotten(
    office: Office, server: SmtpServer
) -> None:
    put_mail(somebody())
    send(server)
    send(server, NOON + WEEK)
    (text,) = office.texts
    assert office.envelopes == [("privacy@example.com", [ADDRESS])]
    assert text.startswith("(English below)")
    assert text.count(TOKEN) == 2
    assert (only().state, bytes(only().body)) == (SENT, b"")
    assert entered("notices.mail-handed-over") == 1


def test_a_mail_in_one_language_has_that_alone(office: Office, server: SmtpServer) -> None:
    put_mail(somebody(), lang="en")
    send(server)
    (found,) = office.mails
    assert str(found["Content-Language"]) == "en"
    assert str(found["Subject"]) == "You are invited"
    assert "English below" not in office.texts[0]
    assert office.texts[0].count(TOKEN) == 1


def test_many_go_over_one_connection(office: Office, server: SmtpServer) -> None:
    person = somebody()
    for number in range(7):
        put_mail(person, f"k{number}")
    send(server)
    assert (len(set(office.numbers)), office.connections) == (7, 1)


def test_while_there_is_no_server_mail_waits_and_nothing_is_opened(
    office: Office, server: SmtpServer
) -> None:
    put_mail(somebody())
    nowhere = SmtpServer("127.0.0.1", 1, "none")
    for _ in range(ATTEMPTS + 1):
        with pytest.raises(ServerUnreachableError):
            send(nowhere)
    assert (only().state, only().attempts, entered("people.mail-opened")) == (WAITING, 0, 0)
    send(server)
    assert len(office.mails) == 1


def test_without_mail_no_server_is_asked() -> None:
    send(SmtpServer("127.0.0.1", 1, "none"))


@pytest.mark.parametrize("where", ["at_recipient", "at_content"])
def test_what_is_refused_for_good_is_dead_at_once_with_a_signal(
    office: Office, server: SmtpServer, where: str
) -> None:
    put_mail(somebody())
    setattr(office, where, f"550 no {ADDRESS}")
    send(server)
    assert only().state == DEAD
    (signal,) = open_signals(kind=OUTBOX_DEAD).rows
    assert "canary" not in f"{only().last_error}{signal.about}"


@pytest.mark.parametrize(
    ("where", "answer"),
    [
        ("at_recipient", "450 greylisted"),
        ("at_sender", "550 sender unknown"),
        ("at_content", "452 full"),
    ],
)
def test_what_may_pass_is_tried_again(
    office: Office, server: SmtpServer, where: str, answer: str
) -> None:
    put_mail(somebody())
    setattr(office, where, answer)
    send(server)
    assert (only().state, only().attempts, office.mails) == (WAITING, 1, [])
    setattr(office, where, "")
    send(server, NOON + WEEK)
    assert (only().state, len(office.mails)) == (SENT, 1)


def test_one_bad_mailbox_holds_up_nobody_else(office: Office, server: SmtpServer) -> None:
    put_mail(somebody("not an address"), "bad")
    put_mail(somebody(), "good")
    send(server)
    assert [to for _, to in office.envelopes] == [[ADDRESS]]
    assert set(OutboxRow.objects.values_list("key", "state")) == {("bad", DEAD), ("good", SENT)}


def test_a_connection_that_breaks_in_the_mail_makes_it_come_again_recognisably(
    office: Office, server: SmtpServer
) -> None:
    put_mail(somebody())
    office.drop_in_data = True
    send(server)
    assert only().state == WAITING
    office.drop_in_data = False
    send(server, NOON + WEEK)
    assert len(office.numbers) == 2
    assert len(set(office.numbers)) == 1


def test_who_was_erased_meanwhile_gets_nothing_and_that_is_no_failure(
    office: Office, server: SmtpServer
) -> None:
    person = somebody()
    put_mail(person)
    transact_on(STORE, SYSTEM, NOON, vault.bury, person)  # the rest of it took the mail away
    send(server)
    assert (only().state, bytes(only().body), office.mails) == (DROPPED, b"", [])
    assert open_signals(kind=OUTBOX_DEAD).count == 0
    assert entered("notices.mail-dropped") == 1


def test_who_has_no_address_any_more_gets_nothing(office: Office, server: SmtpServer) -> None:
    person = somebody()
    put_mail(person)
    Detail.objects.filter(person=person).update(person="", box=None)
    send(server)
    assert (only().state, office.mails) == (DROPPED, [])


def test_a_mail_this_release_does_not_know_waits_for_somebody_to_look(
    office: Office, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_mail(somebody())
    monkeypatch.setattr("troth.notices.sending.known_mails", dict)
    send(server)
    assert (only().state, only().last_error, office.mails) == (DEAD, "UnknownTemplateError", [])


def test_a_mail_that_was_tampered_with_is_not_sent(office: Office, server: SmtpServer) -> None:
    person, other = somebody(), somebody("other@example.invalid")
    put_mail(person)
    row = only()
    mine = mail.letter_of(bytes(row.body))
    for body in (b"{}", bytes(row.body).replace(mine.person.encode(), other.encode())):
        OutboxRow.objects.update(body=body, state=WAITING, due_at=NOON)
        send(server)
        assert (only().state, only().last_error) == (DEAD, "DamagedMailError")
    assert office.mails == []


def test_a_value_cannot_become_a_header_or_another_recipient(
    office: Office, server: SmtpServer
) -> None:
    put_mail(somebody(f"{ADDRESS}\r\nBcc: other@example.invalid"))
    send(server)
    assert (only().state, office.mails) == (DEAD, [])


def test_the_ledger_replays_what_was_opened_and_stands(office: Office, server: SmtpServer) -> None:
    open_log(STORE)
    put_mail(somebody())
    person = somebody("other@example.invalid")
    put_mail(person, "other")
    erasure.erase(person, "asked")
    send(server)
    integrate_all(STORE)
    assert verify(DataSource(STORE.alias, lambda: facts.all_files(STORE.alias))).holds
    assert len(office.mails) == 1


def test_a_use_the_policy_does_not_declare_sends_nothing(
    office: Office, server: SmtpServer
) -> None:
    told = (somebody(), INVITED.name, VALUES, "k")
    assert transact_on(STORE, SYSTEM, NOON, mail.post, *told, purpose="legal")
    send(server)
    assert (only().state, only().last_error, office.mails) == (WAITING, "RefusedError", [])
