"""Group *vault*: sealing and opening beside bare AES-GCM, rotation, erasure.

A pair is what one value costs whose key is not at hand: its person's key is unwrapped and the value
sealed, then the key unwrapped and the value opened. Bare AES-GCM does the same four calls with no
place, no format and no check. Rotation is beside plain rows of the same size written anew.
`--persons N` rotates fewer keys.
"""

import os
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.stores import (
    Bare,
    Round,
    Row,
    in_turn,
    one_by_one,
    print_group,
    rate,
    ratio,
    settled,
    took,
)
from troth.site.config import Config

PAIRS: Final = 20_000
VALUE: Final = "x" * 200
PERSONS: Final = 1_000_000
ERASED: Final = 40
ROUNDS: Final = 5
ROTATIONS: Final = 3
BATCH: Final = 5_000
BARE: Final = "bare AES-GCM with unwrap, pairs"
PAIR: Final = "unwrap + seal, unwrap + open of 200 bytes, pairs"
CACHED: Final = "`seal` and `unseal` by a permit, key in memory, pairs"
ERASURE: Final = "erasure, two ledger entries included"
INSERT: Final = "bare durable insert"


def main() -> None:
    """Print the group's table."""
    print_group("bench.vault", measure)


def measure(name: str, folder: Path, _config: Config) -> list[Row]:
    """Measure erasing on one database; what is the same on both, once."""
    rows = erasing(name, folder)
    return [*sealing(), *rotating(folder), *rows] if name == "SQLite" else rows


def sealing() -> list[Row]:
    """Measure pairs a second on one core."""
    found = in_turn({BARE: bare_pairs(), PAIR: our_pairs(), CACHED: cached_pairs()})
    reach = {PAIR: "≥ 150,000/s"}
    rows = [(what, reach.get(what, ""), *rate(found[what])) for what in (BARE, PAIR, CACHED)]
    return [*rows, ("time of a pair ÷ bare", "", *ratio(found[PAIR], found[BARE], "wall_s"))]


