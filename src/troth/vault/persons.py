"""Persons' keys: made once, read back, destroyed for good.

Order, not atomicity: a key is made before any data it seals, and destroyed after the tombstone.
"""

import base64
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from troth.policy.words import Pseudonym
from troth.store import Tx
from troth.vault import tombstones
from troth.vault.boxes import head_of, new_key, open_box, place, seal_box
from troth.vault.cache import Key
from troth.vault.errors import ErasedError, KeyStoreError
from troth.vault.index import put, release
from troth.vault.store import KeyStore, open_store
from troth.vault.values import PersonId

PSEUDONYM_BYTES: Final = 12
CHUNK: Final = 500


class Named(Struct, frozen=True):
    """A person who is to be found by a value: `prepare` makes key and index row together."""

    person: PersonId
    kind: str
    value: str

    def __repr__(self) -> str:
        return f"Named({self.kind})"


def new_person() -> PersonId:
    """Return the id of somebody new."""
    return PersonId(secrets.token_hex(16))


def prepare(needs: Iterable[PersonId | Named]) -> None:
    """Make the keys of persons who have none, and index rows; durable when it returns.

    One transaction for all. Who finds a key that another process made uses that one. Raises
    ErasedError for somebody on the list of the erased.
    """
    needs = list(needs)
    named = [need for need in needs if isinstance(need, Named)]
    persons = [need.person if isinstance(need, Named) else need for need in needs]
    store = open_store()
    with store.transaction() as run:
        generation, made = _make_keys(store, run, persons)
        for need in named:
            put(store, run, generation, need.person, need.kind, need.value)
    store.cache.made(made)


def index(
    person: PersonId, kind: str, value: str, *, instead_of: PersonId | None = None
) -> None:  # fmt: skip
    """Make a person known by a value, durable; `instead_of`, who was known by it, is no more.

    Her key is made in the same transaction where she has none: a row of somebody without one would
    be found by no sweep. Raises ErasedError, and TakenError where somebody else is known by it.
    """
    store = open_store()
    with store.transaction() as run:
        generation, made = _make_keys(store, run, [person])
        release(store, run, kind, value, frozenset({person, instead_of or person}))
        put(store, run, generation, person, kind, value)
    store.cache.made(made)


def _make_keys(
    store: KeyStore, run: Any, persons: Sequence[PersonId]
) -> tuple[int, dict[str, Key]]:
    """Make the keys of those who have none; return the generation, and the keys that were made."""
    _refuse_erased(run, persons)
    generation = int(run("SELECT value FROM meta WHERE name = 'generation'").fetchone()[0])
    wrapping = AESGCM(store.generation_key(generation))
    now = datetime.now(UTC).isoformat()
    made: dict[str, Key] = {}
    for person in dict.fromkeys(persons):
        raw, pseudonym = new_key(), _new_pseudonym()
        wrapped = seal_box(wrapping, place(person, str(generation)), raw)
        done = run(
            "INSERT OR IGNORE INTO person_key (person, wrapped, generation, pseudonym, made_at)"
            " VALUES (?, ?, ?, ?, ?)",
            (person, wrapped, generation, pseudonym, now),
        )
        if done.rowcount:
            made[person] = Key(AESGCM(raw), pseudonym, head_of(person))
    return generation, made


def _new_pseudonym() -> Pseudonym:
    return Pseudonym(base64.b32encode(os.urandom(PSEUDONYM_BYTES)).decode().rstrip("=").lower())


def _refuse_erased(run: Any, persons: Sequence[PersonId]) -> None:
    for chunk in _chunks(persons):
        places = ", ".join("?" * len(chunk))
        if run(f"SELECT 1 FROM erased WHERE person IN ({places})", chunk).fetchone():  # noqa: S608 - question marks alone
            raise ErasedError


def key_of(tx: Tx, person: PersonId, *, make: bool = False) -> Key:
    """Return a person's key. Raises ErasedError for who is buried, destroyed or was never known."""
    keys = _keys(tx)
    found = keys.get(person)
    if found is None:
        found = keys[person] = _load(tx, person, make=make)
    return found


