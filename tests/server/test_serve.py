"""`troth serve` starts, answers and stops; a start that was cut short is started again."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.server.cast import ask
from tests.server.conftest import Start
from tests.services.migrated import migrated_file
from tests.services.server import FreshDatabase, environment, free_port

TROTH = (sys.executable, "-m", "troth")
ROUNDS = int(os.environ.get("TROTH_ROUNDS", "8"))
FIRST_KILL_S, LAST_KILL_S = 0.2, 2.4
pytestmark = pytest.mark.slow


def test_a_server_starts_answers_and_ends_with_0(
    start: Start, fresh_database: FreshDatabase
) -> None:
    server = start(database=fresh_database("ends")).wait()
    assert ask(f"{server.url}/healthz").body == b"ok\n"
    assert ask(f"{server.url}/readyz").body == b"ready\n"
    assert server.stop() == 0
    assert "Traceback" not in server.output
    assert list(server.data.rglob("*-wal")) == [], "the log of a database is left beside it"


def test_a_server_that_is_asked_where_its_threads_are_tells_and_goes_on(start: Start) -> None:
    server = start().wait()
    deadline = time.monotonic() + 10
    while "committer.py" not in server.output and time.monotonic() < deadline:
        server.process.send_signal(signal.SIGUSR1)  # again: not every thread may have begun
        time.sleep(0.2)
    assert "most recent call first" in server.output
    assert "committer.py" in server.output
    assert server.healthy()
    assert server.stop() == 0


def test_what_a_first_start_makes_is_for_the_owner_alone(start: Start) -> None:
    """While it runs, too: SQLite's journal holds what the database does."""
    server = start().wait()
    told = subprocess.run(
        [*TROTH, "policy", "propose", "--data", str(server.data)],
        capture_output=True, check=False, env=environment(),
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    made = [server.data, *server.data.rglob("*")]
    names = {file.name for file in made}
    assert {"troth.db", "troth.db-wal", "troth.db-shm", "secret-key", "owner-link.txt"} <= names
    for file in made:
        assert file.stat().st_mode & 0o777 == (0o700 if file.is_dir() else 0o600), file


def test_the_owner_link_is_kept_out_of_the_log(start: Start, tmp_path: Path) -> None:
    migrated_file(tmp_path / "data")
    server = start().wait()
    server.stop()
    assert server.owner_link.startswith(f"{server.url}/console/owner/")
    assert server.owner_link not in server.output
    assert "owner-link.txt" in server.output


def test_a_restart_keeps_keys_and_version(start: Start, migrated_database: FreshDatabase) -> None:
    url = migrated_database("restart")
    first = start(database=url).wait()
    key = (first.data / "secrets" / "secret-key").read_text()
    told = ask(f"{first.url}/v1/policy").json
    first.stop()
    again = start(database=url).wait()
    assert ask(f"{again.url}/v1/policy").json == told
    again.stop()
    assert (again.data / "secrets" / "secret-key").read_text() == key


@pytest.mark.torture
def test_two_that_start_at_once_on_a_new_folder_record_one_version(
    start: Start, fresh_database: FreshDatabase
) -> None:
    url = fresh_database("twins")
    twins = [start(database=url) for _ in range(2)]
    told = [ask(f"{twin.wait().url}/v1/policy").json["version"] for twin in twins]
    assert [twin.stop() for twin in twins] == [0, 0]
    assert told[0] == told[1]
    assert told[0]["number"] == 1


@pytest.mark.torture
def test_a_first_start_that_is_killed_leaves_a_folder_that_starts(
    tmp_path: Path, start: Start, fresh_database: FreshDatabase
) -> None:
    """Killed at ever later moments, the folder is never in the way of the next start."""
    data, url = tmp_path / "data", fresh_database("killed")
    for kill in range(ROUNDS):
        after_s = FIRST_KILL_S + (LAST_KILL_S - FIRST_KILL_S) * kill / ROUNDS
        command = [*TROTH, "serve", "--data", str(data), "--port", str(free_port())]
        killed = subprocess.Popen(
            [*command, *(["--database", url] if url else [])],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )
        time.sleep(after_s)
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
    server = start(data, database=url).wait()
    assert ask(f"{server.url}/v1/policy").json["version"]["number"] == 1
    assert server.stop() == 0
    if not url:
        with sqlite3.connect(data / "troth.db") as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_sqlite_is_durable_and_marked_as_ours(start: Start) -> None:
    server = start().wait()
    server.stop()
    with sqlite3.connect(server.data / "troth.db") as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert database.execute("PRAGMA application_id").fetchone() == (0x54524F54,)