def timed(run: Callable[[], object], units: int) -> Round:
    """Time one run of so many units."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Round(wall, wall / units, cpu / units)


def bare_pairs() -> Callable[[], Round]:
    """Return the four calls of a pair, with nothing around them."""
    wrapping, raw, nonce = AESGCM(os.urandom(32)), os.urandom(32), os.urandom(12)
    wrapped, value = wrapping.encrypt(nonce, raw, None), VALUE.encode()

    def run() -> None:
        for _ in range(PAIRS):
            fresh = os.urandom(12)
            box = AESGCM(wrapping.decrypt(nonce, wrapped, None)).encrypt(fresh, value, None)
            AESGCM(wrapping.decrypt(nonce, wrapped, None)).decrypt(fresh, box, None)

    return lambda: timed(run, PAIRS)


def our_pairs() -> Callable[[], Round]:
    """Return the same as the vault does it."""
    from troth.vault.boxes import open_box, place, seal_box  # noqa: PLC0415 - needs Django set up

    wrapping, person, raw = AESGCM(os.urandom(32)), "0" * 32, os.urandom(32)
    wrapped, value = seal_box(wrapping, place(person, "1"), raw), VALUE.encode()
    version = "0" * 64

    def run() -> None:
        for _ in range(PAIRS):
            key = AESGCM(open_box(wrapping, place(person, "1"), wrapped))
            box = seal_box(key, place(person, "account", "email", version), value)
            key = AESGCM(open_box(wrapping, place(person, "1"), wrapped))
            open_box(key, place(person, "account", "email", version), box)

    return lambda: timed(run, PAIRS)


def cached_pairs() -> Callable[[], Round]:
    """Return the two doors of the vault, in one transaction, with a true permit."""
    from troth import vault  # noqa: PLC0415 - needs Django set up
    from troth.gate import may_use, permit  # noqa: PLC0415 - the same
    from troth.gate.facts import UseFacts  # noqa: PLC0415 - the same
    from troth.store import Tx, transact  # noqa: PLC0415 - the same
    from troth.versions.facts import current_rulebook  # noqa: PLC0415 - the same

    person = vault.new_person()
    vault.prepare([person])
    asked = UseFacts(category="account", purpose="account")

    def verb(tx: Tx) -> None:
        rules = current_rulebook(tx)
        assert rules is not None
        pseudonym = vault.pseudonym(tx, person)
        for _ in range(PAIRS):
            leave = permit(may_use(rules, asked, tx.now), asked, pseudonym)
            sealed = vault.seal(tx, person, "account", "email", VALUE, rules.version)
            vault.unseal(tx, sealed, leave)

    return lambda: timed(lambda: transact(verb), PAIRS)


def erasing(name: str, folder: Path) -> list[Row]:
    """Measure the erasure of persons of whom one value is held."""
    from bench.kept import keep  # noqa: PLC0415 - needs Django set up
    from troth import vault  # noqa: PLC0415 - the same
    from troth.people.erasure import erase  # noqa: PLC0415 - the same
    from troth.store import transact  # noqa: PLC0415 - the same

    persons = [vault.new_person() for _ in range(ERASED * (ROUNDS + 1))]
    vault.prepare(persons)
    for person in persons:
        transact(keep, person, "person@example.invalid")
    settled()
    bare = Bare(name, folder)
    insert = bare.make("row", (("person", "text"), ("value", "bytea"), ("at", "text")))
    row = ("0" * 32, bytes(250), str(datetime.now(UTC)))
    left = iter(persons)
    work: dict[str, Callable[[], Round]] = {
        INSERT: lambda: one_by_one(lambda _: bare.connection.execute(insert, row), ERASED),
        ERASURE: lambda: one_by_one(lambda _: erase(next(left), "bench"), ERASED),
    }
    found = in_turn(work, ROUNDS, settled)
    return [
        (f"{name}: {INSERT}", "", *took(found[INSERT])),
        (f"{name}: {ERASURE}", "≤ 10 ms", *took(found[ERASURE])),
        (f"{name}: erasure ÷ bare insert", "", *ratio(found[ERASURE], found[INSERT])),
    ]


def rotating(folder: Path) -> list[Row]:
    """Measure a rotation of many keys, and the same rows written anew without any crypto."""
    from troth.vault import rotate_generation  # noqa: PLC0415 - needs Django set up

    given = sys.argv.index("--persons") + 1 if "--persons" in sys.argv else None
    persons = PERSONS if given is None else int(sys.argv[given])
    fill(persons)
    bare = plain_rows(folder / "plain.db", persons)
    found: dict[str, list[Round]] = {"bare": [], "rotation": []}
    for _ in range(ROTATIONS):
        found["bare"].append(timed(bare, persons))
        found["rotation"].append(timed(rotate_generation, persons))
    scale = PERSONS / persons
    taken = sorted(one.median_s * scale for one in found["rotation"])
    cpu = sorted(one.cpu_s for one in found["rotation"])[ROTATIONS // 2]
    told = f"rotation of {PERSONS:,} persons' keys" + (
        "" if persons == PERSONS else f" (measured on {persons:,})"
    )
    return [
        (
            told,
            "≤ 60 s",
            f"{taken[ROTATIONS // 2]:.1f} s (CPU {cpu * 1e3:.4f} ms a key)",
            f"{taken[0]:.1f} … {taken[-1]:.1f} s",
        ),
        ("rotation ÷ plain rows written anew", "", *ratio(found["rotation"], found["bare"])),
    ]


def fill(persons: int) -> None:
    """Give the key store that many persons, by its own format but not by its verbs."""
    from troth.vault import new_person  # noqa: PLC0415 - needs Django set up
    from troth.vault.boxes import place, seal_box  # noqa: PLC0415 - the same
    from troth.vault.store import open_store  # noqa: PLC0415 - the same

    store = open_store()
    number, now = store.generation, datetime.now(UTC).isoformat()
    wrapping = AESGCM(store.generation_key(number))

    def row() -> tuple[Any, ...]:
        person, raw = new_person(), os.urandom(32)
        return person, seal_box(wrapping, place(person, str(number)), raw), number, person, now

    for _ in range(0, persons, BATCH):
        rows = [row() for _ in range(BATCH)]
        with store.transaction():
            store.connection.executemany(
                "INSERT INTO person_key (person, wrapped, generation, pseudonym, made_at)"
                " VALUES (?, ?, ?, ?, ?)",
                rows,
            )


def plain_rows(file: Path, persons: int) -> Callable[[], None]:
    """Return what reads rows as wide as keys in batches and writes them anew, durable."""
    plain = sqlite3.connect(file, isolation_level=None)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.execute("PRAGMA synchronous = FULL")
    plain.execute("CREATE TABLE key (number INTEGER PRIMARY KEY, person TEXT UNIQUE, wrapped BLOB)")
    for begin in range(0, persons, BATCH):
        rows = [(n, os.urandom(16).hex(), os.urandom(61)) for n in range(begin, begin + BATCH)]
        plain.execute("BEGIN")
        plain.executemany("INSERT INTO key VALUES (?, ?, ?)", rows)
        plain.execute("COMMIT")

    def run() -> None:
        for begin in range(0, persons, BATCH):
            plain.execute("BEGIN IMMEDIATE")
            rows = plain.execute(
                "SELECT number, wrapped FROM key WHERE number >= ? ORDER BY number LIMIT ?",
                (begin, BATCH),
            ).fetchall()
            anew = [(wrapped[::-1], number) for number, wrapped in rows]
            plain.executemany("UPDATE key SET wrapped = ? WHERE number = ?", anew)
            plain.execute("COMMIT")

    return run


if __name__ == "__main__":
    main()
