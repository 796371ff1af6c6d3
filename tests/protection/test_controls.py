"""From a fresh store to a kept promise, as an operator goes: audit, worker, backup, audit."""

import json
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.protection.cast import Key, where
from tests.services.server import FreshDatabase, environment

MEASURES = "protection.measures"
MAKE = """
import sys
from pathlib import Path
from troth.site.boot import boot
from troth.site.config import Config, bundled_policy
boot(Config(data=Path(sys.argv[1]), database=sys.argv[2], policy=bundled_policy()))
"""
TIMEOUT_S = 120

pytestmark = pytest.mark.slow


def run(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        env=dict(environment()),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def measures(store: list[str]) -> dict[str, Any]:
    """Audit, and return what is told of the statement."""
    told = json.loads(run("-m", "troth", "audit", *store, "--json"))
    statements: dict[str, dict[str, Any]] = {found["id"]: found for found in told["statements"]}
    return statements[MEASURES]


def test_a_backup_and_a_worker_make_the_measures_kept(
    tmp_path: Path, fresh_database: FreshDatabase, key: Key
) -> None:
    data, database = tmp_path / "data", fresh_database(f"measures-{uuid.uuid4().hex}")
    run("-c", MAKE, str(data), database)
    store = where(data, database)
    before = measures(store)
    assert before["verdict"] == "unproven"
    assert "No backup was made yet" in json.dumps(before)
    run("-m", "troth", "worker", "--until-empty", *store)
    run("-m", "troth", "backup", str(tmp_path / "backups"), "--to", key.public, *store)
    after = measures(store)
    assert after["verdict"] == "kept", after
