"""Who was erased, as the data tell it: from the commit of a tombstone on nothing of hers opens.

The newest tombstone is also the clock by which every process forgets the keys it remembers.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from troth.policy.words import Message, mark
from troth.store import Tx
from troth.store.driver import run
from troth.store.glance import glance, look_anew, question
from troth.store.locks import serialise, share
from troth.vault.errors import KeyStoreError
from troth.vault.store import KeyStore, open_store
from troth.vault.values import PersonId

LOCK: Final = "vault.tombstone"
"""One at a time, so that ids are committed in their order: else the clock could stand still."""
BINDING: Final = "vault.binding"
CLOCK: Final = question("vault.clock", "SELECT max(id) FROM vault_tombstone")
HELD_OFF: Final = "vault.held-off"
AWAITED: Final = "vault.writers-awaited"
KEYS: Final = "vault.keys"
"""The keys a transaction knows, in its memo."""


def clock(tx: Tx) -> int:
    """Return the id of the newest tombstone, read once a transaction."""
    found: int = glance(tx, CLOCK) or 0
    return found


def is_buried(tx: Tx, person: PersonId) -> bool:
    """Tell whether a person has a tombstone."""
    return bool(run(tx.alias, "SELECT 1 FROM vault_tombstone WHERE person = %s", [person]))


def buried(tx: Tx, persons: Sequence[PersonId]) -> frozenset[PersonId]:
    """Return who of some hundred persons has a tombstone."""
    places = ", ".join(["%s"] * len(persons))
    sql = f"SELECT person FROM vault_tombstone WHERE person IN ({places})"  # noqa: S608 - places alone
    return frozenset(PersonId(person) for (person,) in run(tx.alias, sql, persons))


def hold_off(tx: Tx) -> None:
    """Have nobody be buried until this transaction ends, so that all it writes of her is erased.

    Who was buried while it waited is so for it, too: it looks anew. For who writes of many; called
    before keys are asked for.
    """
    if HELD_OFF in tx.memo:
        tx.waited(tx.memo[HELD_OFF])
        return
    share(tx, LOCK)
    tx.memo[HELD_OFF] = tx.now
    tx.memo.pop(KEYS, None)
    look_anew(tx)


def await_writers(tx: Tx) -> None:
    """Wait for those who `hold_off`, and have others wait: before what is held is erased."""
    if AWAITED in tx.memo:
        tx.waited(tx.memo[AWAITED])
        return
    serialise(tx, LOCK)
    tx.memo[AWAITED] = tx.now


def bury(tx: Tx, person: PersonId) -> None:
    """Write a person's tombstone. Raises IntegrityError where she has one."""
    from troth.vault.models import Tombstone  # noqa: PLC0415 - needs Django set up

    await_writers(tx)
    Tombstone.objects.using(tx.alias).create(person=person, at=tx.now)
    tx.memo[KEYS] = {}  # this transaction may yet be undone, and its number be used again


def mark_destroyed(tx: Tx, person: PersonId) -> bool:
    """Note that a buried person's key is destroyed; tell whether that was not noted yet."""
    from troth.vault.models import Tombstone  # noqa: PLC0415 - needs Django set up

    undone = Tombstone.objects.using(tx.alias).filter(person=person, done_at=None)
    return bool(undone.update(done_at=tx.now))


def mark_returned(tx: Tx, persons: Iterable[PersonId]) -> int:
    """Note that buried persons' keys are to be destroyed again; return of how many that is new."""
    from troth.vault.models import Tombstone  # noqa: PLC0415 - needs Django set up

    buried = Tombstone.objects.using(tx.alias).filter(person__in=list(persons))
    return buried.exclude(done_at=None).update(done_at=None)


def are_bound(alias: str) -> bool:
    """Tell whether data belong to a key store already: a new one would open nothing of them."""
    from troth.vault.models import KeyStoreOfData  # noqa: PLC0415 - needs Django set up

    return KeyStoreOfData.objects.using(alias).exists()


def demand_not_others(alias: str) -> None:
    """Refuse keys of other data, and bind nothing: for who only asks. Raises KeyStoreError."""
    from troth.vault.models import KeyStoreOfData  # noqa: PLC0415 - needs Django set up

    bound = KeyStoreOfData.objects.using(alias).first()
    if bound is not None:
        _demand_same(bound.store, open_store())


def demand_ours(tx: Tx) -> None:
    """Bind data and keys to each other at first; later refuse keys of other data. KeyStoreError.

    Keys that seal somebody's data are not bound to data that know nobody: else the sweep would
    take all of them for enrolments that failed.
    """
    from troth.vault.models import KeyStoreOfData  # noqa: PLC0415 - needs Django set up

    rows = KeyStoreOfData.objects.using(tx.alias)
    if (bound := rows.first()) is None:
        serialise(tx, BINDING)  # two that start at once bind them once
        bound = rows.first()
    store = open_store()
    if bound is None:
        _demand_unused(store)
        KeyStoreOfData.objects.using(tx.alias).create(store=store.id, at=tx.now)
    else:
        _demand_same(bound.store, store)


def _demand_same(bound: str, store: KeyStore) -> None:
    if bound != store.id:
        raise KeyStoreError(
            Message(
                mark(
                    "The key store in %(folder)s is not the one these data were sealed with (that"
                    " was %(theirs)s, this is %(ours)s); name its folder with TROTH_KEYS."
                ),
                {"folder": store.folder, "theirs": bound[:8], "ours": store.id[:8]},
            )
        )


def _demand_unused(store: KeyStore) -> None:
    if store.read("SELECT 1 FROM person_key LIMIT 1", ()):
        raise KeyStoreError(
            Message(
                mark(
                    "The key store in %(folder)s has keys of persons, and this database knows"
                    " none of them: restore a backup of the data (`troth restore`), name the"
                    " database these keys belong to, or name another key folder with"
                    " TROTH_KEYS to begin anew."
                ),
                {"folder": store.folder},
            )
        )


def adopt(tx: Tx) -> None:
    """Bind the data to the key store that is here, whatever they were bound to: for a restore."""
    from troth.vault.models import KeyStoreOfData  # noqa: PLC0415 - needs Django set up

    KeyStoreOfData.objects.using(tx.alias).all().delete()
    KeyStoreOfData.objects.using(tx.alias).create(store=open_store().id, at=tx.now)
