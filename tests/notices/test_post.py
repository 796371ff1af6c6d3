"""A mail is put into the outbox by the transaction that decides it: sealed, without an address."""

from base64 import b64encode
from datetime import timedelta

import pytest

from tests.notices.cast import ADDRESS, INVITED, NOON, STORE, TOKEN, VALUES, put_mail, somebody
from troth import vault
from troth.ledger.models import Entry
from troth.people import erasure
from troth.people.mail import (
    KIND,
    SENT_BY,
    Letter,
    UnknownMailError,
    known_mails,
    letter_of,
    open_letter,
    post,
)
from troth.store import SYSTEM, Tx, transact_on
from troth.store.jobs import PERIODIC
from troth.store.models import RUNNING, OutboxRow, QueuedJob
from troth.store.outbox import waits
from troth.vault import ErasedError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys", "policy", "mails")]


def letter() -> Letter:
    return letter_of(bytes(OutboxRow.objects.get().body))


def test_it_waits_sealed_and_without_the_address() -> None:
    person = somebody()
    assert put_mail(person)
    assert waits(kind=KIND) == 1
    stored = bytes(OutboxRow.objects.get().body)
    for word in (ADDRESS, TOKEN, "canary"):
        assert word.encode() not in stored
        assert b64encode(word.encode()).rstrip(b"=")[:-1] not in stored
    assert "canary" not in repr(letter())


def test_opened_it_says_what_was_put_and_that_is_entered() -> None:
    put_mail(somebody())
    opened = transact_on(STORE, SYSTEM, NOON, open_letter, letter())
    assert opened.address is not None
    assert (opened.address.reveal(), dict(opened.values)) == (ADDRESS, VALUES)
    assert "canary" not in repr(opened)
    kinds = list(Entry.objects.order_by("id").values_list("kind", flat=True))
    assert kinds[-3:] == ["people.mail-posted", "people.mail-opened", "people.used"]
    entered = b"".join(bytes(body) for body in Entry.objects.values_list("body", flat=True))
    assert b"canary" not in entered


def test_the_same_key_twice_is_one_mail() -> None:
    person = somebody()
    assert put_mail(person)
    assert not put_mail(person)
    assert put_mail(person, "other")
    assert waits(kind=KIND) == 2


def test_who_gave_no_address_is_not_written_to() -> None:
    person = vault.new_person()
    vault.prepare([person])
    assert not put_mail(person)
    assert waits(kind=KIND) == 0


def test_who_was_erased_is_not_written_to_and_her_mail_stays_shut() -> None:
    person = somebody()
    put_mail(person)
    before = letter()
    erasure.erase(person, "asked")
    assert not put_mail(person, "other")
    with pytest.raises(ErasedError):
        transact_on(STORE, SYSTEM, NOON, open_letter, before)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("test.nothing", VALUES),
        (INVITED.name, {"link": TOKEN}),
        (INVITED.name, {**VALUES, "other": "x"}),
    ],
)
def test_a_mail_nobody_declared_or_other_values_are_a_mistake(
    name: str, values: dict[str, str]
) -> None:
    person = somebody()
    with pytest.raises(UnknownMailError) as refused:
        transact_on(STORE, SYSTEM, NOON, post, person, name, values, "k")
    assert "canary" not in str(refused.value)


def test_what_is_rolled_back_is_not_sent() -> None:
    person = somebody()

    def put_and_fail(tx: Tx) -> None:
        post(tx, person, INVITED.name, VALUES, "k")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 (the one just raised)
        transact_on(STORE, SYSTEM, NOON, put_and_fail)
    assert waits(kind=KIND) == 0


def test_it_wakes_the_job_that_sends() -> None:
    later = NOON + timedelta(hours=1)
    told = {"name": SENT_BY, "key": PERIODIC, "period_seconds": 60, "created_at": NOON}
    row = QueuedJob.objects.create(due_at=later, **told)
    person = somebody()
    put_mail(person)
    row.refresh_from_db()
    assert (row.due_at, row.again) == (NOON, False)
    QueuedJob.objects.update(state=RUNNING)
    put_mail(person, "other")
    row.refresh_from_db()
    assert row.again


def test_without_a_worker_it_wakes_nobody() -> None:
    put_mail(somebody())
    assert not QueuedJob.objects.exists()


def test_every_mail_of_the_product_has_its_places_in_its_text() -> None:
    for mail in known_mails().values():
        for name in mail.places:
            assert f"%({name})s" in mail.subject + mail.body, f"{mail.name} never says {name}"
        assert set(mail.samples) <= set(mail.places), mail.name
