"""Group *gdprbench*: the four workloads of Shastri et al. (VLDB 2020), beside the bare store.

10,000 records of nine fields and 100 bytes, of 1,000 persons for 25 purposes (ten records a person
and 25 purposes, as the paper's own files have them); 1,000 operations a round. On one side every
operation is authorised by purpose, sealed per person, entered in the ledger and durable; on the
other it is the plain driver on the same table. The sequencer runs on ours. For the processor, who
only reads, it is also told what a plain line written for each use costs the bare store: less no
store pays that records them.
"""

import itertools
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from bench.stores import (
    Bare,
    Round,
    Row,
    at_once,
    in_turn,
    print_group,
    ratio,
    settled,
    sqlite_bytes,
    writing,
)
from troth.site.config import Config

RECORDS: Final = 10_000
OPERATIONS: Final = 1_000
USERS: Final = 1_000
PURPOSES: Final = tuple(f"use-{number}" for number in range(25))
DATA_CHARACTERS: Final = 100
ZIPF: Final = 0.99
LOG_LINES: Final = 100
ROUNDS: Final = 3
CLIENTS: Final = (1, 16)
WORKLOADS: Final[dict[str, dict[str, int]]] = {
    "controller": {"insert": 25, "delete": 25, "share purpose": 25, "share usr": 25},
    "customer": {
        "read key": 20,
        "read purpose": 10,
        "read usr": 10,
        "change": 20,
        "share purpose": 10,
        "share usr": 10,
        "delete": 20,
    },
    "processor": {"read key": 20, "read purpose": 40, "read usr": 40},
    "regulator": {"last": 50, "gone": 50},
}
REACH: Final = {
    ("controller", 1): "≤ 2 ×",
    ("controller", 16): "≤ 2 ×",
    ("customer", 1): "≤ 2 ×",
    ("customer", 16): "≤ 2 ×",
    ("processor", 1): "≤ 4 ×",
    ("processor", 16): "≤ 2 ×",
}
Operation = tuple[str, *tuple[Any, ...]]


class Workload:
    """Draws records and operations: the same for both sides, as the seed is."""

    def __init__(self, users: Sequence[str]) -> None:
        self._random = random.Random(20)  # noqa: S311 - a workload, no secret
        self._users = users
        self._keys = itertools.count()
        self._known: list[str] = []

    def record(self) -> tuple[str, ...]:
        """Return a new record."""
        draw, number = self._random, next(self._keys)
        key = f"key-{number:08}"
        self._known.append(key)
        fields = [
            f"{name}-{draw.randrange(of)}"
            for name, of in (
                ("ttl", 100),
                ("obj", 100),
                ("dec", 2),
                ("acl", 10),
                ("shr", 10),
                ("src", 10),
                ("cat", 10),
            )
        ]
        data = "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=DATA_CHARACTERS))
        user = self._users[number % USERS] if number < RECORDS else draw.choice(self._users)
        return (key, user, draw.choice(PURPOSES), *fields, data)

    def operations(self, name: str) -> list[Operation]:
        """Return a round of one workload."""
        shares = WORKLOADS[name]
        kinds = self._random.choices(list(shares), list(shares.values()), k=OPERATIONS)
        pick = self._zipfian if name == "customer" else self._random.choice
        return [self._operation(kind, pick) for kind in kinds]

    def _zipfian(self, values: Sequence[str]) -> str:
        weights = list(itertools.accumulate(1 / (n + 1) ** ZIPF for n in range(len(values))))
        return self._random.choices(values, cum_weights=weights)[0]

    def _operation(self, kind: str, pick: Callable[[Sequence[str]], str]) -> Operation:
        verb, _, column = kind.partition(" ")
        if verb == "insert":
            return "insert", self.record()
        if verb == "last":
            return "last", LOG_LINES
        if verb in {"delete", "gone"}:
            return verb, pick(self._known)
        if verb == "change":
            return "change", pick(self._known), "y" * DATA_CHARACTERS
        values = {"key": self._known, "purpose": PURPOSES, "usr": self._users}[column]
        value = pick(values)
        if verb == "read":
            return "read_by", column, value
        return "share_by", column, value, f"shr-{self._random.randrange(10)}"


