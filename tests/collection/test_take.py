"""Records enter only as declared: one bad one lets none in, and the answer says which and why."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.collection.cast import (
    AT,
    KEY,
    message,
    refused,
    somebody,
    take,
    taken,
)
from tests.consent.cast import choose, seen
from tests.versions.cast import FIRST, default_policy, hash_of, propose_at
from troth import vault
from troth.collection.deciding import weigh
from troth.collection.given import RECORDS_MAX, Given
from troth.collection.models import Record, Refusal
from troth.ledger.models import Entry
from troth.people import erasure
from troth.people.models import Detail
from troth.people.values import NoPolicyError
from troth.store import SYSTEM, Store, transact_on
from troth.vault import PersonId

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
PARTNER = "purpose.partner-services"
SECRET = "Where is the parcel of Made-up Somebody?"


@pytest.fixture(autouse=True)
def version() -> str:
    return hash_of(propose_at(FIRST, default_policy()))


@pytest.fixture
def subject() -> PersonId:
    return somebody()


def enters_nothing() -> bool:
    entries = Entry.objects.filter(kind="collection.recorded")
    return not (Record.objects.exists() or Detail.objects.exists() or entries.exists())


def test_what_is_declared_is_sealed_with_its_origin_and_entered(
    version: str, subject: PersonId
) -> None:
    found = taken(message(subject, {"text": SECRET, "name": "Made-up Somebody", "subject": None}))
    row = Record.objects.get()
    assert (found.ids, found.version) == ((row.pk,), version)
    assert found.statements == ("collection.messages",)
    assert (row.person, row.category, row.purpose) == (subject, "contact-message", "support")
    assert (row.source, row.version, row.key, row.site) == ("direct", version, KEY.key, "main")
    assert (row.fields, row.at) == ("name,text", AT)
    details = Detail.objects.order_by("field")
    assert [one.field for one in details] == ["name", "text"]
    assert {one.entry for one in details} == {row.pk}
    body = bytes(Entry.objects.get(pk=row.pk).body)
    assert all(bytes(one.commitment).hex().encode() in body for one in details)
    assert not any(SECRET.encode() in bytes(one.box or b"") for one in details)
    assert b"Somebody" not in body
    assert KEY.key.encode() in body


@pytest.mark.parametrize(
    ("changed", "status", "code", "statement", "at", "fields"),
    [
        (
            {"category": "gossip"},
            422,
            "category-undeclared",
            "collection.definition",
            "category",
            (),
        ),
        ({"purpose": "search"}, 422, "purpose-undeclared", "collection.definition", "purpose", ()),
        ({"source": "usage"}, 422, "source-undeclared", "collection.definition", "source", ()),
        (
            {"fields": {"text": "x", "shoe_size": 43, "cup": "x"}},
            *(422, "field-undeclared", "collection.definition", "fields.cup", ("cup", "shoe_size")),
        ),
        (
            {"fields": {"name": "x", "text": ""}},
            *(422, "field-required", "collection.messages", "fields.text", ("text",)),
        ),
        (
            {"fields": {"text": 5}},
            *(422, "field-type", "collection.messages", "fields.text", ("text",)),
        ),
        (
            {"fields": {"text": "x", "name": "x" * 81}},
            *(422, "field-too-long", "collection.messages", "fields.name", ("name",)),
        ),
        ({"fields": {}}, 422, "record-empty", "collection.definition", "fields", ()),
        ({"category": "a@b"}, 422, "name-malformed", None, "category", ()),
        ({"fields": {"a b": 1}}, 422, "name-malformed", None, "fields", ()),
        ({"region": "Germany"}, 422, "region-malformed", None, "region", ()),
        ({"of_age": False}, 403, "below-minimum-age", "collection.definition", "of_age", ()),
        (
            {"category": "usage", "purpose": "usage-statistics", "source": "usage"},
            *(422, "event-missing", "collection.definition", "source", ()),
        ),
    ],
)
def test_what_is_not_declared_is_refused_with_its_place_and_sentence(
    subject: PersonId,
    changed: dict[str, object],
    status: int,
    code: str,
    statement: str | None,
    at: str,
    fields: tuple[str, ...],
) -> None:
    found = refused(message(subject), message(subject, **changed))  # type: ignore[arg-type]
    assert (found.status, found.code, found.statement) == (status, code, statement)
    assert (found.row, found.at, found.where) == (1, at, f"records[1].{at}")
    assert found.fields == fields
    assert found.message.render(str)
    assert enters_nothing()
    counted = Refusal.objects.get()
    assert (counted.code, counted.times, counted.key) == (code, 1, KEY.key)
    assert counted.fields == ",".join(fields)


def test_a_consent_that_is_missing_or_taken_back_is_named(version: str, subject: PersonId) -> None:
    """Nothing but what the purpose asks for is told of her choices in the entry."""
    given = Given(subject, "partner", "partner-services", "usage", {"feature": "banner"})
    found = refused(given)
    assert (found.status, found.code) == (403, "separate-consent-missing")
    assert found.statement == "cookies.partners"
    shown = seen(version, PARTNER, "purpose.visitor-count")
    choose(subject, {"purpose.visitor-count": True}, shown)
    choose(subject, {PARTNER: True}, shown)
    taken(given)
    body = bytes(Entry.objects.get(kind="collection.recorded").body)
    assert b'"agreed":0' in body
    choose(subject, {PARTNER: False}, shown)
    assert refused(given).code == "separate-consent-missing"
    assert Record.objects.count() == 1


def test_somebody_elses_consent_is_not_hers(version: str, subject: PersonId) -> None:
    other = somebody()
    choose(other, {PARTNER: True}, seen(version, PARTNER))
    both = [
        Given(one, "partner", "partner-services", "usage", {"feature": "banner"})
        for one in (other, subject)
    ]
    found = refused(*both)
    assert (found.row, found.code) == (1, "separate-consent-missing")
    assert enters_nothing()


def test_of_who_was_erased_nothing_is_taken_in(subject: PersonId) -> None:
    taken(message(subject))
    erasure.erase(subject, "asked")
    found = refused(message(subject))
    assert (found.status, found.code, found.at) == (410, "subject-erased", "subject")
    row = Record.objects.get()
    assert (row.person, row.fields) == ("", "text")
    assert [one.box for one in Detail.objects.all()] == [None]


def test_who_was_never_known_is_not_made(subject: PersonId) -> None:
    stranger = vault.new_person()
    found = refused(message(subject), message(stranger))
    assert (found.status, found.row) == (410, 1)
    assert vault.known_pseudonyms([stranger]) == {}
    assert enters_nothing()


@pytest.mark.parametrize("number", [0, RECORDS_MAX + 1])
def test_a_batch_has_a_least_and_a_most(subject: PersonId, number: int) -> None:
    assert refused(*[message(subject)] * number).code == "records-number"


def test_without_a_policy_nothing_is_taken_in(subject: PersonId) -> None:
    with pytest.raises(NoPolicyError):
        take(message(subject), at=FIRST - timedelta(days=1))


def test_weighing_writes_and_counts_nothing(subject: PersonId) -> None:
    for given in (message(subject), message(subject, category="gossip")):
        transact_on(Store(), SYSTEM, AT, weigh, [given])
    assert enters_nothing()
    assert not Refusal.objects.exists()


def test_no_value_shows_itself_on_the_way(subject: PersonId) -> None:
    given = message(subject, {"text": SECRET})
    weighed = transact_on(Store(), SYSTEM, AT, weigh, [given])
    told = refused(message(subject, {"text": SECRET * 400, "name": "x"}))
    assert "parcel" not in f"{given!r} {weighed!r} {told!r} {told.message.render(str)}"


@pytest.mark.slow
def test_ten_thousand_records_are_a_few_queries(version: str) -> None:
    subjects = [vault.new_person() for _ in range(2_000)]
    vault.prepare(subjects)
    vault.close_store()  # so that the keys are read, not remembered
    choose(subjects[0], {PARTNER: True}, seen(version, PARTNER))
    batch = [message(subjects[n % 2_000]) for n in range(RECORDS_MAX - 1)]
    batch.append(Given(subjects[0], "partner", "partner-services", "usage", {"feature": "x"}))
    with CaptureQueriesContext(connection) as queries:
        found = taken(*batch)
    # a bulk insert is a query for SQLite and a COPY for PostgreSQL
    assert len([q for q in queries if not q["sql"].startswith("INSERT")]) < 40
    assert len(set(found.ids)) == RECORDS_MAX
    assert Record.objects.count() == Detail.objects.count() == RECORDS_MAX
    assert Entry.objects.filter(kind="collection.recorded").count() == RECORDS_MAX


def test_of_ten_thousand_one_bad_one_lets_none_in(subject: PersonId) -> None:
    batch = [message(subject)] * RECORDS_MAX
    batch[7_317] = message(subject, {"text": "x", "shoe_size": 43})
    found = refused(*batch)
    assert found.where == "records[7317].fields.shoe_size"
    assert enters_nothing()
