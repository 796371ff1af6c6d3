"""`troth serve` does jobs by itself, or leaves them to `troth worker`."""

import signal
import sqlite3
from pathlib import Path

import pytest

from tests.jobs.cast import until
from tests.server.cast import troth
from tests.services import forks
from tests.services.migrated import migrated_file
from tests.services.server import Server, environment

pytestmark = pytest.mark.slow


def runs(data: Path) -> dict[str, bool]:
    """Return by name whether a periodic job has ever been done."""
    with sqlite3.connect(data / "troth.db", timeout=30) as database:
        found = database.execute("SELECT name, finished_at FROM store_job").fetchall()
    return {name: finished is not None for name, finished in found}


@pytest.fixture
def idle(tmp_path: Path) -> Path:
    """Return data whose server did no job."""
    data = tmp_path / "data"
    migrated_file(data)
    (data / "troth.toml").write_text("workers = 0\n")
    server = Server(data).wait()
    assert server.stop() == 0
    return data


def test_a_server_does_what_comes_round(tmp_path: Path) -> None:
    migrated_file(tmp_path / "data")
    server = Server(tmp_path / "data").wait()
    until(lambda: bool(done := runs(server.data)) and all(done.values()))
    assert server.stop() == 0
    assert {"evidence.examine", "access.end-expired-sessions", "store.sweep"} <= set(
        runs(server.data)
    )


def test_a_server_without_workers_leaves_jobs_to_a_worker(idle: Path) -> None:
    assert runs(idle) == {}
    told = troth("worker", "--data", idle, "--until-empty", "--threads", "2")
    assert told.returncode == 0, told.stderr
    assert all(runs(idle).values())
    assert "evidence.examine" in runs(idle)


def test_a_worker_tells_where_its_threads_are_and_ends_with_0_when_it_is_asked_to(
    idle: Path, tmp_path: Path
) -> None:
    with (tmp_path / "told").open("w+b") as told:
        worker = forks.start("troth", "worker", "--data", idle, env=environment(), stderr=told)
        until(lambda: bool(done := runs(idle)) and all(done.values()))
        worker.send_signal(signal.SIGUSR1)
        until(lambda: b"sequencer.py" in (tmp_path / "told").read_bytes())
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0


def test_a_worker_without_data_says_so(tmp_path: Path) -> None:
    told = troth("worker", "--data", tmp_path / "none")
    assert told.returncode == 2
    assert "Traceback" not in told.stderr
    assert not (tmp_path / "none").exists()