def main() -> None:
    """Print the group's table."""
    print_group("bench.gdprbench", measure, purposes=PURPOSES)


def measure(name: str, folder: Path, config: Config) -> list[Row]:
    """Load both sides, weigh them, and run every workload."""
    from bench.gdprsides import BareSide, TrothSide  # noqa: PLC0415 - needs Django set up
    from troth import vault  # noqa: PLC0415 - the same

    file, keys = config.sqlite_file, config.key_folder
    empty = sum(weights(name, file, keys))
    users = [vault.new_person() for _ in range(USERS)]
    vault.prepare(users)
    drawn = Workload(users)
    with writing() as committer:
        bare = Bare(name, folder)
        plain, ours = BareSide(name, bare), TrothSide(committer)
        records = [drawn.record() for _ in range(RECORDS)]
        for side in (plain, ours):
            side.load(records)
        settled()
        rows = [space(name, bare, sum(weights(name, file, keys)) - empty)]
        for workload, clients in itertools.product(WORKLOADS, CLIENTS):
            ours.together = clients > 1
            rounds = [drawn.operations(workload) for _ in range(ROUNDS + 1)]
            sides = {
                "bare": completing(plain.run, rounds, clients),
                "ours": completing(ours.run, rounds, clients),
            }
            if (workload, clients) == ("processor", 1):
                sides["logged"] = completing(plain.run_logged, rounds, clients)
            found = in_turn(sides, ROUNDS, settled)
            rows += told(name, workload, clients, found)
    return rows


def completing(
    run: Callable[..., object], rounds: Sequence[Sequence[Operation]], clients: int
) -> Callable[[], Round]:
    """Return what does the next round's operations by so many clients."""
    left = iter(rounds)

    def one() -> Round:
        operations = next(left)
        return at_once(lambda n: run(*operations[n]), clients, len(operations))

    return one


def told(name: str, workload: str, clients: int, found: dict[str, list[Round]]) -> list[Row]:
    """Lay out one workload at so many clients."""
    middle = ROUNDS // 2
    spent = {
        side: (
            sorted(one.wall_s for one in rounds)[middle] * OPERATIONS,
            sorted(one.cpu_s for one in rounds)[middle] * 1e3,
        )
        for side, rounds in found.items()
    }
    figure, spread = ratio(found["ours"], found["bare"], "wall_s")
    absolute = (
        f"{spent['ours'][0]:.2f} s ÷ {spent['bare'][0]:.2f} s;"
        f" CPU {spent['ours'][1]:.3f}, {spent['bare'][1]:.3f} ms each"
    )
    who = f"{clients} client{'s' if clients > 1 else ''}"
    reach = REACH.get((workload, clients), "")
    rows = [(f"{name}: {workload}, {who}", reach, f"{figure} ({absolute})", spread)]
    if "logged" in found:
        least = f"{name}: the same by the bare store with a plain line logged for each use"
        rows.append((least, "", *ratio(found["logged"], found["bare"], "wall_s")))
    return rows


def weights(name: str, file: Path, keys: Path) -> tuple[int, int]:
    """Return what Troth's data and keys hold on the disk."""
    from django.db import connection  # noqa: PLC0415 - needs Django set up

    with connection.cursor() as cursor:
        if name == "SQLite":
            data = sqlite_bytes(connection.connection, file)
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
            data = int(cursor.fetchone()[0])
    held = sum(one.stat().st_size for one in keys.rglob("*") if one.is_file())
    return data, held


def space(name: str, bare: Bare, ours: int) -> Row:
    """Lay out what the loaded records take on both sides, keys, entries and tiles included.

    The plain log of the regulator's bare side is left out where it has a table of its own.
    """
    log = bare.sql("SELECT sum(length(body) + 8) FROM bench_log")
    theirs = bare.bytes_of("bench_record")
    theirs -= int(bare.connection.execute(log).fetchone()[0]) if bare.is_sqlite else 0
    figure = f"{ours / theirs:.2f} × ({ours / 1e6:.1f} MB ÷ {theirs / 1e6:.1f} MB)"
    return (f"{name}: space of {RECORDS:,} records", "≤ 5 ×", figure, "")


if __name__ == "__main__":
    main()
