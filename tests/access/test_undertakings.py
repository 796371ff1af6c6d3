"""Undertakings: signed as they stand, sealed, and no longer valid than they may be."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from tests.access.cast import AT, DAY, make_member
from tests.versions.cast import default_policy, edited, propose_at, retyped
from troth.access import settings, starting, undertakings
from troth.access.allowed import NotAllowedError
from troth.access.models import Member, Signature, UndertakingText
from troth.access.undertakings import TextChangedError, TextError
from troth.ledger.models import Entry
from troth.store import SYSTEM, Store, Tx, immutable, transact_on
from troth.versions.models import Effect

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
NAME = "Made-up Maria"
YEAR = timedelta(days=365)


@pytest.fixture
def begun() -> None:
    propose_at(AT - DAY, default_policy())
    transact_on(Store(), SYSTEM, AT - DAY, starting.begin)


@pytest.fixture
def clerk(begun: None) -> Member:  # noqa: ARG001 - what she signs
    return make_member("support")


def sign(member: Member, number: int = 1, name: str = NAME, at: datetime = AT) -> Signature:
    return transact_on(Store(), member.handle, at, undertakings.sign, number, name, "en")


def publish(member: Member, zh: str, en: str, at: datetime = AT) -> UndertakingText:
    return transact_on(Store(), member.handle, at, undertakings.publish_text, zh, en)


def until(member: Member, at: datetime = AT) -> datetime | None:
    return transact_on(Store(), SYSTEM, at, undertakings.until_of, member)


@pytest.mark.usefixtures("begun")
def test_a_new_server_begins_with_a_text_and_two_procedures_once() -> None:
    transact_on(Store(), SYSTEM, AT, starting.begin)
    text = UndertakingText.objects.get()
    assert (text.number, text.by) == (1, SYSTEM)
    assert "离职" in text.zh
    assert "does not end with" in text.en
    assert undertakings.text_unchanged(text)
    assert Entry.objects.filter(kind="access.undertaking-published").count() == 1
    assert Entry.objects.filter(kind="access.procedure-written").count() == 2


def test_who_signs_is_sworn_for_a_year(clerk: Member) -> None:
    assert until(clerk) is None
    signed = sign(clerk)
    assert undertakings.verify_seal(signed)
    assert until(clerk) == AT + YEAR
    entry = Entry.objects.get(pk=signed.entry or "")
    assert signed.seal.encode() in bytes(entry.body)


def test_her_name_is_sealed_and_stands_in_no_entry(clerk: Member) -> None:
    signed = sign(clerk, name="  Made-up   Maria ")
    assert NAME.encode() not in bytes(signed.name_box)
    assert not any(NAME.encode() in bytes(entry.body) for entry in Entry.objects.all())
    opened = transact_on(Store(), SYSTEM, AT, undertakings.name_of, signed)
    assert opened is not None
    assert opened.reveal() == NAME


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_name_is_needed_and_no_novel(clerk: Member, name: str) -> None:
    with pytest.raises(TextError) as refused:
        sign(clerk, name=name)
    assert refused.value.field == "name"
    assert not Signature.objects.exists()


def test_what_she_did_not_read_she_does_not_sign(clerk: Member) -> None:
    publish(make_member("owner"), "新的承诺", "A new promise")
    with pytest.raises(TextChangedError):
        sign(clerk, number=1)
    assert sign(clerk, number=2).text_id == 2


def test_a_newer_text_ends_what_was_signed_before(clerk: Member) -> None:
    sign(clerk)
    publish(make_member("privacy-officer"), "新的承诺", "A new promise", AT + 3 * DAY)
    assert until(clerk, AT + 4 * DAY) == AT + 3 * DAY
    sign(clerk, number=2, at=AT + 4 * DAY)
    assert until(clerk, AT + 4 * DAY) == AT + 4 * DAY + YEAR


def take_effect(files: dict[str, bytes], at: datetime) -> None:
    version = propose_at(at, files).version
    if not Effect.objects.filter(version=version).exists():
        Effect.objects.create(version=version, from_at=at, recorded_at=at)


def test_a_policy_that_changes_in_substance_ends_it_too(clerk: Member) -> None:
    sign(clerk)
    longer = edited("lifetime_days = 180", "lifetime_days = 365", "policy.toml")
    take_effect(longer, AT + 10 * DAY)
    assert until(clerk, AT + 11 * DAY) == AT + 10 * DAY
    sign(clerk, at=AT + 12 * DAY)
    assert until(clerk, AT + 12 * DAY) == AT + 12 * DAY + YEAR


def test_a_policy_that_changes_in_wording_alone_does_not(clerk: Member) -> None:
    sign(clerk)
    take_effect(retyped(), AT + 10 * DAY)
    assert until(clerk, AT + 11 * DAY) == AT + YEAR


def test_how_long_it_holds_is_a_setting(clerk: Member) -> None:
    owner = make_member("owner")
    transact_on(Store(), owner.handle, AT, settings.set_setting, settings.UNDERTAKING_DAYS, 90)
    sign(clerk)
    assert until(clerk) == AT + 90 * DAY


def by_force(query: str, *values: int) -> None:
    """Change what the guards keep, as somebody with the database's password might."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else a guard can't be taken off
        immutable.release(connection, (query.split()[1],))
        cursor.execute(query, values)


