"""A store of the first step is brought up to date: what happened before gets its entries."""

import json
from pathlib import Path

import pytest

from tests.server.cast import ask, troth
from tests.services import forks
from tests.services.server import FreshDatabase, Server, environment

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]


def test_a_store_of_the_first_step_gets_an_entry_for_all_that_happened(
    tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    data, database = tmp_path / "data", fresh_database("old")
    made = forks.run("tests.versions.old_store", data, database, env=environment(), cwd=ROOT)
    assert made.returncode == 0, made.stderr
    server = Server(data, database=database).wait()
    try:
        assert ask(f"{server.url}/v1/policy").json["version"]["number"] == 3
    finally:
        assert server.stop() == 0
    where = ["--data", str(data), *(["--database", database] if database else [])]
    shown = json.loads(troth("ledger", "show", "--json", "--limit", "100", *where).stdout)
    told = [(entry["kind"], entry["actor"]) for entry in shown["entries"]]
    before = sorted(kind for kind, actor in told if actor == "migration")
    assert before == [
        "access.member-made",
        "access.owner-link-opened",
        "versions.in-force",
        "versions.in-force",
        "versions.proposed",
        "versions.proposed",
    ]
    assert ("ledger.epoch", "system") in told
    verified = troth("ledger", "verify", *where, data)
    assert verified.returncode == 0, verified.stdout + verified.stderr
