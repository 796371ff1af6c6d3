"""Consents from outside: by the operator's back end, by a visitor herself, by an account's user."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from troth_client.assertions import assertion

from tests.api.cast import (
    COUNT,
    ORIGIN,
    PARTNERS,
    PUBLISHABLE,
    STATISTICS,
    Outside,
    begin,
    once,
    outside,
    policy_with_a_site,
    yes,
)
from tests.versions.cast import FIRST, hash_of, propose_at
from troth.consent.models import Choice, Standing
from troth.people import erasure
from troth.people.models import Person
from troth.sites.secrets import bearer_of
from troth.vault import PersonId

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
CONSENTS = "/v1/consents"
HERE = "http://testserver"


@pytest.fixture
def version() -> str:
    return begin()


@pytest.fixture
def back(version: str) -> Outside:
    assert version
    return outside()


@pytest.fixture
def page(version: str) -> Outside:
    assert version
    return outside(PUBLISHABLE)


def stand(told: Any) -> dict[str, bool]:
    assert told.status_code == 200, told.content
    return {about: one["given"] for about, one in told.json()["choices"].items()}


def refused(told: Any, status: int, code: str) -> dict[str, Any]:
    assert told.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = told.json()
    assert (told.status_code, problem["type"]) == (status, f"urn:troth:problem:{code}")
    return problem


def test_an_operators_user_says_yes_and_takes_it_back(version: str, back: Outside) -> None:
    told = back.post(CONSENTS, yes(version, STATISTICS, subject="user-1", new=True))
    assert told.status_code == 200
    assert told.json()["changed"] == [STATISTICS]
    assert told.json()["token"].startswith("troth_ct_")
    assert "secret" not in told.json()
    assert told.headers["Cache-Control"] == "no-store"
    assert stand(back.get(f"{CONSENTS}?subject=user-1")) == {STATISTICS: True}
    body = yes(version, STATISTICS, subject="user-1")
    told = back.post(CONSENTS, {**body, "choices": {STATISTICS: False}, "texts": {}})
    assert told.json()["sequence"] == 2
    assert stand(back.get(f"{CONSENTS}?subject=user-1")) == {STATISTICS: False}


def test_what_may_be_asked_is_told_in_her_language_with_its_hash(
    version: str, back: Outside
) -> None:
    back.post(CONSENTS, yes(version, STATISTICS, subject="user-1", new=True))
    told = {
        lang: back.get(f"{CONSENTS}?subject=user-1&lang={lang}").json() for lang in ("zh", "en")
    }
    for lang, answer in told.items():
        assert answer["version"] == version
        words = {one["about"]: one for one in answer["asked"]}
        assert words[PARTNERS]["kind"] == "separate"
        assert words[STATISTICS]["kind"] == "consent"
        body = {**yes(version, COUNT, subject="user-1"), "lang": lang}
        body["texts"] = {COUNT: words[COUNT]["hash"]}
        assert back.post(CONSENTS, body).status_code == 200
    assert told["zh"]["asked"] != told["en"]["asked"]


def test_nobody_is_made_by_chance(version: str, back: Outside) -> None:
    refused(back.get(f"{CONSENTS}?subject=user-1"), 404, "subject-unknown")
    refused(back.post(CONSENTS, yes(version, COUNT, subject="user-1")), 404, "subject-unknown")
    refused(back.post(CONSENTS, yes(version, COUNT)), 422, "subject-missing")
    refused(back.post(CONSENTS, yes(version, COUNT, subject="a\nb")), 422, "subject-unfit")
    assert not Person.objects.exists()


def test_a_visitor_is_made_at_first_contact_and_proves_herself_from_then_on(
    version: str, page: Outside
) -> None:
    told = page.post(CONSENTS, yes(version, STATISTICS, bearer="visitor"))
    secret = told.json()["secret"]
    assert told.headers["Access-Control-Allow-Origin"] == "*"
    assert stand(page.get(CONSENTS, troth_subject=secret)) == {STATISTICS: True}
    again = page.post(CONSENTS, yes(version, COUNT), troth_subject=secret)
    assert "secret" not in again.json()
    row = Choice.objects.first()
    assert row is not None
    assert (row.bearer, row.key, row.origin) == ("visitor", page.made.key.id, ORIGIN)
    other = page.post(CONSENTS, yes(version, STATISTICS, bearer="visitor")).json()["secret"]
    assert other != secret


def test_who_proves_nothing_is_nobody(version: str, page: Outside) -> None:
    refused(page.post(CONSENTS, yes(version, COUNT)), 422, "subject-missing")
    secret = page.post(CONSENTS, yes(version, COUNT, bearer="visitor")).json()["secret"]
    forged = secret[:-2] + ("AA" if secret[-2:] != "AA" else "BB")
    refused(page.get(CONSENTS, troth_subject=forged), 401, "subject-secret")
    named = page.post(CONSENTS, yes(version, COUNT, subject="user-1", new=True))
    refused(named, 403, "subject-named")
    refused(page.get(f"{CONSENTS}?subject=user-1"), 403, "subject-named")


def test_an_account_is_acted_for_by_an_assertion_once(
    version: str, back: Outside, page: Outside
) -> None:
    def said(subject: str = "user-1") -> str:
        return assertion(back.made.text, HERE, subject)

    first = said()
    assert page.post(CONSENTS, yes(version, COUNT), troth_assertion=first).status_code == 200
    again = page.post(CONSENTS, yes(version, STATISTICS), troth_assertion=first)
    refused(again, 401, "assertion-replayed")
    assert stand(back.get(f"{CONSENTS}?subject=user-1")) == {COUNT: True}
    assert stand(page.get(CONSENTS, troth_assertion=said())) == {COUNT: True}
    elsewhere = assertion(back.made.text, "https://elsewhere.example.com", "user-1")
    refused(page.get(CONSENTS, troth_assertion=elsewhere), 401, "assertion-audience")


def test_a_refused_call_uses_no_assertion_up(version: str, back: Outside, page: Outside) -> None:
    text = assertion(back.made.text, HERE, "user-1")
    body = yes(version, COUNT)
    refused(
        page.post(CONSENTS, {**body, "texts": {COUNT: "0" * 64}}, troth_assertion=text),
        422,
        "text-other",
    )
    assert page.post(CONSENTS, body, troth_assertion=text).status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "code", "where"),
    [
        ({"version": "0" * 64}, 409, "version-superseded", f"choices.{COUNT}"),
        ({"texts": {}}, 422, "text-other", f"choices.{COUNT}"),
        (
            {"choices": {"purpose.unheard-of": True}},
            422,
            "choice-unknown",
            "choices.purpose.unheard-of",
        ),
        ({"choices": {"purpose.account": True}}, 422, "choice-unknown", "choices.purpose.account"),
        ({"choices": {}}, 422, "choice-unknown", None),
        ({"choices": {COUNT: "yes"}}, 422, "misshapen", "choices[...]"),
        ({"lang": "fr"}, 422, "misshapen", "lang"),
        ({"surface": "My Banner"}, 422, "misshapen", "surface"),
        ({"region": "Germany"}, 422, "misshapen", "region"),
        ({"extra": 1}, 422, "misshapen", None),
    ],
)
def test_what_does_not_fit_is_refused_where_it_stands(
    version: str, back: Outside, change: dict[str, Any], status: int, code: str, where: str | None
) -> None:
    body = {**yes(version, COUNT, subject="user-1", new=True), **change}
    problem = refused(back.post(CONSENTS, body), status, code)
    assert problem.get("where") == where
    assert not Choice.objects.exists()


def test_a_separate_consent_is_asked_for_alone(version: str, back: Outside) -> None:
    both = yes(version, COUNT, PARTNERS, subject="user-1", new=True)
    refused(back.post(CONSENTS, both), 422, "not-alone")
    alone = back.post(CONSENTS, yes(version, PARTNERS, subject="user-1", new=True))
    assert alone.json()["changed"] == [PARTNERS]


def test_a_no_is_taken_whatever_was_shown(version: str, back: Outside) -> None:
    back.post(CONSENTS, yes(version, COUNT, subject="user-1", new=True))
    body = yes("0" * 64, COUNT, subject="user-1")
    told = back.post(CONSENTS, {**body, "choices": {COUNT: False}, "texts": {}})
    assert told.json()["changed"] == [COUNT]
    assert stand(back.get(f"{CONSENTS}?subject=user-1")) == {COUNT: False}


def test_a_no_needs_nothing_but_what_it_is_about(version: str, back: Outside) -> None:
    back.post(CONSENTS, yes(version, COUNT, subject="user-1", new=True))
    told = back.post(CONSENTS, {"subject": "user-1", "choices": {COUNT: False}})
    assert told.json()["changed"] == [COUNT]
    bare = {"subject": "user-1", "choices": {COUNT: True}}
    refused(back.post(CONSENTS, bare), 409, "version-superseded")


def test_a_call_that_comes_twice_is_done_once(version: str, back: Outside, page: Outside) -> None:
    key, body = once(), yes(version, COUNT, subject="user-1", new=True)
    first = back.post(CONSENTS, body, idempotency_key=key).json()
    again = back.post(CONSENTS, body, idempotency_key=key).json()
    assert (first["sequence"], first["changed"]) == (again["sequence"], again["changed"])
    assert Choice.objects.count() == 1
    other = {**body, "surface": "settings"}
    refused(back.post(CONSENTS, other, idempotency_key=key), 422, "idempotency-mismatch")
    refused(back.post(CONSENTS, body, idempotency_key="x" * 201), 422, "idempotency-key")
    guessed = page.post(CONSENTS, yes(version, COUNT, bearer="visitor"), idempotency_key="1")
    refused(guessed, 422, "idempotency-key")
    visitor = yes(version, COUNT, bearer="visitor")
    first = page.post(CONSENTS, visitor, idempotency_key=key).json()
    again = page.post(CONSENTS, visitor, idempotency_key=key).json()
    assert first["secret"] == again["secret"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM store_answer")
        kept = b"".join(bytes(row[0]) for row in cursor.fetchall())
    assert first["secret"].encode() not in kept
    assert b"troth_ct_" not in kept


def test_nothing_is_taken_of_who_was_erased(version: str, back: Outside, page: Outside) -> None:
    back.post(CONSENTS, yes(version, COUNT, subject="user-1", new=True))
    secret = page.post(CONSENTS, yes(version, COUNT, bearer="visitor")).json()["secret"]
    for subject in Standing.objects.values_list("subject", flat=True):
        erasure.erase(PersonId(subject), "asked")
    refused(back.post(CONSENTS, yes(version, COUNT, subject="user-1")), 404, "subject-unknown")
    refused(page.post(CONSENTS, yes(version, COUNT), troth_subject=secret), 410, "subject-erased")
    refused(page.get(CONSENTS, troth_subject=secret), 410, "subject-erased")
    borne = bearer_of(secret)
    assert borne is not None
    assert not Choice.objects.exclude(subject="").exists()


def test_a_test_key_writes_nothing_and_sees_nobody(version: str, back: Outside) -> None:
    back.post(CONSENTS, yes(version, COUNT, subject="user-1", new=True))
    trial = outside(test=True)
    told = trial.post(CONSENTS, yes(version, STATISTICS, subject="user-1"))
    assert told.status_code == 200
    assert told.json()["changed"] == [STATISTICS]
    assert told.json()["test"] is True
    assert "token" not in told.json()
    assert stand(trial.get(f"{CONSENTS}?subject=user-1")) == {}
    assert stand(back.get(f"{CONSENTS}?subject=user-1")) == {COUNT: True}
    wrong = {**yes(version, STATISTICS, subject="user-1"), "texts": {}}
    refused(trial.post(CONSENTS, wrong), 422, "text-other")


def test_a_call_needs_a_key_that_may(version: str, page: Outside) -> None:
    bare = Client()
    told = bare.post(CONSENTS, b"{}", content_type="application/json")
    refused(told, 401, "key-missing")
    reader = outside(scopes=frozenset({"uses"}))
    refused(reader.post(CONSENTS, yes(version, COUNT, subject="user-1")), 403, "key-scope")
    page.headers["origin"] = "https://evil.example.com"
    told = page.post(CONSENTS, yes(version, COUNT, bearer="visitor"))
    refused(told, 403, "key-origin")
    assert told.headers["Access-Control-Allow-Origin"] == "*"


def test_a_browser_may_ask_before_it_calls_and_sends_no_cookie_that_counts(page: Outside) -> None:
    asked = page.client.options(
        CONSENTS,
        headers={"origin": ORIGIN, "access-control-request-method": "POST"},
    )
    assert asked.status_code == 204
    assert "Troth-Subject" in asked.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in asked.headers
    elsewhere = page.client.options("/v1/policy", headers={"origin": ORIGIN})
    assert "Access-Control-Allow-Origin" not in elsewhere.headers


def test_a_consent_takes_few_statements(version: str, page: Outside) -> None:
    secret = page.post(CONSENTS, yes(version, COUNT, bearer="visitor")).json()["secret"]
    page.get(CONSENTS, troth_subject=secret)
    with CaptureQueriesContext(connection) as made:
        page.post(CONSENTS, yes(version, STATISTICS), troth_subject=secret)
    asked = [one["sql"] for one in made if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(asked) <= 12, "\n".join(asked)


def test_a_page_is_told_the_words_before_anybody_is_there(version: str, page: Outside) -> None:
    told = page.get(f"{CONSENTS}?lang=zh").json()
    assert (told["version"], told["choices"], told["sequence"]) == (version, {}, 0)
    assert {one["about"] for one in told["asked"]} >= {STATISTICS, COUNT, PARTNERS}
    assert "token" not in told
    assert not Person.objects.exists()
    refused(outside().get(CONSENTS), 422, "subject-missing")


def test_what_a_visitor_chose_joins_her_account_where_the_policy_says_so() -> None:
    files = policy_with_a_site()
    told = files["policy.toml"].replace(b"[site.main]\n", b"[site.main]\njoins_choices = true\n")
    version = hash_of(propose_at(FIRST, {**files, "policy.toml": told}))
    back, page = outside(), outside(PUBLISHABLE)
    words = {one["about"]: one["hash"] for one in page.get(CONSENTS).json()["asked"]}
    body = {**yes(version, COUNT, bearer="visitor"), "texts": words}
    secret = page.post(CONSENTS, body).json()["secret"]
    says = {**body, "choices": {}, "bearer": None, "join": True}
    text = assertion(back.made.text, HERE, "user-1")
    joined = page.post(CONSENTS, says, troth_subject=secret, troth_assertion=text)
    assert joined.json()["changed"] == [COUNT]
    assert stand(back.get(f"{CONSENTS}?subject=user-1")) == {COUNT: True}


def test_nothing_joins_where_the_policy_does_not_say_so(
    version: str, back: Outside, page: Outside
) -> None:
    secret = page.post(CONSENTS, yes(version, COUNT, bearer="visitor")).json()["secret"]
    text = assertion(back.made.text, HERE, "user-1")
    says = {**yes(version, STATISTICS), "join": True}
    told = page.post(CONSENTS, says, troth_subject=secret, troth_assertion=text)
    refused(told, 403, "join-undeclared")
    refused(back.get(f"{CONSENTS}?subject=user-1"), 404, "subject-unknown")


def test_a_test_key_takes_no_visitor_for_real(version: str, page: Outside) -> None:
    secret = page.post(CONSENTS, yes(version, COUNT, bearer="visitor")).json()["secret"]
    trial = outside(PUBLISHABLE, test=True)
    told = trial.get(CONSENTS, troth_subject=secret)
    assert told.json()["choices"] == {}
    assert stand(page.get(CONSENTS, troth_subject=secret)) == {COUNT: True}


@pytest.mark.parametrize(
    "address", ["https://Privacy.Example.com", "https://privacy.example.com:443/"]
)
def test_this_servers_address_is_read_as_a_browser_writes_it(
    version: str, back: Outside, page: Outside, settings: Any, address: str
) -> None:
    settings.TROTH_URL = address
    text = assertion(back.made.text, "https://privacy.example.com", "user-1")
    told = page.post(CONSENTS, yes(version, COUNT), troth_assertion=text)
    assert told.status_code == 200, told.content
