"""From a fresh store to a kept promise, as an operator goes: audit, worker, backup, audit."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.protection.cast import Key, drive, where
from tests.services import forks
from tests.services.migrated import migrated
from tests.services.server import environment

MEASURES = "protection.measures"
TIMEOUT_S = 120

pytestmark = pytest.mark.slow


def run(*command: str) -> str:
    done = forks.run("troth", *command, env=environment(), timeout=TIMEOUT_S)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def measures(store: list[str]) -> dict[str, Any]:
    """Audit, and return what is told of the statement."""
    told = json.loads(run("audit", *store, "--json"))
    statements: dict[str, dict[str, Any]] = {found["id"]: found for found in told["statements"]}
    return statements[MEASURES]


def test_a_backup_and_a_worker_make_the_measures_kept(tmp_path: Path, key: Key) -> None:
    data = tmp_path / "data"
    database = migrated(data, "measures")
    drive("nothing", data, database)
    store = where(data, database)
    before = measures(store)
    assert before["verdict"] == "unproven"
    assert "No backup was made yet" in json.dumps(before)
    run("worker", "--until-empty", *store)
    run("backup", str(tmp_path / "backups"), "--to", key.public, *store)
    after = measures(store)
    assert after["verdict"] == "kept", after
