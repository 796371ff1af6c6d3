"""Erase a person: final in the live store when it returns, in every copy within a generation.

Order, not atomicity across stores (`docs/vault.md`): the data's transaction first, from which on
nothing of hers opens; then her key; then the note that it is done. Cut short anywhere, `finish`
completes it on the next start. Data and keys are copied apart, and either may come back as it was
before: `reapply` has each of them learn of the other who was erased.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from troth import vault
from troth.people import holdings
from troth.people.actions import bury, mark_erased, mark_returned
from troth.people.models import Person
from troth.policy.words import Pseudonym
from troth.store import SYSTEM, Store, Tx, transact_on
from troth.vault import PersonId
from troth.vault.models import KeyStoreOfData, Tombstone

RESTORED: Final = "restored"
"""The reason where a copy of the data brought somebody back who had been erased."""
NEVER_ENROLLED: Final = "never-enrolled"
"""The reason where an enrolment was refused or cut short after her key was made."""
UNUSED_AFTER: Final = timedelta(days=30)
"""A key that seals nothing by then is of nobody. Long, as the data may be an old backup's just now:
who was enrolled since must still open when the newer one is restored in its place."""
CHUNK: Final = 500
PAGE: Final = 5_000


def erase(
    person: PersonId, reason: str, *, actor: str = SYSTEM, store: Store | None = None
) -> Pseudonym | None:
    """Erase a person; when it returns nothing of hers can be opened or found. Idempotent.

    Returns her pseudonym, None where she was erased already. Two at once are as one: whichever
    returns, her key is destroyed.
    """
    store = store or Store()
    if Tombstone.objects.using(store.alias).filter(person=person).exists():
        pseudonym = None
    else:
        pseudonym = transact_on(store, actor, None, bury, person, reason)
    _destroy(store, actor, person)
    return pseudonym


def _destroy(store: Store, actor: str, *persons: PersonId) -> None:
    """Destroy the keys of some hundred persons, and note of whom that is done by it."""
    vault.destroy(*persons)
    undone = Tombstone.objects.using(store.alias).filter(person__in=persons, done_at=None)
    if marked := list(undone.values_list("person", flat=True)):
        transact_on(store, actor, None, mark_erased, *map(PersonId, marked))


def finish(store: Store) -> int:
    """Complete the erasures that were cut short; return how many there were."""
    undone = Tombstone.objects.using(store.alias).filter(done_at=None)
    persons = [PersonId(person) for person in undone.values_list("person", flat=True)]
    for chunk in _chunks(persons):
        _destroy(store, SYSTEM, *chunk)
    return len(persons)


def reapply(store: Store) -> int:
    """Erase again whom only one of data and key store knows to be erased: a copy came back.

    Returns how many there were. Called before anything of the data can be opened.
    """
    if _told(vault.erased()) == _told(_done(store)):
        return 0
    return _bury_again(store) + _destroy_again(store)


def _told(persons: Iterable[PersonId]) -> tuple[int, int]:
    """Return how many persons are told of and the sum of their ids, which are random: who they are.

    Of hundreds of thousands it takes a second, several times less than to look each of them up.
    """
    count = total = 0
    for person in persons:
        count, total = count + 1, total + int.from_bytes(person.encode())
    return count, total


def _bury_again(store: Store) -> int:
    """Erase whoever the key store's list names and these data do not: they are an older copy."""
    count = 0
    for chunk in _chunks(vault.erased()):
        buried = Tombstone.objects.using(store.alias).filter(person__in=chunk)
        known = set(buried.values_list("person", flat=True))
        if unknown := [person for person in chunk if person not in known]:
            for person in unknown:
                transact_on(store, SYSTEM, None, bury, person, RESTORED)
            _destroy(store, SYSTEM, *unknown)
            count += len(unknown)
    return count


def _destroy_again(store: Store) -> int:
    """Destroy whoever these data know to be erased and the key store does not: it is older.

    Else the next generations would wrap her key, and an older copy of the data have her open. It is
    noted as not done before, so that, cut short, it is completed as any other erasure.
    """
    count = 0
    for chunk in _chunks(_done(store)):
        known = vault.known_erased(chunk)
        if returned := [person for person in chunk if person not in known]:
            transact_on(store, SYSTEM, None, mark_returned, returned)
            _destroy(store, SYSTEM, *returned)
            count += len(returned)
    return count


def _done(store: Store) -> Iterator[PersonId]:
    """Yield whose erasure is done as the data tell it, read in pages: no read stays open."""
    rows = Tombstone.objects.using(store.alias).exclude(done_at=None).order_by("pk")
    last = 0
    while page := list(rows.filter(pk__gt=last).values_list("pk", "person")[:PAGE]):
        yield from (PersonId(person) for _, person in page)
        last = page[-1][0]


def sweep(store: Store, made_before: datetime) -> int:
    """Erase whom only the key store knows: an enrolment that failed left her key and address.

    Of whom anything is held, she stays: data that came back from a backup may know of her by half.
    Data that are not bound to the key store say nothing of its keys: all stay. Returns how many
    there were.
    """
    count = 0
    if not KeyStoreOfData.objects.using(store.alias).exists():
        return count
    for chunk in _chunks(vault.keys_made_before(made_before)):
        known = Person.objects.using(store.alias).filter(pk__in=chunk)
        for person in set(chunk) - set(known.values_list("pk", flat=True)):
            count += _sweep(store, person)
    return count


class _HeldError(Exception):
    """Something is held of her: she is somebody, whatever else is missing."""


def _sweep(store: Store, person: PersonId) -> bool:
    """Erase somebody of whom nothing is held; tell whether that was so."""

    def bury_nobody(tx: Tx) -> None:
        vault.await_writers(tx)
        if any(count for _, count in holdings.erase_all(tx, person)):
            raise _HeldError  # and so nothing is erased
        bury(tx, person, NEVER_ENROLLED)

    if not Tombstone.objects.using(store.alias).filter(person=person).exists():
        try:
            transact_on(store, SYSTEM, None, bury_nobody)
        except _HeldError:
            return False
    _destroy(store, SYSTEM, person)
    return True


def _chunks(persons: Iterable[PersonId]) -> Iterator[list[PersonId]]:
    source = iter(persons)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
