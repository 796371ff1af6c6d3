"""Are the data whole? Nothing half done, nothing twice, all that was answered there."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from msgspec import json

from troth import vault
from troth.access.models import Invitation
from troth.gate import decide, permit
from troth.gate.facts import UseFacts
from troth.ledger.examinations import complete
from troth.ledger.models import Entry
from troth.ledger.sequencer import integrate_all
from troth.people import erasure
from troth.people.actions import CATEGORY, PURPOSE, AlreadyThereError
from troth.people.facts import EMAIL
from troth.people.models import Account, Detail, Person
from troth.people.values import NoPolicyError
from troth.protection.canary import plant
from troth.store import Store, Tx, transact
from troth.vault import ErasedError, PersonId, Plain, Sealed
from troth.vault.models import Tombstone
from troth.vault.store import open_store
from troth.versions import facts

ENROLLED = "people.enrolled"


def plain(tx: Tx, person: PersonId) -> dict[str, Plain]:
    """Open what is held of a person, by a permit the gate gave. Raises ErasedError."""
    rules = facts.current_rulebook(tx)
    if rules is None:
        raise NoPolicyError
    use = UseFacts(category=CATEGORY, purpose=PURPOSE)
    leave = permit(decide(rules, use, tx.now), use, vault.pseudonym(tx, person))
    return {
        row.field: vault.unseal(
            tx, Sealed(person, row.category, row.field, row.version, bytes(row.box)), leave
        )
        for row in Detail.objects.using(tx.alias).filter(person=person, category=CATEGORY)
        if row.box is not None
    }


def plain_pending(tx: Tx, person: PersonId, given: Mapping[str, str]) -> dict[str, Plain]:
    """Return what is about to be stored, as opened values."""
    tx.pending.flush(tx.alias)
    return {**plain(tx, person), **{field: Plain(value) for field, value in given.items()}}


def opened(tx: Tx, person: PersonId) -> dict[str, str]:
    """Return all that is held of a person."""
    return {field: value.reveal() for field, value in plain(tx, person).items()}


def whole(tx: Tx, person: PersonId, email: str) -> bool:
    """Tell whether a person is wholly there: her row, what she gave, by her address, her entry."""
    row = Person.objects.using(tx.alias).filter(pk=person).first()
    return (
        row is not None
        and opened(tx, person).get(EMAIL) == email
        and vault.find(tx, EMAIL, email) == person
        and row.entry is not None
        and Entry.objects.using(tx.alias).filter(pk=row.entry, kind=ENROLLED).exists()
    )


def gone(tx: Tx, person: PersonId, email: str) -> bool:
    """Tell whether nothing of a person is there: no row, no value that opens, no address."""
    try:
        opens = bool(opened(tx, person))
    except ErasedError:
        opens = False
    held = Detail.objects.using(tx.alias).filter(person=person).exists()
    known = Person.objects.using(tx.alias).filter(pk=person).exists()
    return not (opens or held or known or vault.find(tx, EMAIL, email) == person)


def erased(person: PersonId) -> bool:
    """Tell whether an erasure has come to its end, in the data and in the key store."""
    done = Tombstone.objects.filter(person=person).exclude(done_at=None).exists()
    keys = open_store().read("SELECT 1 FROM person_key WHERE person = ?", (person,))
    rows = open_store().read("SELECT 1 FROM index_row WHERE person = ?", (person,))
    return done and not keys and not rows and person in set(vault.erased())


def wrong(tx: Tx, told: Iterable[Mapping[str, str]]) -> list[str]:
    """Return what was answered to somebody and is not so."""
    found = []
    for one in told:
        person, email = PersonId(one["person"]), one["email"]
        entry = Entry.objects.using(tx.alias).filter(pk=UUID(one["entry"])).first()
        if entry is None or entry.index is None or entry.subject != one["pseudonym"]:
            found.append(f"{email}: no entry")
        there = {
            "no": lambda p, e: whole(tx, p, e),
            "done": lambda p, e: gone(tx, p, e),
            "asked": lambda p, e: whole(tx, p, e) or gone(tx, p, e),
        }
        if not there[one["erased"]](person, email):
            found.append(f"{email}: erased {one['erased']}, but not so")
    return found


def audit() -> dict[str, Any]:
    """Let all jobs do their work, and tell what is not as it should be in the whole store.

    The canary's job too: it enrols somebody, and not while persons, keys and addresses are counted.
    """
    with suppress(AlreadyThereError):  # its job is just doing so, and has committed
        transact(plant)
    erasure.finish(Store())
    integrate_all(Store())
    found = transact(halves)
    erasure.sweep(Store(), datetime.now(UTC))
    entries = set(Entry.objects.filter(index=None).values_list("pk", flat=True))
    integrate_all(Store())
    persons = Person.objects.count()
    keys = open_store().read("SELECT count(*) FROM person_key")[0][0]
    names = open_store().read("SELECT count(*) FROM index_row")[0][0]
    enrolled = Person.objects.exclude(id__in=transact(_staff)).count()
    if persons != keys or not enrolled <= names <= persons:
        found.append(f"{persons} persons, {keys} keys, {names} addresses")
    if Entry.objects.filter(index=None, pk__in=entries).exists():
        found.append("an entry without index")
    if (evidence := complete(DEFAULT_DB_ALIAS, datetime.now(UTC))).verdict != "kept":
        found.append(f"ledger: {evidence.samples}")
    return {"wrong": found, "persons": persons, "entries": Entry.objects.count()}


def indexes(entries: Iterable[str]) -> list[int | None]:
    """Return where entries stand in the log, in the order asked."""
    found = dict(Entry.objects.filter(pk__in=list(entries)).values_list("id", "index"))
    return [found.get(UUID(entry)) for entry in entries]


def halves(tx: Tx) -> list[str]:
    """Return whatever is half done or done twice: rows and entries have to fit one to one."""
    staff = _staff(tx)
    enrolled = Person.objects.using(tx.alias).exclude(id__in=staff)
    persons = dict(enrolled.values_list("id", "entry"))
    rows = Detail.objects.using(tx.alias).filter(category=CATEGORY)
    details = list(rows.values_list("person", "field", "entry", "commitment"))
    entries = Entry.objects.using(tx.alias).filter(kind=ENROLLED)
    bodies = {entry.pk: json.decode(bytes(entry.body)) for entry in entries}
    held: dict[UUID | None, list[str]] = {}
    for _, _, entry, commitment in details:
        held.setdefault(entry, []).append(bytes(commitment).hex())
    committed = {pk: sorted(body["about"]["commitments"]) for pk, body in bodies.items()}
    found = []
    if {pk: sorted(one) for pk, one in held.items()} != committed:
        found.append("what is held and what the entries commit to differ")
    owners = {person for person, *_ in details if person}
    if owners != set(persons):
        found.append(f"values of nobody, or somebody without: {len(owners ^ set(persons))}")
    if not set(persons.values()) <= set(bodies) or len(set(persons.values())) < len(persons):
        found.append("a person without an entry of her own")
    if Person.objects.using(tx.alias).filter(id__in=_buried(tx)).exists():
        found.append("somebody buried is there")
    addresses = Counter(opened(tx, PersonId(person)).get(EMAIL) for person in persons)
    found += [f"{address} is there {n} times" for address, n in addresses.items() if n > 1]
    if Tombstone.objects.using(tx.alias).filter(done_at=None).exists():
        found.append("an erasure that is not done")
    return found


def _staff(tx: Tx) -> set[str]:
    """Return the persons of members and of who is invited: they were not enrolled."""
    members = Account.objects.using(tx.alias).values_list("person", flat=True)
    return {*members, *Invitation.objects.using(tx.alias).values_list("person", flat=True)}


def _buried(tx: Tx) -> Any:
    return Tombstone.objects.using(tx.alias).values("person")
