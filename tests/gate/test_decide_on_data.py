"""`troth decide` on a server's data: the version in force answers, whatever the folder says."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.services import forks
from tests.services.migrated import migrated_file
from tests.services.server import Server, environment
from troth.policy.read import version_hash
from troth.site.config import bundled_policy
from troth.site.policyfolder import read_folder

pytestmark = pytest.mark.slow


def ask(*arguments: str | Path, cwd: Path | None = None, **variables: str) -> tuple[int, Any, str]:
    """Ask about a declared collection; return the status, the answer and what went wrong."""
    done = forks.run(
        *("troth", "decide", "collect", "--category", "account", "--field", "email"),
        *("--purpose", "account", "--source", "direct", "--json"),
        *arguments,
        env={**environment(), **variables},
        cwd=cwd,
    )
    return done.returncode, json.loads(done.stdout or "null"), done.stderr


def stored(server: Server) -> list[str | Path]:
    """Return the options that lead to a server's data."""
    where: list[str | Path] = ["--data", server.data]
    return [*where, "--database", server.database] if server.database else where


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """Return a policy folder that names accounts otherwise."""
    for name, content in read_folder(bundled_policy()).items():
        changed = content.replace(b"[category.account", b"[category.person")
        (tmp_path / name).write_bytes(changed if name == "policy.toml" else content)
    return tmp_path


def test_the_version_in_force_answers(live_troth: Server, edited: Path) -> None:
    status, told, _ = ask(*stored(live_troth))
    assert (status, told["allowed"]) == (0, True)
    assert told["version"] == version_hash(read_folder(bundled_policy()))
    status, told, _ = ask(*stored(live_troth), "--policy", edited)
    assert (status, told["reason"]["code"]) == (1, "category-undeclared")


def test_before_the_first_version_there_is_no_answer(live_troth: Server) -> None:
    status, told, why = ask(*stored(live_troth), "--at", "2020-01-01")
    assert (status, told) == (2, None)
    assert "No version of the policy was in force then" in why


def test_what_answered_is_told(live_troth: Server, edited: Path) -> None:
    assert re.fullmatch(r"Asked: version 1, in force since .+ UTC\n", ask(*stored(live_troth))[2])
    assert ask("--policy", edited)[2] == f"Asked: the folder {edited}\n"


def test_where_no_server_has_run_and_none_is_named_the_bundled_folder_answers(
    tmp_path: Path,
) -> None:
    status, told, said = ask(cwd=tmp_path)
    assert (status, told["allowed"]) == (0, True)
    assert said == f"Asked: the folder {bundled_policy()}\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("named", ["flag", "variable", "file", "config"])
def test_data_that_were_named_and_are_not_there_are_never_answered_for(
    tmp_path: Path, named: str
) -> None:
    """A mistyped folder must not be answered for by the policy that comes with Troth."""
    if named in {"file", "config"}:
        name = "troth.toml" if named == "file" else "other.toml"
        (tmp_path / name).write_text('data = "nodata"\n' if named == "file" else "")
    arguments = {"flag": ["--data", "nodata"], "config": ["--config", "other.toml"]}
    variables = {"TROTH_DATA": "nodata"} if named == "variable" else {}
    status, told, why = ask(*arguments.get(named, []), cwd=tmp_path, **variables)
    assert (status, told) == (2, None)
    assert "is not ready; start `troth serve` on it once" in why
    assert not (tmp_path / "nodata").exists()


def test_a_version_that_was_tampered_with_answers_nothing(tmp_path: Path) -> None:
    migrated_file(tmp_path / "data")
    server = Server(tmp_path / "data").wait()
    server.stop()
    with closing(sqlite3.connect(server.data / "troth.db")) as database:
        database.execute("DROP TRIGGER versions_versionfile_no_update")
        changed = database.execute(
            "UPDATE versions_versionfile SET content = CAST(content || x'0A' AS BLOB)"
            " WHERE name = 'policy.toml'"
        ).rowcount
        database.commit()
    assert changed == 1
    status, told, said = ask("--data", server.data)
    assert (status, told) == (2, None)
    assert "neither shown nor obeyed" in said
    assert "Traceback" not in said
