"""`troth audit` as an operator or a build server runs it."""

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from shutil import copytree
from xml.etree.ElementTree import fromstring

import pytest

from tests.evidence import proved
from tests.protection.cast import ROOT, drive
from tests.services import forks
from tests.services.migrated import migrated_file
from tests.services.server import environment
from troth.evidence import discover
from troth.policy.read import version_hash

TIMEOUT_S = 120

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder as the first start leaves it."""
    data = tmp_path_factory.mktemp("audited") / "data"
    migrated_file(data)
    drive("nothing", data, "")
    return data


@pytest.fixture
def data(fresh: Path, tmp_path: Path) -> Path:
    """Return a copy of it that a test may break."""
    return copytree(fresh, tmp_path / "data")


def audit(data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    words = ("audit", "--data", data, *options)
    if "--prove" in options:
        return proved.troth(*words, cwd=ROOT, env=environment(), timeout=TIMEOUT_S)
    return forks.run("troth", *words, env=environment(), timeout=TIMEOUT_S)


def edit_published_text(data: Path) -> None:
    """Change a version in place, past the guard, as somebody with the file in hand can."""
    with closing(sqlite3.connect(data / "troth.db")) as database:
        database.executescript(
            "DROP TRIGGER versions_versionfile_no_update;"
            "UPDATE versions_versionfile SET content = CAST(content || x'0a' AS BLOB)"
            " WHERE name = 'en.md';"
        )


def test_a_fresh_store_passes_and_each_statement_is_listed(data: Path) -> None:
    done = audit(data, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told["statements"]) == 40
    verdicts = {found["id"]: found["verdict"] for found in told["statements"]}
    assert verdicts["revision.review"] == "kept"
    assert verdicts["cookies.sent"] == "unproven"
    assert told["tally"]["broken"] == 0


def exchange_author(data: Path) -> None:
    """Change who recorded a version, in the same way: its text is still whole."""
    with closing(sqlite3.connect(data / "troth.db")) as database:
        database.executescript(
            "DROP TRIGGER versions_storedversion_no_update;"
            "UPDATE versions_storedversion SET author = 'nobody';"
        )


def test_a_text_changed_in_place_is_a_finding_told_in_one_sentence(data: Path) -> None:
    edit_published_text(data)
    done = audit(data)
    assert done.returncode == 1
    assert done.stdout == ""
    said = done.stderr.splitlines()[-1]
    assert said.startswith("troth: The stored text of version 1 is not the one that was recorded")


def test_a_broken_promise_exits_1_and_is_named(data: Path) -> None:
    exchange_author(data)
    done = audit(data, "--format", "text")
    assert done.returncode == 1
    assert "✗ broken    revision.timely" in done.stdout
    assert "version 1: chain" in done.stdout
    assert "unguarded: versions_storedversion" in done.stdout


def test_junit_of_a_broken_store_fails_one_case(data: Path) -> None:
    exchange_author(data)
    done = audit(data, "--format", "junit")
    assert done.returncode == 1
    root = fromstring(done.stdout)  # noqa: S314 - our own
    failed = [c.attrib["name"] for c in root.iter("testcase") if c.find("failure") is not None]
    assert failed == ["revision.timely"]


def hash_with(data: Path) -> str:
    """The hash that the folder has when its Chinese file holds two stray bytes."""
    with closing(sqlite3.connect(data / "troth.db")) as database:
        rows = database.execute("SELECT name, content FROM versions_versionfile").fetchall()
    return version_hash({**dict(rows), "zh.md": b"\xff\xfe"})


def test_a_version_nobody_can_read_is_a_finding_told_in_one_sentence(data: Path) -> None:
    with closing(sqlite3.connect(data / "troth.db")) as database:
        database.executescript(
            "DROP TRIGGER versions_versionfile_no_update;"
            "UPDATE versions_versionfile SET content = x'fffe' WHERE name = 'zh.md';"
            "DROP TRIGGER versions_storedversion_no_update;"
        )
        database.execute("UPDATE versions_storedversion SET hash = ?", [hash_with(data)])
        database.commit()
    done = audit(data)
    assert done.returncode == 1
    assert done.stdout == ""
    said = done.stderr.splitlines()[-1]
    assert said.startswith("troth: The policy in force, version 1, cannot be read")


@pytest.mark.parametrize(
    ("taken", "says"),
    [("keys", "There is no key store in"), ("keys/operator.key", "The operator's key is missing")],
)
def test_without_the_keys_nothing_is_examined_and_it_says_which(
    data: Path, taken: str, says: str
) -> None:
    """Else each control that opens something would fail by itself, in the log."""
    (data / taken).rename(data.parent / "taken")
    done = audit(data)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"troth: {says}")
    assert len(done.stderr.splitlines()) == 1
    (data.parent / "taken").rename(data / taken)
    assert audit(data).returncode == 0


def test_the_audit_speaks_chinese(data: Path) -> None:
    done = audit(data, "--lang", "zh")
    assert done.returncode == 0
    assert "已兑现" in done.stdout
    assert "我们的目的" in done.stdout


def test_without_a_store_there_is_one_sentence_and_exit_2(tmp_path: Path) -> None:
    done = audit(tmp_path / "nowhere")
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "nowhere").exists()


def test_an_unknown_format_is_a_mistake_in_usage(data: Path) -> None:
    assert audit(data, "--format", "csv").returncode == 2


def test_the_proof_catches_every_sabotage_and_is_remembered_by_the_store(data: Path) -> None:
    done = audit(data, "--prove", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    names = {sabotage.name for control in discover() for sabotage in control.sabotages}
    assert {found["name"] for found in told["sabotages"] if found["caught"]} == names
    after = json.loads(audit(data, "--json").stdout)
    controls = [control for found in after["statements"] for control in found["controls"]]
    caught = {s["name"] for c in controls for s in c["sabotages"] if s["caught_at"]}
    assert caught == names
    assert after["tally"]["broken"] == 0, "the true store was touched"


def test_the_proof_needs_no_store(tmp_path: Path) -> None:
    done = audit(tmp_path / "nowhere", "--prove", "--format", "junit")
    assert done.returncode == 0, done.stderr
    root = fromstring(done.stdout)  # noqa: S314 - our own
    assert {suite.attrib["failures"] for suite in root} == {"0"}
    assert not (tmp_path / "nowhere").exists()
