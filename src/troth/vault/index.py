"""The blind index: a person is found by an address or an outside id that is stored nowhere.

`mac` is an HMAC of the normalised value under a key that lives on. What is stored is that, once
more under the generation key (`lookup`), and sealed under it, so that the next generation can
derive its own: a copy of the key store whose generation is destroyed cannot be searched.
"""

import hmac
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from itertools import islice
from typing import Any, Final, TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from troth.store import Tx
from troth.vault import tombstones
from troth.vault.boxes import place, seal_box
from troth.vault.errors import KeyStoreError, TakenError
from troth.vault.store import KeyStore, open_store
from troth.vault.values import PersonId

Found = TypeVar("Found")

CHUNK: Final = 500
"""How many values one query asks for."""


def normalised(value: str) -> str:
    """Return the form in which two spellings of one address are the same (Unicode NFKC, case)."""
    return unicodedata.normalize("NFKC", value).strip().casefold()


def put(
    store: KeyStore, run: Any, generation: int, person: PersonId, kind: str, value: str
) -> None:
    """Write an index row in a transaction, unless somebody is known by the value already."""
    mac = mac_of(store, kind, value)
    if _rows_of(store, run, mac):
        return
    key = store.generation_key(generation)
    run(
        "INSERT INTO index_row (lookup, sealed, generation, person) VALUES (?, ?, ?, ?)",
        (lookup_of(key, mac), sealed_mac(key, generation, person, mac), generation, person),
    )


def release(
    store: KeyStore, run: Any, kind: str, value: str, persons: frozenset[PersonId]
) -> None:  # fmt: skip
    """Let those persons be known by a value no more, in a transaction.

    Raises TakenError where somebody else is known by it.
    """
    for number, person in _rows_of(store, run, mac_of(store, kind, value)):
        if person not in persons:
            raise TakenError
        run("DELETE FROM index_row WHERE number = ?", (number,))


def find(tx: Tx, kind: str, value: str) -> PersonId | None:
    """Return who is known by a value; nobody who is buried."""
    store = open_store()
    rows = _rows_of(store, store.connection.execute, mac_of(store, kind, value))
    person = PersonId(rows[0][1]) if rows else None
    return None if person is None or tombstones.is_buried(tx, person) else person


def holder(kind: str, value: str) -> PersonId | None:
    """Return whose row a value has, whatever became of her: who may be released for another."""
    return find_many(kind, [value]).get(value)


def find_many(kind: str, values: Iterable[str]) -> dict[str, PersonId]:
    """Return who is known by each of many values, some hundreds in one query.

    Whoever was buried a moment ago may be among them: ask the data who is there.
    """
    store = open_store()
    macs = {one: mac_of(store, kind, one) for one in values}

    def ask(keys: Sequence[bytes]) -> dict[str, PersonId]:
        by_lookup = {lookup_of(key, mac): one for one, mac in macs.items() for key in keys}
        found: dict[str, PersonId] = {}
        wanted = iter(by_lookup)
        while chunk := list(islice(wanted, CHUNK)):
            places = ", ".join("?" * len(chunk))
            query = f"SELECT lookup, person FROM index_row WHERE lookup IN ({places})"  # noqa: S608 - question marks alone
            found |= {by_lookup[bytes(row[0])]: row[1] for row in store.read(query, tuple(chunk))}
        return found

    return _settled(store, ask)


def _rows_of(store: KeyStore, run: Any, mac: bytes) -> list[tuple[int, str]]:
    """Return the rows of a mac."""

    def ask(keys: Sequence[bytes]) -> list[tuple[int, str]]:
        lookups = [lookup_of(key, mac) for key in keys]
        places = ", ".join("?" * len(lookups))
        query = f"SELECT number, person FROM index_row WHERE lookup IN ({places})"  # noqa: S608 - question marks alone
        found: list[tuple[int, str]] = run(query, lookups).fetchall()
        return found

    return _settled(store, ask)


def _settled(store: KeyStore, ask: Callable[[Sequence[bytes]], Found]) -> Found:
    """Ask by the generation keys that live; once more where another generation began meanwhile.

    Else a row that moved on between the two looks would not be found, and she would seem unknown.
    """
    while True:
        current = store.generation
        try:
            found = ask(_live_keys(store, current))
        except KeyStoreError:
            if store.generation == current:
                raise
        else:
            if store.generation == current:
                return found


def _live_keys(store: KeyStore, current: int) -> list[bytes]:
    """Return the generation keys rows may be of: the current, and one that is being left."""
    keys = []
    for number in store.generations():
        try:
            keys.append(store.generation_key(number))
        except KeyStoreError:
            if number >= current:
                raise  # else it was left a moment ago, and nothing is of it any more
    return keys or [store.generation_key(current)]


def mac_of(store: KeyStore, kind: str, value: str) -> bytes:
    """Return the HMAC of a value, by the key that lives on."""
    told = f"{kind}\0{normalised(value)}".encode()
    return hmac.new(store.index_key, told, sha256).digest()


def lookup_of(generation_key: bytes, mac: bytes) -> bytes:
    """Return what a row of a generation is found by."""
    return hmac.new(generation_key, b"troth index" + mac, sha256).digest()


def sealed_mac(key: bytes, generation: int, person: str, mac: bytes) -> bytes:
    """Seal a mac, from which the next generation derives its row."""
    return seal_box(AESGCM(key), place("index", person, str(generation)), mac)
