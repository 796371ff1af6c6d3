"""Group *ledger*: entries a second with group commit, and how fast a copy is verified.

Verifying is measured on an auditor's copy, beside a loop that does nothing but the same SHA-256:
salt and body, the leaf, and the tree over the leaves. What is decided again is timed apart, as a
log may hold few decisions. The tree is the same on both databases, so it is measured once.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from bench.stores import (
    Bare,
    Round,
    Row,
    at_once,
    in_flight,
    in_turn,
    one_by_one,
    print_group,
    rate,
    ratio,
    settled,
    writing,
)
from troth.site.config import Config

CALLERS: Final = 64
CALLS: Final = 10_000
ENTRIES: Final = 50_000
CHUNK: Final = 5_000
ROUNDS: Final = 3
THREADS: Final = f"durable appends, {CALLERS} threads"
FLIGHT: Final = f"durable appends, {CALLERS} in flight"
BARE: Final = f"bare: rows of the same size, {CALLERS} in one transaction"
HASHING: Final = "hashlib alone, the same entries"
VERIFIED: Final = "offline verification, no decisions"
REPLAYED: Final = "offline verification, each with a decision"
REPLAY: Final = "decision replay alone"


def main() -> None:
    """Print the group's table."""
    print_group("bench.ledger", measure)


def measure(name: str, folder: Path, _config: Config) -> list[Row]:
    """Measure on one database; what is the same on both, once."""
    rows = appending(name, folder)
    return rows + verifying(folder) if name == "SQLite" else rows


def appending(name: str, folder: Path) -> list[Row]:
    """Measure appends through the Committer, the sequencer running."""
    from bench.kept import enter  # noqa: PLC0415 - needs Django set up

    with writing() as committer:
        work: dict[str, Callable[[], Round]] = {
            BARE: bare_group(name, folder),
            THREADS: lambda: at_once(
                lambda n: committer.submit(enter, n).result(), CALLERS, CALLS // 2
            ),
            FLIGHT: lambda: in_flight(lambda n: committer.submit(enter, n), CALLERS, CALLS),
        }
        found = in_turn(work, before=settled)
    reach = {FLIGHT: "≥ 10,000/s", THREADS: "≥ 10,000/s"}
    rows = [(f"{name}: {what}", reach.get(what, ""), *rate(found[what])) for what in work]
    compared = ratio(found[FLIGHT], found[BARE], "wall_s")
    return [*rows, (f"{name}: time of an append in flight ÷ bare", "", *compared)]


def bare_group(name: str, folder: Path) -> Callable[[], Round]:
    """Return what writes rows as wide as entries by the plain driver."""
    from troth.ledger.tables import ENTRIES as TABLE  # noqa: PLC0415 - needs Django set up

    bare = Bare(name, folder)
    into = bare.make("entry", ((f"its_{column}", kind) for column, kind in TABLE.columns))
    now: Any = datetime.now(UTC)
    at = str(now) if bare.is_sqlite else now
    row = ("0" * 32, "bench.entered", at, "", bytes(470), bytes(16), bytes(32))
    rows = [row] * CALLERS

    def grouped() -> Round:
        taken = one_by_one(lambda _: bare.many(into, rows), CALLS // CALLERS)
        return Round(taken.median_s, taken.wall_s / CALLERS, taken.cpu_s / CALLERS)

    return grouped


def verifying(folder: Path) -> list[Row]:
    """Measure the verification of two copies, one without and one with decisions."""
    from troth.ledger.copy import write_copy  # noqa: PLC0415 - needs Django set up
    from troth.ledger.verify.data import DataSource  # noqa: PLC0415 - the same
    from troth.store import Store, transact  # noqa: PLC0415 - the same
    from troth.versions import facts  # noqa: PLC0415 - the same

    alias = Store().alias
    source = DataSource(alias, lambda: facts.all_files(alias))
    settled()
    decided = folder / "decided"
    write_copy(source, decided)
    for begin in range(0, ENTRIES, CHUNK):
        transact(entered, begin)
    settled()
    both = folder / "both"
    write_copy(source, both)
    first, total = sizes(decided), sizes(both)
    work: dict[str, Callable[[], Round]] = {
        HASHING: hashing(both, total),
        "all": lambda: timed(lambda: verified(both), total),
        REPLAYED: lambda: timed(lambda: verified(decided), first),
        REPLAY: replaying(decided),
    }
    found = in_turn(work, ROUNDS)
    found[VERIFIED] = [
        Round(
            0,
            (a.wall_s * total - b.wall_s * first) / (total - first),
            (a.cpu_s * total - b.cpu_s * first) / (total - first),
        )
        for a, b in zip(found["all"], found[REPLAYED], strict=True)
    ]
    reach = {VERIFIED: "≥ 200,000/s", REPLAY: "≥ 50,000/s"}
    shown = (HASHING, VERIFIED, REPLAYED, REPLAY)
    rows = [(what, reach.get(what, ""), *rate(found[what])) for what in shown]
    compared = ratio(found[VERIFIED], found[HASHING], "wall_s")
    return [*rows, ("time of verification ÷ hashlib alone", "", *compared)]


def entered(tx: Any, begin: int) -> None:
    """Enter things without a decision."""
    from troth.ledger import LedgerEntry, record  # noqa: PLC0415 - needs Django set up

    for number in range(begin, begin + CHUNK):
        record(tx, LedgerEntry("bench.counted", about={"number": number, "pad": "x" * 200}))


def sizes(copy: Path) -> int:
    """Return how many entries a copy holds."""
    return sum(epoch["size"] for epoch in json.loads((copy / "epochs.json").read_text()))


def timed(run: Callable[[], object], units: int) -> Round:
    """Time one run of so many units."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Round(wall, wall / units, cpu / units)


def verified(copy: Path) -> None:
    """Verify a copy, which must be found whole."""
    from troth.ledger.verify import verify  # noqa: PLC0415 - needs Django set up
    from troth.ledger.verify.folder import FolderSource  # noqa: PLC0415 - the same

    report = verify(FolderSource(copy))
    assert not report.findings, report.findings


def bodies_of(copy: Path) -> list[tuple[bytes, bytes]]:
    """Return every salt and body of a copy's first epoch."""
    from troth.ledger.copy import unpack  # noqa: PLC0415 - needs Django set up

    files = sorted(file for file in (copy / "epoch-1" / "bodies").rglob("*") if file.is_file())
    return [pair for file in files for pair in unpack(file.read_bytes())]


def hashing(copy: Path, total: int) -> Callable[[], Round]:
    """Return what does the hashing of a verification, and nothing else of it."""
    bodies = bodies_of(copy)
    assert len(bodies) == total

    def run() -> None:
        leaves = [sha256(salt + body).digest() for salt, body in bodies]
        level = [sha256(b"\0" + leaf).digest() for leaf in leaves]
        while len(level) > 1:
            pairs = zip(level[::2], level[1::2], strict=False)
            level = [sha256(b"\1" + a + b).digest() for a, b in pairs] + level[len(level) & ~1 :]

    return lambda: timed(run, total)


def replaying(copy: Path) -> Callable[[], Round]:
    """Return what decides every entry of a copy again."""
    from troth.ledger.verify.folder import FolderSource  # noqa: PLC0415 - needs Django set up
    from troth.ledger.verify.replay import Replay  # noqa: PLC0415 - the same

    bodies = bodies_of(copy)
    replay = Replay(FolderSource(copy).versions())

    def run() -> None:
        assert not replay.check(1, 0, bodies)
        assert replay.taken() > CALLS

    return lambda: timed(run, len(bodies))


if __name__ == "__main__":
    main()
