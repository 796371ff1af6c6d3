"""Something done to a store in a process of its own: `python -m tests.protection.driver …`.

Arguments: what to do, the data folder, the database ("" for SQLite), and further ones. Prints JSON.
"""

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from troth.site.boot import boot
from troth.site.config import Config, bundled_policy

DO: Final[dict[str, Callable[..., Any]]] = {}


def doing(does: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function be done by its name."""
    DO[does.__name__] = does
    return does


def main(what: str, data: str, database: str, *arguments: str) -> None:
    """Open the store as a start does, and do it."""
    boot(Config(data=Path(data), policy=bundled_policy(), database=database))
    told = DO[what](*arguments)
    sys.stdout.buffer.write(msgspec.json.encode(told))


def enrolled(numbers: Iterator[int]) -> Iterator[str]:
    """Enrol one person after the other."""
    from troth import vault  # noqa: PLC0415 - needs Django set up
    from troth.people.actions import enrol  # noqa: PLC0415 - the same
    from troth.store import transact  # noqa: PLC0415 - the same

    for number in numbers:
        person = vault.new_person()
        vault.prepare([person])
        transact(enrol, person, {"email": f"p{number}@example.invalid"}, of_age=True)
        yield person


@doing
def fill(count: str) -> list[str]:
    """Enrol persons, sign somebody in, examine, and integrate; return the persons."""
    from datetime import UTC, datetime  # noqa: PLC0415 - beside what needs Django set up

    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415 - the same

    from troth.evidence.examination import examine_all  # noqa: PLC0415 - the same
    from troth.ledger.sequencer import integrate_all  # noqa: PLC0415 - the same
    from troth.people.actions import open_account  # noqa: PLC0415 - the same
    from troth.people.passwords import chosen  # noqa: PLC0415 - the same
    from troth.store import Store, transact  # noqa: PLC0415 - the same

    persons = list(enrolled(iter(range(int(count)))))
    transact(open_account, "owner", chosen("correct horse battery staple"))
    SessionStore().create()
    examine_all(Store(), datetime.now(UTC))
    integrate_all(Store())
    return persons


@doing
def write() -> None:
    """Enrol persons until killed; every now and then integrate."""
    from troth.ledger.sequencer import integrate_all  # noqa: PLC0415 - needs Django set up
    from troth.store import Store  # noqa: PLC0415 - the same

    for number, _ in enumerate(enrolled(itertools.count())):
        if number % 10 == 0:
            integrate_all(Store())
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


@doing
def look(*persons: str) -> dict[str, Any]:
    """Tell what a store holds: what opens of persons, who is found, what guards it."""
    from django.contrib.sessions.models import Session  # noqa: PLC0415 - needs Django set up
    from django.db import connection  # noqa: PLC0415 - the same

    from troth import vault  # noqa: PLC0415 - the same
    from troth.ledger import tables  # noqa: PLC0415 - the same
    from troth.people.actions import open_account  # noqa: PLC0415 - the same
    from troth.people.passwords import chosen  # noqa: PLC0415 - the same
    from troth.store import immutable, transact  # noqa: PLC0415 - the same
    from troth.versions.models import TABLES  # noqa: PLC0415 - the same

    addresses = [f"p{number}@example.invalid" for number in range(len(persons))]
    return {
        "opened": [opened(person) for person in persons],
        "found": [transact(vault.find, "email", address) for address in addresses],
        "sessions": Session.objects.count(),
        "unprotected": [
            *immutable.unprotected(connection, TABLES),
            *immutable.unprotected(connection, tuple(tables.SET_ONCE), tables.SET_ONCE),
        ],
        "next": transact(open_account, "member", chosen("correct horse battery staple")).pk,
    }


def opened(person: str) -> str | None:
    """Open what is held of a person; None where nothing is."""
    from troth import vault  # noqa: PLC0415 - needs Django set up
    from troth.gate import decide, permit  # noqa: PLC0415 - the same
    from troth.gate.facts import UseFacts  # noqa: PLC0415 - the same
    from troth.people.models import Detail  # noqa: PLC0415 - the same
    from troth.store import Tx, transact  # noqa: PLC0415 - the same
    from troth.versions import facts  # noqa: PLC0415 - the same

    def verb(tx: Tx, person: vault.PersonId) -> str | None:
        row = Detail.objects.filter(person=person, field="email").first()
        rules = facts.current_rulebook(tx)
        if row is None or row.box is None or rules is None:
            return None
        use = UseFacts(category="account", purpose="account")
        leave = permit(decide(rules, use, tx.now), use, vault.pseudonym(tx, person))
        sealed = vault.Sealed(person, row.category, row.field, row.version, bytes(row.box))
        return vault.unseal(tx, sealed, leave).reveal()

    return transact(verb, vault.PersonId(person))


@doing
def erase(person: str) -> bool:
    """Erase somebody."""
    from troth import vault  # noqa: PLC0415 - needs Django set up
    from troth.people.erasure import erase as erase_person  # noqa: PLC0415 - the same

    erase_person(vault.PersonId(person), "asked")
    return True


@doing
def rotate() -> int:
    """Begin the next generation."""
    from troth import vault  # noqa: PLC0415 - needs Django set up

    return vault.rotate_generation()


@doing
def backups() -> list[dict[str, Any]]:
    """Return the backups that are noted, each with the ledger's words on it."""
    from troth.ledger.models import Entry  # noqa: PLC0415 - needs Django set up
    from troth.protection.models import Backup  # noqa: PLC0415 - the same

    return [
        {
            "folder": backup.folder,
            "sha256": backup.sha256,
            "told": msgspec.json.decode(bytes(Entry.objects.get(pk=str(backup.entry)).body)),
        }
        for backup in Backup.objects.order_by("id")
    ]


@doing
def nothing() -> bool:
    """Only make the store."""
    return True


if __name__ == "__main__":
    main(*sys.argv[1:])
