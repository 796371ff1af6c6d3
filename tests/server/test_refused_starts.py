"""What cannot be right ends a start with one sentence and 2, and nothing half written."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.server.cast import contents, edit, policy_copy, refused_start, troth
from tests.services.server import environment, free_port

pytestmark = pytest.mark.slow


@pytest.fixture
def used(used_data: Path) -> Iterator[Path]:
    """The same, with the bytes of its database held to be unchanged by the test."""
    before = (used_data / "troth.db").read_bytes()
    yield used_data
    assert (used_data / "troth.db").read_bytes() == before


def sqlite_file(file: Path, *statements: str) -> None:
    file.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(file)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine")
    assert "is a file; name a folder" in refused_start(tmp_path / "data")
    assert "is a file; name a folder" in refused_start(tmp_path / "data" / "below")
    assert (tmp_path / "data").read_text() == "mine"


def test_a_data_folder_that_cannot_be_written() -> None:
    assert "cannot be written" in refused_start(Path("/proc/troth"))


def test_a_data_folder_that_is_full(tmp_path: Path) -> None:
    """No disk is filled: syncing the probe fails as on a full one."""
    code = (
        "import errno, os, sys; from troth.site import datafolder\n"
        "def full(_): raise OSError(errno.ENOSPC, 'No space left on device')\n"
        "os.fsync = full\n"
        "from troth.cli.main import main; sys.argv = ['troth', *sys.argv[1:]]; main()"
    )
    command = [sys.executable, "-c", code, "serve", "--data", str(tmp_path / "data")]
    command += ["--port", str(free_port())]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment(), timeout=60
    )
    assert ended.returncode == 2
    assert "is full; make room" in ended.stderr
    assert contents(tmp_path) == set()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "troth.db").write_bytes(b"these are notes of mine" * 100)
    assert "is no SQLite database or is damaged" in refused_start(data)
    assert (data / "troth.db").read_bytes() == b"these are notes of mine" * 100


def test_a_database_that_is_cut_off(tmp_path: Path, used: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "troth.db").write_bytes((used / "troth.db").read_bytes()[:5000])
    assert "troth: " in refused_start(data)


def test_a_database_of_another_program(tmp_path: Path) -> None:
    sqlite_file(tmp_path / "data" / "troth.db", "CREATE TABLE notes (text)")
    before = (tmp_path / "data" / "troth.db").read_bytes()
    assert "belongs to another program" in refused_start(tmp_path / "data")
    assert contents(tmp_path) == {"data/troth.db"}
    assert (tmp_path / "data" / "troth.db").read_bytes() == before


def test_a_database_that_is_newer_than_the_code(tmp_path: Path, used: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "troth.db").write_bytes((used / "troth.db").read_bytes())
    sqlite_file(
        data / "troth.db",
        "INSERT INTO django_migrations (app, name, applied)"
        " VALUES ('versions', '0999_of_tomorrow', '2036-01-01')",
    )
    said = refused_start(data)
    assert "written by a newer Troth" in said
    assert "versions.0999_of_tomorrow" in said


def test_a_port_in_use_is_found_before_anything_is_written(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        ended = troth("serve", "--data", tmp_path / "data", "--port", str(other.getsockname()[1]))
    assert ended.returncode == 2
    assert "stop what uses it, or name another with --port, or TROTH_PORT" in ended.stderr
    assert not (tmp_path / "data").exists()


def test_an_address_that_is_not_ours(tmp_path: Path) -> None:
    for host in ("192.0.2.1", "nohost.invalid"):
        said = refused_start(tmp_path / "data", "--host", host)
        assert f"Cannot listen on {host} (" in said
        assert "name an address of this machine with --host, or TROTH_HOST" in said


def test_a_postgresql_that_does_not_answer(tmp_path: Path) -> None:
    url = f"postgresql://troth:hush@127.0.0.1:{free_port()}/troth"
    said = refused_start(tmp_path / "data", "--database", url)
    assert "check that it runs" in said
    assert "hush" not in said


def test_a_database_address_that_cannot_be_read(tmp_path: Path) -> None:
    said = refused_start(tmp_path / "data", "--database", "postgresql://u:hush@h:x/troth")
    assert "--database" in said
    assert "hush" not in said
    assert not (tmp_path / "data").exists()


def test_a_policy_folder_that_is_missing(tmp_path: Path) -> None:
    assert "There is no policy folder" in refused_start(
        tmp_path / "data", "--policy", tmp_path / "none"
    )
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("zh.md", None),
        ("policy.toml", None),
        ("en.md", b""),
        ("en.md", b"\xff\xfe\x00\x01"),
        ("policy.toml", b"[controller\n"),
    ],
)
def test_a_policy_that_cannot_be_read(tmp_path: Path, name: str, content: bytes | None) -> None:
    policy = policy_copy(tmp_path / "policy")
    (policy / name).unlink()
    if content is not None:
        (policy / name).write_bytes(content)
    said = refused_start(tmp_path / "data", "--policy", policy)
    assert name in said
    assert "has errors, so nothing was changed" in said
    assert not (tmp_path / "data").exists()


def test_a_policy_file_of_50_megabytes(tmp_path: Path) -> None:
    policy = policy_copy(tmp_path / "policy")
    with (policy / "en.md").open("ab") as file:
        os.truncate(file.fileno(), 50_000_000)
    assert "has more than 5000000 bytes" in refused_start(tmp_path / "data", "--policy", policy)


def test_errors_in_a_changed_policy_leave_a_used_folder_as_it_was(
    tmp_path: Path, used: Path
) -> None:
    policy = policy_copy(tmp_path / "policy")
    edit(policy / "en.md", "{#cookies.sent}", "{#cookies.operation}")
    said = refused_start(used, "--policy", policy)
    lines = said.splitlines()
    assert lines[0].startswith(f"{policy / 'en.md'}:")
    assert all(": error T" in line for line in lines[:-2])
    assert lines[-2].startswith("troth: ")
    assert lines[-1] == f"`troth policy check {policy}` shows all."


def test_an_unknown_setting(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "troth.toml").write_text("prot = 1\n")
    assert "troth.toml:1: there is no setting prot" in refused_start(tmp_path / "data")


def test_refusals_are_told_in_chinese_too(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine")
    assert "数据文件夹" in refused_start(tmp_path / "data", "--lang", "zh")
