"""Are the tables of access what the ledger tells of them? Every row and entry, both ways."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db.models import Model

from troth import vault
from troth.access.models import CasePerson, GrantPerson
from troth.access.tables import CASE, CHUNK, GRANT, Key, Row, Table
from troth.access.told import Told
from troth.policy.words import Pseudonym
from troth.store import SYSTEM, Tx
from troth.vault import PersonId

NAMED_IN: Final[tuple[tuple[Table, type[Model], str], ...]] = (
    (GRANT, GrantPerson, "grant"),
    (CASE, CasePerson, "case"),
)


def differences(alias: str, now: datetime, tables: tuple[Table, ...]) -> tuple[int, list[str]]:
    """Return how many rows there are, and what differs between them and the ledger.

    What is being committed meanwhile may be seen in one of them alone: a difference counts once
    it was seen twice.
    """
    count, wrong = _look(alias, now, tables)
    if wrong:
        again = set(_look(alias, now, tables)[1])
        wrong = [one for one in wrong if one in again]
    return count, wrong


def _look(alias: str, now: datetime, tables: tuple[Table, ...]) -> tuple[int, list[str]]:
    rows: dict[str, dict[Key, Row]] = {}
    wrong: list[str] = []
    count = 0
    for table in tables:
        found = rows[table.name] = {}
        for row in table.rows(alias):
            count += 1
            if found.setdefault(row.key, row) is not row:
                wrong.append(f"{table.name} {row.pk}: no entry tells of it")
    told = Told(alias, rows)
    wrong += told.wrong
    for table in tables:
        wrong += _differing(table, rows[table.name], told)
    if GRANT in tables:
        wrong += _persons_differing(alias, now, rows, told)
    return count, wrong


def _differing(table: Table, rows: dict[Key, Row], told: Told) -> Iterable[str]:
    claims = told.claims.get(table.name, {})
    for key, row in rows.items():
        claim = claims.get(key)
        if claim is None:
            yield f"{table.name} {row.pk}: no entry tells of it"
        elif any(row.holds[name] != value for name, value in claim.items()):
            yield f"{table.name} {row.pk}: not what its entries tell"
    for key in claims.keys() - rows.keys():
        yield f"entry {key[0]}: its {table.name} is gone"


def _persons_differing(
    alias: str, now: datetime, rows: dict[str, dict[Key, Row]], told: Told
) -> Iterable[str]:
    """Hold whom grants and cases name to their entries; who was erased since is named no more."""
    tx = Tx(alias, now, SYSTEM)
    names: dict[str, str] = {}
    gone: dict[str, bool] = {}
    for table, model, parent in NAMED_IN:
        named: dict[int, set[str]] = {}
        pairs = model._default_manager.using(alias).values_list(f"{parent}_id", "person")  # noqa: SLF001 - Django's own name for it
        for pk, person in pairs.iterator(CHUNK):
            if person not in names:
                names[person] = vault.known_pseudonym(tx, PersonId(person)) or person
            named.setdefault(pk, set()).add(names[person])
        for key, row in rows[table.name].items():
            here, there = named.get(row.pk, set()), told.persons.get(key)
            if there is None:
                continue
            for one in there - here:
                if one not in gone:
                    gone[one] = vault.person_of(tx, Pseudonym(one)) is None
            if here - there or not all(gone[one] for one in there - here):
                yield f"{table.name} {row.pk}: names others than its entry"
