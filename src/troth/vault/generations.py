"""The next generation: everything that is live is wrapped anew, and the old key destroyed.

What was erased before is wrapped by no key any more, in whatever copy it stands. Cut short
anywhere, the next call goes on.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from troth.vault.boxes import open_box, place, seal_box
from troth.vault.durable import destroy_file
from troth.vault.index import lookup_of, sealed_mac
from troth.vault.store import KeyStore, open_store

Progress = Callable[[int, int], None]
"""Told how many of how many rows are done."""

BATCH: Final = 5_000


def generation_age(now: datetime) -> timedelta:
    """Return how long the current generation has been in use."""
    store = open_store()
    begun = datetime.fromisoformat(store.meta("generation_at").decode())
    return now - begun


def rotate_generation(progress: Progress | None = None) -> int:
    """Begin the next generation and leave the old; return its number. Others read and write on.

    Raises KeyStoreError, before anything is begun, where this process does not have the operator's
    key that wraps the keys now: another process may have rotated to it.
    """
    store = open_store()
    with store.rotating():
        return _rotate(store, progress)


def _rotate(store: KeyStore, progress: Progress | None) -> int:
    current = store.generation
    if not _left_behind(store, current):
        store.generation_key(current)  # what it wraps must open, or nothing is begun
        current += 1
        store.generation_from_file(current, store.operator_key_in_use())
        with store.transaction() as run:
            _set(run, "generation", str(current))
            _set(run, "generation_at", datetime.now(UTC).isoformat())
    _wrap_anew(store, current, progress or (lambda _done, _total: None))
    store.truncate_log()
    for number in store.generations():
        if number < current:
            destroy_file(store.generation_file(number))
            store.forget_generation(number)
    return current


def _set(run: Any, name: str, value: str) -> None:
    run("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value.encode()))


def _left_behind(store: KeyStore, current: int) -> bool:
    """Tell whether a rotation was cut short: rows or files of an older generation are there."""
    return any(number < current for number in store.generations()) or _count(store, current) > 0


def _count(store: KeyStore, current: int) -> int:
    query = (
        "SELECT (SELECT count(*) FROM person_key WHERE generation <> ?)"
        " + (SELECT count(*) FROM index_row WHERE generation <> ?)"
    )
    return int(store.read(query, (current, current))[0][0])


def _wrap_anew(store: KeyStore, current: int, progress: Progress) -> None:
    total, done = _count(store, current), 0
    progress(0, total)
    for table, anew in (("person_key", _keys_anew), ("index_row", _index_anew)):
        last = 0
        while True:
            with store.transaction() as run:
                rows = run(
                    f"SELECT * FROM {table} WHERE number > ? AND generation <> ?"  # noqa: S608 - one of two tables
                    f" ORDER BY number LIMIT {BATCH}",
                    (last, current),
                ).fetchall()
                if rows:
                    anew(store, rows, current)
            if not rows:
                break
            last, done = rows[-1][0], done + len(rows)
            progress(done, total)


def _keys_anew(store: KeyStore, rows: list[tuple[Any, ...]], current: int) -> None:
    old = {number: AESGCM(store.generation_key(number)) for number in {row[3] for row in rows}}
    new = AESGCM(store.generation_key(current))
    wrapped = []
    for number, person, box, generation, *_ in rows:
        raw = open_box(old[generation], place(person, str(generation)), box)
        wrapped.append((seal_box(new, place(person, str(current)), raw), current, number))
    store.connection.executemany(
        "UPDATE person_key SET wrapped = ?, generation = ? WHERE number = ?", wrapped
    )


def _index_anew(store: KeyStore, rows: list[tuple[Any, ...]], current: int) -> None:
    key = store.generation_key(current)
    derived = []
    for number, _, box, generation, person in rows:
        old = AESGCM(store.generation_key(generation))
        mac = open_box(old, place("index", person, str(generation)), box)
        derived.append(
            (lookup_of(key, mac), sealed_mac(key, current, person, mac), current, number)
        )
    store.connection.executemany(
        "UPDATE index_row SET lookup = ?, sealed = ?, generation = ? WHERE number = ?", derived
    )
