"""Records and uses from outside: what is declared is taken in and used, and nothing else."""

from typing import Any

import pytest
from django.test import Client

from tests.api.cast import ORIGIN, PUBLISHABLE, Outside, begin, once, outside, yes
from troth.collection.models import Record, Refusal
from troth.ledger.models import Entry
from troth.people import erasure
from troth.people.models import Detail, Person
from troth.vault import PersonId

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
RECORDS = "/v1/records"
USES = "/v1/uses"
CONSENTS = "/v1/consents"
EMAIL = "somebody@example.com"


@pytest.fixture
def version() -> str:
    return begin()


@pytest.fixture
def back(version: str) -> Outside:
    assert version
    return outside()


def account(subject: str = "user-1", **more: Any) -> dict[str, Any]:
    return {
        "subject": subject,
        "category": "account",
        "purpose": "account",
        "fields": {"email": EMAIL, "display_name": "Example"},
        "new": True,
        "of_age": True,
        **more,
    }


def usage(subject: str = "user-1", **more: Any) -> dict[str, Any]:
    return {
        "subject": subject,
        "category": "query",
        "purpose": "search",
        "fields": {"text": "opening hours"},
        **more,
    }


def wish(*fields: str, **more: Any) -> dict[str, Any]:
    told = {"subject": "user-1", "category": "account", "purpose": "notices", **more}
    return {**told, "fields": list(fields)} if fields else told


def refused(told: Any, status: int, code: str) -> dict[str, Any]:
    assert told.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = told.json()
    assert (told.status_code, problem["type"]) == (status, f"urn:troth:problem:{code}"), problem
    return problem


def test_a_declared_record_is_taken_in_and_used_for_what_is_told(
    version: str, back: Outside
) -> None:
    told = back.post(RECORDS, account())
    assert told.status_code == 201
    assert told.json()["statement"] == "collection.direct"
    assert told.json()["version"] == version
    row = Record.objects.get(pk=told.json()["id"])
    assert (row.key, row.site, row.source) == (back.made.key.id, "main", "direct")
    assert Entry.objects.filter(pk=row.pk, kind="collection.recorded").exists()
    used = back.post(USES, wish("email"))
    assert used.json()["values"] == {"email": EMAIL}
    assert used.headers["Cache-Control"] == "no-store"
    every = back.post(USES, wish()).json()["values"]
    assert every["display_name"] == "Example"
    assert every["region"] is None
    assert Entry.objects.filter(kind="collection.used").count() == 2


@pytest.mark.parametrize(
    ("change", "status", "code", "where"),
    [
        (
            {"fields": {"email": EMAIL, "shoe_size": "43"}},
            422,
            "field-undeclared",
            "fields.shoe_size",
        ),
        ({"category": "horoscope"}, 422, "category-undeclared", "category"),
        ({"purpose": "resale"}, 422, "purpose-undeclared", "purpose"),
        ({"source": "gossip"}, 422, "source-undeclared", "source"),
        ({"fields": {"display_name": "Example"}}, 422, "field-required", "fields.email"),
        ({"fields": {"email": EMAIL, "display_name": "x" * 81}}, 422, "field-too-long", None),
        ({"fields": {"email": 7}}, 422, None, "fields.email"),
        ({"of_age": False}, 403, "below-minimum-age", "of_age"),
        ({"fields": {"email": ["a"]}}, 422, "misshapen", None),
        ({"colour": "red"}, 422, "misshapen", None),
    ],
)
def test_what_is_not_declared_is_refused_with_its_sentence(
    back: Outside,
    change: dict[str, Any],
    status: int,
    code: str | None,
    where: str | None,
) -> None:
    told = back.post(RECORDS, {**account(), **change})
    problem = told.json()
    assert told.status_code == status
    assert code is None or problem["type"] == f"urn:troth:problem:{code}"
    assert where is None or problem["where"] == where
    assert code == "misshapen" or problem["statement"]
    assert EMAIL not in told.content.decode()
    assert not Record.objects.exists()
    assert not Detail.objects.exists()
    assert not Person.objects.exists()


def test_what_needs_a_consent_is_refused_until_it_stands_and_from_its_withdrawal_on(
    version: str, back: Outside
) -> None:
    back.post(RECORDS, account())
    message = {
        "subject": "user-1",
        "category": "contact-message",
        "purpose": "publication",
        "fields": {"text": "You may print this."},
        "of_age": True,
    }
    problem = refused(back.post(RECORDS, message), 403, "separate-consent-missing")
    assert problem["statement"]
    said = yes(version, "purpose.publication", subject="user-1")
    assert back.post(CONSENTS, said).status_code == 200
    assert back.post(RECORDS, message).status_code == 201
    use = {"subject": "user-1", "category": "contact-message", "purpose": "publication"}
    assert back.post(USES, use).json()["values"]["text"] == "You may print this."
    back.post(CONSENTS, {**said, "choices": {"purpose.publication": False}, "texts": {}})
    refused(back.post(RECORDS, message), 403, "separate-consent-missing")
    refused(back.post(USES, use), 403, "separate-consent-missing")