def test_text_and_signature_are_never_changed(clerk: Member) -> None:
    sign(clerk)
    for rows, change in (
        (UndertakingText.objects, {"en": "I promise nothing."}),
        (Signature.objects, {"until": AT + 9 * YEAR}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.all().delete()


@pytest.mark.parametrize(
    "query",
    [
        "UPDATE access_undertakingtext SET en = 'I promise nothing.'",
        "UPDATE access_undertakingtext SET zh = '什么也不承诺。'",
        "UPDATE access_signature SET at = '2025-12-31 12:00:00+00:00'",
        "UPDATE access_signature SET policy = '0'",
        "UPDATE access_signature SET seal = '0'",
    ],
)
def test_whoever_edits_what_was_signed_is_found_and_nobody_is_sworn(
    clerk: Member, query: str
) -> None:
    sign(clerk)
    by_force(query)
    assert not undertakings.verify_seal(Signature.objects.select_related("text").get())
    assert until(clerk) is None


def test_a_text_that_was_edited_is_signed_by_nobody(clerk: Member) -> None:
    by_force("UPDATE access_undertakingtext SET en = 'I promise nothing.'")
    with pytest.raises(TextChangedError):
        sign(clerk)


def test_a_signature_is_not_another_members(clerk: Member) -> None:
    other = make_member("support")
    signed = sign(clerk)
    by_force("UPDATE access_signature SET member_id = %s", other.pk)
    assert until(clerk) is None
    assert until(other) is None
    assert not undertakings.verify_seal(Signature.objects.get(pk=signed.pk))


@pytest.mark.parametrize("role", ["support", "security", "auditor", "engineer"])
def test_texts_are_written_by_those_who_govern(clerk: Member, role: str) -> None:
    with pytest.raises(NotAllowedError):
        publish(make_member(role), "新的承诺", "A new promise")  # type: ignore[arg-type]
    assert publish(make_member("owner"), "新的承诺", "A new promise").number == 2
    assert until(clerk) is None


@pytest.mark.parametrize(
    ("zh", "en", "field"),
    [
        ("", "A promise", "zh"),
        ("承诺", " \r\n", "en"),
        ("承诺", "x" * 20_001, "en"),
    ],
)
@pytest.mark.usefixtures("begun")
def test_a_text_is_needed_in_both_languages(zh: str, en: str, field: str) -> None:
    with pytest.raises(TextError) as refused:
        publish(make_member("owner"), zh, en)
    assert refused.value.field == field


@pytest.mark.usefixtures("begun")
def test_the_same_text_is_no_new_one() -> None:
    owner, first = make_member("owner"), UndertakingText.objects.get()
    with pytest.raises(TextError):
        publish(owner, first.zh.replace("\n", "\r\n"), first.en)
    publish(owner, "新的承诺", "A new promise")
    with pytest.raises(TextError):
        publish(owner, first.zh, first.en)


def test_a_leaver_signs_nothing(clerk: Member) -> None:
    Member.objects.filter(pk=clerk.pk).update(left_at=AT)
    with pytest.raises(Exception, match="Only members"):
        sign(clerk)


def test_in_one_transaction_signing_is_seen_at_once(clerk: Member) -> None:
    def verb(tx: Tx) -> tuple[datetime | None, datetime | None]:
        before = undertakings.until_of(tx, clerk)
        undertakings.sign(tx, 1, NAME, "zh")
        return before, undertakings.until_of(tx, clerk)

    assert transact_on(Store(), clerk.handle, AT, verb) == (None, AT + YEAR)


def test_of_many_the_same_is_told_as_of_one(clerk: Member) -> None:
    other, never = make_member("engineer"), make_member("auditor")
    sign(clerk)
    sign(other, at=AT + 20 * DAY)
    longer = edited("lifetime_days = 180", "lifetime_days = 365", "policy.toml")
    take_effect(longer, AT + 10 * DAY)
    told = undertakings.untils("default", [clerk, other, never])
    assert told == {clerk.pk: AT + 10 * DAY, other.pk: AT + 20 * DAY + YEAR}
    assert told[clerk.pk] == until(clerk, AT + 30 * DAY)
    publish(make_member("owner"), "新的承诺", "A new promise", AT + 25 * DAY)
    assert undertakings.untils("default", [other]) == {other.pk: AT + 25 * DAY}
    by_force("UPDATE access_signature SET seal = '0'")
    assert set(undertakings.untils("default", [clerk, other]).values()) == {None}