def _keys(tx: Tx) -> dict[str, Key]:
    """Return the keys this transaction knows."""
    keys: dict[str, Key] | None = tx.memo.get(tombstones.KEYS)
    if keys is None:
        keys = tx.memo[tombstones.KEYS] = open_store().cache.at(tombstones.clock(tx))
    return keys


def read_keys(tx: Tx, persons: Iterable[PersonId]) -> frozenset[PersonId]:
    """Read the keys of many persons, some hundreds at a time; return whose there are.

    Who is not among them is buried, destroyed or was never known.
    """
    asked, keys, store = frozenset(persons), _keys(tx), open_store()
    for chunk in _chunks(sorted(one for one in asked if one not in keys)):
        buried = tombstones.buried(tx, chunk)
        fresh = {one: key for one in chunk if (key := store.cache.fresh.pop(one, None)) is not None}
        stored = _stored_of(store, [one for one in chunk if one not in buried | fresh.keys()])
        keys.update({one: key for one, key in fresh.items() if one not in buried} | stored)
    return asked if asked <= keys.keys() else frozenset(one for one in asked if one in keys)


def keys_of(tx: Tx, persons: Iterable[PersonId]) -> Mapping[PersonId, Key]:
    """Return the keys of many persons. Raises ErasedError where one of them has none to be used."""
    asked, keys = frozenset(persons), _keys(tx)
    if not asked <= keys.keys() and len(read_keys(tx, asked)) < len(asked):
        raise ErasedError
    return cast("Mapping[PersonId, Key]", keys)


def pseudonyms(tx: Tx, persons: Iterable[PersonId]) -> dict[PersonId, Pseudonym]:
    """Return what stands for many persons in the ledger. Raises ErasedError as `keys_of` does."""
    asked = frozenset(persons)
    keys = keys_of(tx, asked)
    return {person: keys[person].pseudonym for person in asked}


def _stored_of(store: KeyStore, persons: Sequence[str]) -> dict[str, Key]:
    """Return the keys of those who have one; a rotation that ends meanwhile is read past."""
    wrapping: dict[int, AESGCM] = {}
    found = {}
    for person, wrapped, number, pseudonym in _rows(store, "wrapped, generation", persons):
        try:
            if number not in wrapping:
                wrapping[number] = AESGCM(store.generation_key(number))
            raw = open_box(wrapping[number], place(person, str(number)), wrapped)
        except KeyStoreError:
            key = _stored(store, person)
        else:
            key = Key(AESGCM(raw), Pseudonym(pseudonym), head_of(person))
        if key is not None:
            found[person] = key
    return found


