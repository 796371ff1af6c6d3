"""What the benches of stored things share: a fresh Troth on either database, a bare table beside.

Each database is measured in a process of its own (`on_both`), as Django is set up once a process.
"""

import gc
import json
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg

from bench.timing import table
from tests.services import postgres
from troth.site import config as configuration
from troth.site.boot import boot
from troth.site.config import Config, bundled_policy
from troth.site.policyfolder import read_folder

Row = tuple[str, str, str, str]
DATABASES: Final = ("SQLite", "PostgreSQL")
ROUNDS: Final = 5


def on_both(module: str) -> list[Row]:
    """Run `python -m module --on DATABASE` for each; return the rows it prints as its last line."""
    postgres.url()
    return [row for name in DATABASES for row in on_one(module, name)]


def on_one(module: str, name: str) -> list[Row]:
    """Run a module's part for one database in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", module, "--on", name], stdout=subprocess.PIPE, text=True, check=True
    )
    return [tuple(row) for row in json.loads(done.stdout.splitlines()[-1])]


def open_troth(name: str, folder: Path, *, purposes: Iterable[str] = ()) -> Config:
    """Make a fresh Troth with the bundled policy; an account may be used for `purposes` too."""
    url = postgres.fresh_database(f"bench-{uuid.uuid4().hex}") if name != "SQLite" else ""
    policy = folder / "policy"
    for file, content in with_purposes(tuple(purposes)).items():
        (policy / file).parent.mkdir(parents=True, exist_ok=True)
        (policy / file).write_bytes(content)
    given = {"data": folder / "data", "policy": policy, "database": url}
    config = configuration.load(given, {})
    boot(config)
    return config


def with_purposes(purposes: Sequence[str]) -> dict[str, bytes]:
    """Return the bundled policy with further purposes of its category `account`."""
    files = dict(read_folder(bundled_policy()))
    if not purposes:
        return files
    before, account, after = files["policy.toml"].decode().partition("[category.account]")
    quoted = ", ".join(f'"{purpose}"' for purpose in purposes)
    after = re.sub(r"purposes = \[", f"purposes = [{quoted}, ", after, count=1)
    declared = [
        f'[purpose.{purpose}]\nstatement = "collection.direct"\nbasis = "contract"\n'
        f'label = {{ zh = "用途 {number}", en = "Use {number}" }}\n'
        for number, purpose in enumerate(purposes)
    ]
    files["policy.toml"] = "\n".join([before + account + after, *declared]).encode()
    return files


def print_group(
    module: str, measure: Callable[[str, Path, Config], list[Row]], *, purposes: Iterable[str] = ()
) -> None:
    """Print a group's table; with `--on DATABASE` measure on a fresh Troth and print JSON rows."""
    if "--on" not in sys.argv:
        print(table(on_both(module)))
        return
    name = sys.argv[sys.argv.index("--on") + 1]
    with tempfile.TemporaryDirectory() as folder:
        config = open_troth(name, Path(folder), purposes=purposes)
        print(json.dumps(measure(name, Path(folder), config)))


@contextmanager
def writing() -> Iterator[Any]:
    """Give a Committer that runs, with the sequencer beside it, as in a server."""
    from troth import vault  # noqa: PLC0415 - needs Django set up
    from troth.ledger.sequencer import Sequencer  # noqa: PLC0415 - the same
    from troth.store import Committer, Store  # noqa: PLC0415 - the same

    committer, sequencer = Committer(Store(), vault.prepare), Sequencer(Store())
    committer.start()
    sequencer.start()
    try:
        yield committer
    finally:
        committer.stop()
        sequencer.stop()


class Bare:
    """A database of the same kind with nothing of Troth in it, by the plain driver, durable."""

    def __init__(self, name: str, folder: Path) -> None:
        self.is_sqlite = name == "SQLite"
        self.file = folder / "bare.db"
        self._url = "" if self.is_sqlite else postgres.fresh_database(f"bare-{uuid.uuid4().hex}")
        self._local = threading.local()
        self.writing = threading.Lock()
        """SQLite has one writer; who waits here waits less than in its busy handler."""

    @property
    def connection(self) -> Any:
        """This thread's connection, in autocommit."""
        found = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = self._connect()
        return found

    def _connect(self) -> Any:
        if not self.is_sqlite:
            return psycopg.connect(self._url, autocommit=True)
        opened = sqlite3.connect(self.file, isolation_level=None, timeout=30)
        opened.execute("PRAGMA journal_mode = WAL")
        opened.execute("PRAGMA synchronous = FULL")
        opened.execute("PRAGMA cache_size = -8000")
        return opened

    def sql(self, text: str) -> str:
        """Return a statement with the driver's own placeholders."""
        return text.replace("%s", "?") if self.is_sqlite else text

    def make(self, table: str, columns: Iterable[tuple[str, str]]) -> str:
        """Make a table with PostgreSQL's types; return the INSERT of one row."""
        columns = list(columns)
        told = ", ".join(f"{column} {self._kind(kind)}" for column, kind in columns)
        key = "bigserial" if not self.is_sqlite else "integer"
        self.connection.execute(f"CREATE TABLE {table} (id {key} PRIMARY KEY, {told})")
        names = ", ".join(column for column, _ in columns)
        places = ", ".join(["%s"] * len(columns))
        return self.sql(f"INSERT INTO {table} ({names}) VALUES ({places})")  # noqa: S608 - the bench's own

    def _kind(self, kind: str) -> str:
        if not self.is_sqlite:
            return kind
        return {"bytea": "blob", "bigint": "integer"}.get(kind, "text")

    def together(self, statements: Iterable[tuple[str, Sequence[Any]]]) -> None:
        """Run statements in one transaction."""
        run = self.connection.execute
        run("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN")
        for statement, values in statements:
            run(statement, values)
        run("COMMIT")

    def many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement for many rows in one transaction."""
        connection = self.connection
        connection.execute("BEGIN")
        with_cursor = connection.cursor()
        with_cursor.executemany(statement, rows)
        connection.execute("COMMIT")

    def bytes_of(self, table: str) -> int:
        """Return what a table holds on the disk, its indexes included (SQLite: the whole file)."""
        if self.is_sqlite:
            return sqlite_bytes(self.connection, self.file)
        query = "SELECT pg_total_relation_size(%s::regclass)"
        return int(self.connection.execute(query, [table]).fetchone()[0])


def sqlite_bytes(connection: Any, file: Path) -> int:
    """Return the length of a SQLite file once its log is brought in."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file.stat().st_size


