"""What is held of a person, package by package: each `troth.*.holdings` module offers its own.

`erase(tx, person) -> int` erases what one package holds and counts the rows.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Protocol

import troth
from troth.people import sessions
from troth.people.models import Account, Detail, Person
from troth.store import Tx
from troth.vault import PersonId


class Holdings(Protocol):
    """What a `holdings` module offers."""

    def erase(self, tx: Tx, person: PersonId) -> int:
        """Erase what is held of a person; return how many rows that were."""
        ...


@cache
def discover() -> tuple[tuple[str, Holdings], ...]:
    """Return every package's holdings by its name; no package is imported by name."""
    found: list[tuple[str, Holdings]] = []
    for package in iter_modules(troth.__path__, "troth."):
        name = f"{package.name}.holdings"
        if package.ispkg and find_spec(name) is not None:
            found.append((package.name.removeprefix("troth."), import_module(name)))
    return tuple(found)


def erase_all(tx: Tx, person: PersonId) -> Iterator[tuple[str, int]]:
    """Erase what every package holds of a person; yield how many rows each did."""
    for name, module in discover():
        yield name, module.erase(tx, person)


def erase(tx: Tx, person: PersonId) -> int:
    """Take the boxes and the person out of the rows; what the ledger committed to stays.

    Of an account of hers the second factors, recovery codes and sessions go too.
    """
    for account in Account.objects.using(tx.alias).filter(person=person):
        sessions.end_all(tx, account)
        account.factors.using(tx.alias).all().delete()
        account.recovery_codes.using(tx.alias).all().delete()
    details = Detail.objects.using(tx.alias).filter(person=person)
    count = details.update(person="", box=None)
    Person.objects.using(tx.alias).filter(pk=person).delete()
    return count
