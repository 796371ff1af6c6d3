"""Records and refusals as the tests of pages find them: of several days, keys, kinds and people."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from tests.access.house import House, act
from tests.pages.keyed import make
from troth import vault
from troth.collection import actions
from troth.collection.given import By, Given, Refused, Taken
from troth.collection.models import Record
from troth.people.subjects import make_subject
from troth.sites.models import Key
from troth.store import SYSTEM
from troth.vault import PersonId

RECORDS: Final = "/console/records"
TOLD: Final = "Where is my parcel?"
"""A value: it is on no page."""
DAY: Final = timedelta(days=1)


def subjects(count: int) -> list[PersonId]:
    found = [vault.new_person() for _ in range(count)]
    vault.prepare(found)
    for person in found:
        act(SYSTEM, make_subject, person, "person", at=datetime.now(UTC))
    return found


def message(subject: PersonId, **more: Any) -> Given:
    told = {"category": "contact-message", "purpose": "support", "source": "direct"}
    return Given(subject=subject, **{**told, "fields": {"text": TOLD}, **more})


def take(key: Key, *given: Given) -> Taken | Refused:
    return act(SYSTEM, actions.take, given, By(key.pk, key.site), at=datetime.now(UTC))


def before(days: int, record: Record, *persons: PersonId) -> None:
    """Have records like one been handed in by these, some days before."""
    told = {name: getattr(record, name) for name in ("category", "purpose", "source", "version")}
    at = datetime.now(UTC) - days * DAY
    about = {"key": record.key, "site": record.site, "fields": record.fields, "at": at}
    Record.objects.bulk_create(Record(id=uuid4(), person=one, **told, **about) for one in persons)


def handed_in(staff: House) -> tuple[Key, Key]:
    """Have two keys hand in what is told of, and what is not; return them."""
    back = make(staff).key
    nightly = make(staff, label="Nightly import", scopes=frozenset({"records"})).key
    many = subjects(6)
    for person in many:
        take(back, message(person))
    take(nightly, message(many[0], purpose="rights"))
    newest = Record.objects.filter(key=back.pk)[0]
    for days in (1, 2, 3, 5, 8, 13):
        before(days, newest, *many * (days % 3 + 1))
    before(4, newest, *many[:2])
    for _ in range(3):
        take(nightly, message(many[0], fields={"text": TOLD, "shoe_size": 43}))
    take(nightly, message(many[0], category="horoscope"))
    take(back, message(many[0], fields={"text": "x" * 10_001}))
    return back, nightly


def seen_in_pictures(back: Key, nightly: Key) -> None:
    """Let a morning go by: kinds of data of many and of few, and calls that were wrong."""
    many = subjects(23)
    for number, person in enumerate(many):
        take(back, message(person), *[message(person)] * (number % 3))
    email = {"email": "somebody@example.com"}
    for person in many[:14]:
        take(nightly, message(person, category="account", purpose="account", fields=email))
    take(back, *[message(one, purpose="rights") for one in many[20:]])
    query = {"category": "query", "purpose": "search", "fields": {"text": "opening hours"}}
    wrong: list[tuple[Key, int, dict[str, Any]]] = [
        (nightly, 31, {"fields": {"text": TOLD, "shoe_size": 43, "star_sign": "Leo"}}),
        (back, 6, {"purpose": "partner-services"}),
        (back, 4, query),
        (nightly, 2, {"category": "horoscope"}),
        (back, 1, {"fields": {"text": "x" * 10_001}}),
    ]
    for key, times, other in wrong:
        for _ in range(times):
            take(key, message(many[0], **other))
