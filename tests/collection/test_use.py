"""A value is used for a declared purpose, by who agreed to it; every use is entered."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.collection.cast import AT, KEY, agree, message, somebody, taken, use, used
from tests.versions.cast import FIRST, default_policy, hash_of, propose_at
from troth.collection.given import Given, Refused, Value
from troth.collection.models import Refusal
from troth.ledger.models import Entry
from troth.people import erasure
from troth.vault import PersonId

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
PARTNER = "purpose.partner-services"
LATER = AT + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def version() -> str:
    return hash_of(propose_at(FIRST, default_policy()))


@pytest.fixture
def subject() -> PersonId:
    return somebody()


def uses() -> list[bytes]:
    found = Entry.objects.filter(kind="collection.used").order_by("id")
    return [bytes(body) for body in found.values_list("body", flat=True)]


def refusal(subject: PersonId, *fields: str, **told: str) -> Refused:
    found = use(subject, fields, **told)  # type: ignore[arg-type]
    assert isinstance(found, Refused), found
    assert uses() == []
    return found


def test_the_newest_value_of_each_field_is_given_in_one_read(subject: PersonId) -> None:
    taken(message(subject, {"text": "first", "name": "Made-up Somebody"}))
    taken(message(subject, {"text": "second"}), at=LATER)
    with CaptureQueriesContext(connection) as queries:
        values = used(subject, "name", "text", "reply_to")
    assert values == {"name": "Made-up Somebody", "text": "second", "reply_to": None}
    assert len([q for q in queries if "people_detail" in q["sql"]]) == 1
    (body,) = uses()
    assert b'"fields":["name","reply_to","text"]' in body
    assert KEY.key.encode() in body
    assert b"second" not in body


def test_no_field_named_is_all_that_are_declared(subject: PersonId) -> None:
    taken(message(subject))
    values = used(subject)
    assert values["text"] == "Where is my parcel?"
    assert set(values) == {
        *("reply_to", "name", "subject", "text", "thread", "received_at", "policy_version"),
    }


def test_a_value_comes_back_as_its_kind(subject: PersonId) -> None:
    asked: dict[str, Value] = {"purposes": "none", "signal": True, "at": "2026-01-01"}
    taken(Given(subject, "choice", "choices", "direct", {"subject": "x", **asked}))
    found = used(subject, *asked, category="choice", purpose="rights")
    assert found == asked


def test_a_use_the_policy_does_not_tell_of_is_refused_with_its_sentence(subject: PersonId) -> None:
    taken(message(subject))
    found = refusal(subject, purpose="account")
    assert (found.status, found.code) == (422, "purpose-undeclared")
    assert found.statement == "protection.measures"
    assert refusal(subject, category="gossip").code == "category-undeclared"
    beyond = refusal(subject, "text", "shoe_size")
    assert (beyond.status, beyond.code, beyond.fields) == (422, "field-undeclared", ("shoe_size",))
    assert refusal(subject, "a b").code == "name-malformed"
    assert {row.verb for row in Refusal.objects.all()} == {"use"}


def test_a_consent_opens_a_use_and_its_withdrawal_closes_it(
    version: str, subject: PersonId
) -> None:
    told = {"category": "partner", "purpose": "partner-services"}
    found = refusal(subject, **told)
    assert (found.status, found.code) == (403, "separate-consent-missing")
    agree(subject, version, PARTNER)
    taken(Given(subject, "partner", "partner-services", "usage", {"feature": "banner"}))
    assert used(subject, "feature", **told) == {"feature": "banner"}
    agree(subject, version, PARTNER, given=False)
    assert isinstance(use(subject, (), told["category"], told["purpose"]), Refused)


def test_what_never_leaves_is_not_told_to_the_operators_own_system(subject: PersonId) -> None:
    """A key is no member, but what it reads is outside by then: the stricter reading."""
    found = refusal(subject, category="credential", purpose="account")
    assert (found.status, found.code, found.at) == (403, "category-never-leaves", "category")
    assert found.statement == "collection.direct"


def test_of_who_was_erased_nothing_is_used(subject: PersonId) -> None:
    taken(message(subject))
    erasure.erase(subject, "asked")
    assert (refusal(subject).status, refusal(subject).code) == (410, "subject-erased")


def test_somebody_elses_values_are_not_hers(subject: PersonId) -> None:
    taken(message(subject))
    assert set(used(somebody()).values()) == {None}