@dataclass(frozen=True)
class Round:
    """One contestant's round: the median of its calls; wall and processor seconds a unit."""

    median_s: float
    wall_s: float
    cpu_s: float


def one_by_one(run: Callable[[int], object], count: int) -> Round:
    """Time each call by itself."""
    taken = []
    wall, cpu = time.perf_counter(), time.process_time()
    for number in range(count):
        began = time.perf_counter()
        run(number)
        taken.append(time.perf_counter() - began)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Round(statistics.median(taken), wall / count, cpu / count)


def at_once(run: Callable[[int], object], callers: int, count: int) -> Round:
    """Time `count` calls by so many threads, each of which waits for its own."""
    taken: list[float] = []
    failed: list[BaseException] = []
    numbers = iter(range(count))
    taking = threading.Lock()

    def call() -> None:
        try:
            while True:
                with taking:
                    number = next(numbers, None)
                if number is None:
                    return
                began = time.perf_counter()
                run(number)
                taken.append(time.perf_counter() - began)
        except BaseException as error:  # noqa: BLE001 - raised again below
            failed.append(error)

    threads = [threading.Thread(target=call) for _ in range(callers)]
    wall, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    if failed:
        raise failed[0]
    return Round(statistics.median(taken), wall / count, cpu / count)


def in_flight(submit: Callable[[int], Any], callers: int, count: int) -> Round:
    """Time `count` futures, so many at a time: whoever is answered asks for the next at once.

    So does an event loop with many connections, without a thread for each.
    """
    left = iter(range(count))
    done = threading.Semaphore(0)
    failed: list[BaseException] = []

    def ask() -> None:
        number = next(left, None)
        if number is None:
            done.release()
        else:
            submit(number).add_done_callback(answered)

    def answered(future: Any) -> None:
        if (error := future.exception()) is not None:
            failed.append(error)
        ask()

    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(callers):
        ask()
    for _ in range(callers):
        done.acquire()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    if failed:
        raise failed[0]
    return Round(wall * callers / count, wall / count, cpu / count)


def in_turn(
    contestants: Mapping[str, Callable[[], Round]],
    rounds: int = ROUNDS,
    before: Callable[[], object] = lambda: None,
) -> dict[str, list[Round]]:
    """Run each once to warm up, then `rounds` times in turn; `before` runs before each, untimed."""
    for run in contestants.values():
        run()
    found: dict[str, list[Round]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            gc.collect()
            before()
            found[name].append(run())
    return found


def settled() -> None:
    """Have all entries integrated, so that nobody's round pays for the one before it."""
    from troth.ledger.sequencer import integrate_all  # noqa: PLC0415 - needs Django set up
    from troth.store import Store  # noqa: PLC0415 - the same

    integrate_all(Store())


def median(rounds: Sequence[Round], what: str = "median_s") -> float:
    """Return the median over rounds."""
    return float(statistics.median(getattr(one, what) for one in rounds))


def ratio(
    rounds: Sequence[Round], base: Sequence[Round], what: str = "median_s"
) -> tuple[str, str]:
    """Return the median of round-by-round ratios, and the least and the most."""
    pairs = zip(rounds, base, strict=True)
    found = sorted(getattr(one, what) / getattr(other, what) for one, other in pairs)
    return f"{statistics.median(found):.2f} ×", f"{found[0]:.2f} … {found[-1]:.2f} ×"


def took(rounds: Sequence[Round]) -> tuple[str, str]:
    """Lay out a call's median time with its processor time, and the spread."""
    values = [one.median_s * 1e3 for one in rounds]
    cpu = median(rounds, "cpu_s") * 1e3
    return (
        f"{statistics.median(values):.3f} ms (CPU {cpu:.3f})",
        f"{min(values):.3f} … {max(values):.3f} ms",
    )


def rate(rounds: Sequence[Round]) -> tuple[str, str]:
    """Lay out how many a second, with processor time a unit, and the spread."""
    values = [1 / one.wall_s for one in rounds]
    cpu = median(rounds, "cpu_s") * 1e3
    return (
        f"{statistics.median(values):,.0f}/s (CPU {cpu:.4f} ms each)",
        f"{min(values):,.0f} … {max(values):,.0f}/s",
    )
