"""The cast of the records' tests: a policy in force, somebody, and what a key hands in."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from tests.consent.cast import choose, seen
from tests.versions.cast import FIRST
from troth import vault
from troth.collection import actions
from troth.collection.given import By, Given, Refused, Taken, Used, Value
from troth.people.subjects import make_subject
from troth.store import SYSTEM, Store, transact_on
from troth.vault import PersonId

AT: Final = FIRST + timedelta(hours=1)
KEY: Final = By("abcdefghijkl", "main")
COUNT: Final = "purpose.visitor-count"


def somebody() -> PersonId:
    """Return a subject who is known: a key, and a row."""
    person = vault.new_person()
    vault.prepare([person])
    transact_on(Store(), SYSTEM, FIRST, make_subject, person, "person")
    return person


def message(subject: PersonId, fields: Mapping[str, Value] | None = None, **more: Any) -> Given:
    """Return a message to the support, as a site's back end hands it in."""
    written = {"text": "Where is my parcel?"} if fields is None else fields
    told = {"category": "contact-message", "purpose": "support", "source": "direct"}
    return Given(subject=subject, fields=written, **{**told, **more})


def take(*given: Given, by: By = KEY, at: datetime = AT) -> Taken | Refused:
    return transact_on(Store(), SYSTEM, at, actions.take, given, by)


def taken(*given: Given, by: By = KEY, at: datetime = AT) -> Taken:
    found = take(*given, by=by, at=at)
    assert isinstance(found, Taken), found
    return found


def refused(*given: Given, by: By = KEY) -> Refused:
    found = take(*given, by=by)
    assert isinstance(found, Refused), found
    return found


def use(
    subject: PersonId,
    fields: Sequence[str] = (),
    category: str = "contact-message",
    purpose: str = "support",
    at: datetime = AT,
) -> Used | Refused:
    return transact_on(Store(), SYSTEM, at, actions.use, subject, category, fields, purpose, KEY)


def used(subject: PersonId, *fields: str, **told: Any) -> Mapping[str, Value]:
    found = use(subject, fields, **told)
    assert isinstance(found, Used), found
    return found.values


def agree(subject: PersonId, version: str, about: str, *, given: bool = True) -> None:
    """Have somebody say yes or no to one thing."""
    choose(subject, {about: given}, seen(version, about), AT)
