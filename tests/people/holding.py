"""Somebody of whom something is held, and what the tests of holdings ask about her."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from tests.versions.cast import FIRST
from troth import vault
from troth.ledger.models import Entry
from troth.ledger.sequencer import integrate_all, open_log
from troth.ledger.verify import verify
from troth.ledger.verify.data import DataSource
from troth.people import holdings
from troth.people.actions import enrol
from troth.people.held import days_in_force
from troth.people.values import Under, keep
from troth.store import SYSTEM, Store, Tx, transact_on
from troth.vault import PersonId
from troth.versions import facts

AT: Final = FIRST + timedelta(hours=1)
DAY: Final = timedelta(days=1)
SECOND: Final = timedelta(seconds=1)
QUERY: Final = Under("query", "search", "direct")
"""Kept for 30 days from when it was entered, by the default policy."""
STORE: Final = Store()


def somebody(name: str = "Anna Example", at: datetime = AT) -> PersonId:
    """Enrol somebody of this name."""
    person = vault.new_person()
    vault.prepare([person])
    address = name.lower().replace(" ", ".") + "@example.com"
    given = {"email": address, "display_name": name}
    transact_on(STORE, SYSTEM, at, enrol, person, given, of_age=True)
    return person


def put(person: PersonId, text: str, at: datetime = AT, under: Under = QUERY) -> None:
    """Keep a query of hers, or another value of a category with one field."""
    field = {"credential": "password", "staff-account": "name"}.get(under.category, "text")
    transact_on(STORE, SYSTEM, at, keep, "test.kept", person, {field: text}, under)


def told(person: PersonId, purpose: str = "rights", at: datetime = AT) -> list[tuple[Any, ...]]:
    """Export all that is held of her; return (category.field, value, at, purpose, source)."""

    def verb(tx: Tx) -> list[tuple[Any, ...]]:
        return [
            (f"{h.category}.{h.field}", h.value.reveal(), h.at, h.purpose, h.source)
            for h in holdings.export_all(tx, person, purpose)
        ]

    return transact_on(STORE, SYSTEM, at, verb)


def expired(at: datetime, limit: int = 1_000, **days: int | None) -> dict[str, int]:
    """Let expire what is over; return rows by package. `days` are those of the policy if none."""

    def verb(tx: Tx) -> dict[str, int]:
        ends = {name.replace("_", "-"): number for name, number in days.items()}
        found = holdings.expire_all(tx, ends or days_in_force(tx), limit)
        return {name: count for name, count in found if count}

    return transact_on(STORE, SYSTEM, at, verb)


def entries(kind: str) -> list[dict[str, Any]]:
    """Return what the entries of a kind say, the first first."""
    rows = Entry.objects.filter(kind=kind).order_by("id")
    return [msgspec.json.decode(bytes(row.body)) for row in rows]


def places() -> Counter[str]:
    """Return how many rows hold each field."""
    found: Counter[str] = Counter()
    for place in holdings.stored_all(STORE.alias):
        found[f"{place.category}.{place.field}"] += place.rows
    return found


def ledger_holds() -> bool:
    """Tell whether the ledger stands, and every decision of it comes out the same again."""
    open_log(STORE)
    integrate_all(STORE)
    source = DataSource(STORE.alias, lambda: facts.all_files(STORE.alias))
    return verify(source).holds
