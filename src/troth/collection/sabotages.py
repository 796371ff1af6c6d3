"""Faults put behind the application's back, to show that the controls of collection catch them.

Each takes in a record honestly, and then changes what is stored of it.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import QuerySet
from msgspec import Struct

from troth import vault
from troth.collection.actions import take
from troth.collection.given import By, Given, Refused
from troth.collection.models import Record
from troth.consent.models import Choice
from troth.consent.wording import CONSENT
from troth.people.models import PERSONS, Detail, Person
from troth.policy.promise import Store
from troth.store import Tx
from troth.vault import PersonId

SABOTAGE: Final = "sabotage"
CATEGORY: Final = "account"
PURPOSE: Final = "account"
OTHER_PURPOSE: Final = "rights"
SOURCE: Final = "direct"
FIELD: Final = "email"
OTHER_FIELD: Final = "display_name"
UNREGISTERED: Final = "shoe_size"
NO_VERSION: Final = "0" * 64
BEFORE_ALL: Final = timedelta(days=36_500)


class _Held(Struct, frozen=True):
    """A record as it was taken in, of somebody made up."""

    record: QuerySet[Record]
    values: QuerySet[Detail]
    person: PersonId


def _taken(store: Store, **more: str) -> _Held:
    tx = Tx(store.alias, datetime.now(UTC), SABOTAGE)
    person = vault.new_person()
    vault.prepare([person])
    fields = {FIELD: f"{person}@example.invalid", **more}
    given = Given(person, CATEGORY, PURPOSE, SOURCE, fields, of_age=True)
    taken = take(tx, [given], By())
    if isinstance(taken, Refused):
        raise LookupError(taken.code)  # noqa: TRY004 - the policy in force takes no account in
    entry = taken.ids[0]
    tx.pending.add(PERSONS, (person, tx.now, entry))
    tx.pending.flush(store.alias)
    records = Record.objects.using(store.alias).filter(pk=entry)
    return _Held(records, Detail.objects.using(store.alias).filter(entry=entry), person)


def value_unregistered(store: Store) -> None:
    """Hold a value of a field that no register declares."""
    _taken(store).values.update(field=UNREGISTERED)


def record_unregistered(store: Store) -> None:
    """Hold a record with one field more than the register declares."""
    _taken(store).record.update(fields=f"{FIELD},{UNREGISTERED}")


def other_table_unregistered(store: Store) -> None:
    """Hold a choice under a version that never was, so that no register declares it."""
    held = _taken(store)
    Choice.objects.using(store.alias).create(
        subject=held.person,
        bearer="person",
        sequence=1,
        about=f"purpose.{PURPOSE}",
        kind=CONSENT,
        given=False,
        at=datetime.now(UTC),
        version=NO_VERSION,
        commitment=b"",
        entry=held.record.get().pk,
    )


def source_missing(store: Store) -> None:
    """Hold a value of an account that names no source."""
    _taken(store).values.update(source="")


def record_of_another(store: Store) -> None:
    """Have a record's entry be about somebody else."""
    held, other = _taken(store), _taken(store)
    held.record.update(person=other.person)


def value_of_another(store: Store) -> None:
    """Have a value's entry be about somebody else."""
    held, other = _taken(store), _taken(store)
    held.values.update(person=other.person)


def purpose_changed(store: Store) -> None:
    """Have a record be for another purpose than the one it was given for."""
    _taken(store).record.update(purpose=OTHER_PURPOSE)


def version_not_in_force(store: Store) -> None:
    """Have a value look as if it had been taken in before any policy was in force."""
    _taken(store).values.update(at=datetime.now(UTC) - BEFORE_ALL)


def value_kept_for_ever(store: Store) -> None:
    """Have a value look as if it came in long after it did, so that its days are never over."""
    _taken(store).values.update(at=datetime.now(UTC) + BEFORE_ALL)


def values_exchanged(store: Store) -> None:
    """Have two values of one record stand in each other's field."""
    values = _taken(store, **{OTHER_FIELD: SABOTAGE}).values
    one, other = values.get(field=FIELD), values.get(field=OTHER_FIELD)
    values.filter(pk=one.pk).update(field=OTHER_FIELD)
    values.filter(pk=other.pk).update(field=FIELD)


def value_doubled(store: Store) -> None:
    """Hold a value a second time, in a row that nobody will look for."""
    value = _taken(store).values.get()
    value.pk = None
    value.save(using=store.alias, force_insert=True)


def value_removed(store: Store) -> None:
    """Remove a value that was entered."""
    _taken(store).values.delete()


def value_emptied(store: Store) -> None:
    """Empty a value as if its person had been erased, who was not."""
    _taken(store).values.update(person="", box=None)


def record_removed(store: Store) -> None:
    """Remove a record that was entered, of which the values stay."""
    _taken(store).record.delete()


def record_of_nobody(store: Store) -> None:
    """Take the person out of a record as if she had been erased, who was not."""
    _taken(store).record.update(person="")


def person_removed(store: Store) -> None:
    """Remove somebody from the persons while her values are held: her key would be swept."""
    Person.objects.using(store.alias).filter(pk=_taken(store).person).delete()
