"""Once somebody is erased no answer that was kept of hers names her, or is given again."""

from collections.abc import Iterator

import pytest
from django.db import connection
from troth_client.assertions import assertion

from tests.api.cast import COUNT, PUBLISHABLE, STATISTICS, begin, once, outside, yes
from tests.api.test_consents import CONSENTS, HERE, refused
from troth.people import erasure
from troth.people.models import Person
from troth.sites.secrets import bearer_of
from troth.vault import PersonId

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def naming(person: PersonId) -> set[str]:
    """Return the tables in which an id stands, as text or as bytes, whole or within."""
    found = set()
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            if any(person in text for row in cursor for text in _texts(row)):
                found.add(table)
    return found


def _texts(row: tuple[object, ...]) -> Iterator[str]:
    for value in row:
        if isinstance(value, bytes | memoryview):
            yield bytes(value).decode(errors="replace")
            yield bytes(value).hex()
        else:
            yield str(value)


def test_an_answer_is_not_given_again_to_who_was_erased_and_names_her_nowhere() -> None:
    version, back, page = begin(), outside(), outside(PUBLISHABLE)
    first, second, third = once(), once(), once()
    met = yes(version, COUNT, bearer="visitor")
    secret = page.post(CONSENTS, met, idempotency_key=first).json()["secret"]
    more = {"troth_subject": secret, "idempotency_key": second}
    assert page.post(CONSENTS, yes(version, STATISTICS), **more).status_code == 200
    again = page.post(CONSENTS, met, idempotency_key=first).json()
    assert again["secret"] == secret
    borne = bearer_of(secret)
    assert borne is not None
    assert "consent_choice" in naming(borne.person)
    assert "store_answer" not in naming(borne.person)
    known = yes(version, COUNT, subject="user-1", new=True)
    assert back.post(CONSENTS, known, idempotency_key=third).status_code == 200
    user = Person.objects.exclude(pk=borne.person).get().pk
    for person in (borne.person, PersonId(user)):
        erasure.erase(person, "asked")
        assert naming(person) == {"vault_tombstone"}
    refused(page.post(CONSENTS, met, idempotency_key=first), 410, "subject-erased")
    refused(page.post(CONSENTS, yes(version, STATISTICS), **more), 410, "subject-erased")
    refused(back.post(CONSENTS, known, idempotency_key=third), 404, "subject-unknown")
    assert not Person.objects.exists()


def test_an_assertion_of_who_was_erased_is_given_no_answer_again() -> None:
    version, back, page = begin(), outside(), outside(PUBLISHABLE)
    body = yes(version, COUNT)
    sent = {"troth_assertion": assertion(back.made.text, HERE, "user-1"), "idempotency_key": once()}
    told = page.post(CONSENTS, body, **sent).json()
    assert page.post(CONSENTS, body, **sent).json()["changed"] == told["changed"]
    erasure.erase(PersonId(Person.objects.get().pk), "asked")
    refused(page.post(CONSENTS, body, **sent), 404, "subject-unknown")
    assert not Person.objects.exists()
