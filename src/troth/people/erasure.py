"""Erase a person: final in the live store when it returns, in every copy within a generation.

Order, not atomicity across stores (`docs/vault.md`): the data's transaction first, from which on
nothing of hers opens; then her key; then the note that it is done. Cut short anywhere, `finish`
completes it on the next start.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from troth import vault
from troth.people import holdings
from troth.people.actions import bury, mark_erased
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


def erase(
    person: PersonId, reason: str, *, actor: str = SYSTEM, store: Store | None = None
) -> Pseudonym | None:
    """Erase a person; when it returns nothing of hers can be opened or found. Idempotent."""
    store = store or Store()
    if Tombstone.objects.using(store.alias).filter(person=person).exists():
        pseudonym = None
    else:
        pseudonym = transact_on(store, actor, None, bury, person, reason)
    _destroy(store, actor, person)
    return pseudonym


def _destroy(store: Store, actor: str, person: PersonId) -> None:
    vault.destroy(person)
    undone = Tombstone.objects.using(store.alias).filter(person=person, done_at=None)
    if undone.exists():
        transact_on(store, actor, None, mark_erased, person)


def finish(store: Store) -> int:
    """Complete the erasures that were cut short; return how many there were."""
    undone = Tombstone.objects.using(store.alias).filter(done_at=None)
    persons = [PersonId(person) for person in undone.values_list("person", flat=True)]
    for person in persons:
        _destroy(store, SYSTEM, person)
    return len(persons)


def reapply(store: Store) -> int:
    """Erase again whoever the key store's list names and these data do not: a copy came back.

    Returns how many there were. Called before anything of the data can be opened.
    """
    count = 0
    for chunk in _chunks(vault.erased()):
        buried = Tombstone.objects.using(store.alias).filter(person__in=chunk)
        known = set(buried.values_list("person", flat=True))
        for person in chunk:
            if person not in known:
                transact_on(store, SYSTEM, None, bury, person, RESTORED)
                _destroy(store, SYSTEM, person)
                count += 1
    return count


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
