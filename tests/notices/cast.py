"""Who gets mail in the tests, and a mail they get."""

from datetime import UTC, datetime
from typing import Final

from troth import vault
from troth.people.mail import Mail, post
from troth.people.values import Under, replace
from troth.policy.words import Lang, Message
from troth.store import SYSTEM, Store, Tx, transact_on
from troth.vault import PersonId

NOON: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)
STORE: Final = Store()
UNDER: Final = Under("staff-account", "staff-access", "direct", frozenset({"handle", "password"}))
ADDRESS: Final = "canary-77@example.invalid"
TOKEN: Final = "https://example.invalid/console/invitation/canary-token"
INVITED: Final = Mail(
    "test.invited",
    Message("Tells somebody that she is invited."),
    "You are invited",
    "Hello,\n\nthis link lets you in: %(link)s\n\nIt holds until %(until)s.",
    {"link": Message("The link that lets her in."), "until": Message("Until when it holds.")},
    {"link": "https://example.com/console/invitation/sample"},
)
VALUES: Final = {"link": TOKEN, "until": "2026-05-11"}


def somebody(address: str = ADDRESS, at: datetime = NOON) -> PersonId:
    """Return somebody who has given her address as a member of staff."""
    person = vault.new_person()
    vault.prepare([person])
    transact_on(STORE, SYSTEM, at, take_in, person, address)
    return person


def take_in(tx: Tx, person: PersonId, address: str) -> None:
    replace(tx, "test.address", person, {"email": address}, UNDER)


def put_mail(
    person: PersonId, key: str = "k", lang: Lang | None = None, at: datetime = NOON
) -> bool:
    """Post the invitation, in a transaction of its own."""
    return transact_on(STORE, SYSTEM, at, post, person, INVITED.name, VALUES, key, lang=lang)