def test_a_batch_is_taken_in_whole_or_not_at_all(back: Outside) -> None:
    rows = [account(f"user-{number}") for number in range(120)]
    told = back.post(RECORDS, {"records": rows})
    assert told.status_code == 201
    assert len(set(told.json()["ids"])) == 120
    assert Record.objects.count() == 120
    worse = [usage(f"user-{number}") for number in range(120)]
    worse[77] = usage("user-77", fields={"text": "x", "mood": "grim"})
    problem = refused(back.post(RECORDS, {"records": worse}), 422, "field-undeclared")
    assert problem["where"] == "records[77].fields.mood"
    assert Record.objects.count() == 120
    refused(back.post(RECORDS, {"records": []}), 422, "records-number")


def test_nobody_is_made_by_a_call_that_is_refused(back: Outside) -> None:
    rows = [account("user-1"), account("user-2", fields={})]
    told = back.post(RECORDS, {"records": rows})
    assert told.status_code == 422
    assert not Person.objects.exists()
    problem = refused(back.post(RECORDS, usage("user-3")), 404, "subject-unknown")
    assert problem["where"] == "subject"
    refused(back.post(USES, wish("email")), 404, "subject-unknown")


def test_a_record_that_comes_twice_is_taken_in_once(back: Outside) -> None:
    key = once()
    first = back.post(RECORDS, account(), idempotency_key=key)
    again = back.post(RECORDS, account(), idempotency_key=key)
    assert first.json() == again.json()
    assert Record.objects.count() == 1
    other = account(fields={"email": "other@example.com"})
    refused(back.post(RECORDS, other, idempotency_key=key), 422, "idempotency-mismatch")
    beside = outside(label="Another")
    assert beside.post(RECORDS, account(), idempotency_key=key).json() != first.json()


def test_a_refused_call_is_done_once_it_was_mended(back: Outside) -> None:
    key = once()
    refused(back.post(RECORDS, usage(), idempotency_key=key), 404, "subject-unknown")
    back.post(RECORDS, account())
    assert back.post(RECORDS, usage(), idempotency_key=key).status_code == 201


def test_nothing_is_taken_of_who_was_erased_a_moment_ago(back: Outside) -> None:
    back.post(RECORDS, account())
    erasure.erase(PersonId(Person.objects.get().pk), "asked")
    refused(back.post(RECORDS, usage()), 404, "subject-unknown")
    refused(back.post(USES, wish("email")), 404, "subject-unknown")
    assert not Record.objects.exclude(person="").exists()


def test_refusals_are_counted_by_reason_with_names_alone(back: Outside) -> None:
    wrong = {**account(), "fields": {"email": EMAIL, "shoe_size": "43"}}
    for _ in range(3):
        back.post(RECORDS, wrong)
    back.post(USES, wish("email", purpose="resale"))
    row = Refusal.objects.get(code="field-undeclared")
    assert (row.times, row.fields, row.key) == (3, "shoe_size", back.made.key.id)
    assert row.statement == "collection.definition"
    assert Refusal.objects.filter(code="subject-unknown", verb="use").exists()


def test_what_never_leaves_is_given_to_no_key(back: Outside) -> None:
    back.post(RECORDS, account())
    asked = wish("password", category="credential", purpose="security")
    problem = refused(back.post(USES, asked), 403, "category-never-leaves")
    assert problem["statement"] == "collection.direct"


def test_a_purpose_or_field_that_is_not_told_of_is_not_used_for(back: Outside) -> None:
    back.post(RECORDS, account())
    assert back.post(USES, wish("email", purpose="resale")).status_code in {403, 422}
    refused(back.post(USES, wish("shoe_size")), 422, "field-undeclared")


def test_a_test_key_is_told_the_same_and_keeps_nothing(back: Outside) -> None:
    trial = outside(test=True)
    told = trial.post(RECORDS, account())
    assert (told.status_code, told.json()["test"]) == (200, True)
    assert "id" not in told.json()
    wrong = {**account(), "fields": {"email": EMAIL, "shoe_size": "43"}}
    refused(trial.post(RECORDS, wrong), 422, "field-undeclared")
    back.post(RECORDS, account())
    assert trial.post(USES, wish("email")).json()["values"] == {"email": None}
    assert Record.objects.count() == 1
    assert not Refusal.objects.exists()


def test_a_call_needs_a_secret_key_that_may(back: Outside) -> None:
    told = Client().post(RECORDS, b"{}", content_type="application/json")
    refused(told, 401, "key-missing")
    page = outside(PUBLISHABLE)
    refused(page.post(RECORDS, account()), 403, "key-scope")
    reader = outside(scopes=frozenset({"uses"}))
    refused(reader.post(RECORDS, account()), 403, "key-scope")
    back.headers["origin"] = ORIGIN
    refused(back.post(RECORDS, account()), 403, "key-origin")
    plain = back.client.post(RECORDS, b"{}", content_type="text/plain", headers=back.headers)
    assert plain.status_code in {403, 415}


def test_a_body_that_is_no_json_is_told_where(back: Outside) -> None:
    problem = refused(back.post(RECORDS, b'{"subject": '), 400, "malformed-json")
    assert (problem["line"], problem["column"]) == (1, 13)