def _rows(store: KeyStore, columns: str, persons: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return the key rows of persons, at most `CHUNK`: person, these columns, pseudonym."""
    places = ", ".join("?" * len(persons))
    query = f"SELECT person, {columns}, pseudonym FROM person_key WHERE person IN ({places})"  # noqa: S608 - our own words and question marks
    return store.read(query, tuple(persons))


def _chunks(persons: Sequence[PersonId]) -> Iterator[Sequence[PersonId]]:
    for begin in range(0, len(persons), CHUNK):
        yield persons[begin : begin + CHUNK]


def _load(tx: Tx, person: PersonId, *, make: bool) -> Key:
    store = open_store()
    fresh = store.cache.fresh.pop(person, None)
    if tombstones.is_buried(tx, person):
        raise ErasedError
    if fresh is not None:
        return fresh  # made by this process a moment ago, and used for the first time
    found = _stored(store, person)
    if found is None and make:
        prepare([person])
        found = _stored(store, person)
    if found is None:
        raise ErasedError
    return found


def _stored(store: KeyStore, person: PersonId) -> Key | None:
    try:
        return _unwrapped(store, person)
    except KeyStoreError:
        return _unwrapped(store, person)  # a rotation may have ended between row and file


def _unwrapped(store: KeyStore, person: PersonId) -> Key | None:
    rows = store.read(
        "SELECT wrapped, generation, pseudonym FROM person_key WHERE person = ?", (person,)
    )
    if not rows:
        return None
    wrapped, generation, pseudonym = rows[0]
    wrapping = AESGCM(store.generation_key(generation))
    raw = open_box(wrapping, place(person, str(generation)), wrapped)
    return Key(AESGCM(raw), Pseudonym(pseudonym), head_of(person))


def pseudonym(tx: Tx, person: PersonId) -> Pseudonym:
    """Return what stands for a person in the ledger. Raises ErasedError."""
    return key_of(tx, person).pseudonym


def known_pseudonym(tx: Tx, person: PersonId) -> Pseudonym | None:
    """Return a person's pseudonym as long as her key stands, buried or not; None after."""
    del tx
    rows = open_store().read("SELECT pseudonym FROM person_key WHERE person = ?", (person,))
    return Pseudonym(rows[0][0]) if rows else None


def known_pseudonyms(persons: Iterable[PersonId]) -> dict[PersonId, Pseudonym]:
    """Return the pseudonyms of many persons, of those alone whose keys stand, buried or not."""
    found = {}
    for chunk in _chunks(sorted(set(persons))):
        for person, _, pseudonym in _rows(open_store(), "number", chunk):
            found[PersonId(person)] = Pseudonym(pseudonym)
    return found


def person_of(tx: Tx, pseudonym: Pseudonym) -> PersonId | None:
    """Return whom a pseudonym stands for; None once she is erased."""
    rows = open_store().read("SELECT person FROM person_key WHERE pseudonym = ?", (pseudonym,))
    person = PersonId(rows[0][0]) if rows else None
    return None if person is None or tombstones.is_buried(tx, person) else person


def destroy(*persons: PersonId) -> None:
    """Destroy a person's key and her index rows for good, and put her on the list of the erased.

    Of some hundred persons in one transaction. When it returns no byte of them is in the key
    folder. Idempotent.
    """
    store = open_store()
    with store.transaction() as run:
        for person in persons:
            _destroy(run, person)
    for person in persons:
        store.cache.forget(person)
    store.truncate_log()


def _destroy(run: Any, person: PersonId) -> None:
    run(
        "UPDATE person_key SET wrapped = zeroblob(length(wrapped)), pseudonym = ? WHERE person = ?",
        (_new_pseudonym(), person),
    )
    run("DELETE FROM person_key WHERE person = ?", (person,))
    run(
        "UPDATE index_row SET lookup = randomblob(length(lookup)),"
        " sealed = zeroblob(length(sealed)) WHERE person = ?",
        (person,),
    )
    run("DELETE FROM index_row WHERE person = ?", (person,))
    run(
        "INSERT OR IGNORE INTO erased (person, at) VALUES (?, ?)",
        (person, datetime.now(UTC).isoformat()),
    )


def erased() -> Iterator[PersonId]:
    """Yield the erased persons, the first first."""
    yield from map(PersonId, pages("SELECT number, person FROM erased WHERE number > ?"))


def known_erased(persons: Iterable[PersonId]) -> frozenset[PersonId]:
    """Return who of many is on the list of the erased."""
    found: set[PersonId] = set()
    for chunk in _chunks(list(persons)):
        places = ", ".join("?" * len(chunk))
        query = f"SELECT person FROM erased WHERE person IN ({places})"  # noqa: S608 - question marks alone
        found.update(PersonId(person) for (person,) in open_store().read(query, tuple(chunk)))
    return frozenset(found)


def keys_made_before(at: datetime) -> Iterator[PersonId]:
    """Yield the persons whose keys were made before a moment: who has no data left is swept."""
    moment = at.astimezone(UTC).isoformat()
    query = "SELECT number, person FROM person_key WHERE number > ? AND made_at < ?"
    yield from map(PersonId, pages(query, moment))


def pages(query: str, *values: Any) -> Iterator[str]:
    """Read a table in pages, so that no read stays open between them."""
    store, last = open_store(), 0
    while rows := store.read(f"{query} ORDER BY number LIMIT {CHUNK}", (last, *values)):
        yield from (str(name) for _, name in rows)
        last = rows[-1][0]
