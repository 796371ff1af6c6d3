"""Keys that are missing or open nothing: said in one sentence, and no others are made."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.server.cast import refused_start, troth
from tests.services.server import Server

pytestmark = pytest.mark.slow


@pytest.fixture
def data(used_data: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(used_data, tmp_path / "data")


def without_key_store(keys: Path) -> None:
    for file in keys.glob("keys.db*"):
        file.unlink()


def without_operator(keys: Path) -> None:
    (keys / "operator.key").unlink()


def with_anothers(keys: Path) -> None:
    (keys / "operator.key").write_text("bm9ib2R5cyBrZXkgb2YgMzIgYnl0ZXMgaW4gYWxsISE=\n")


def readable(keys: Path) -> None:
    (keys / "operator.key").chmod(0o644)


def without_generation(keys: Path) -> None:
    (keys / "generations" / "1").unlink()


def kept(keys: Path) -> dict[str, bytes]:
    """Return what is kept in a key folder: SQLite's journal comes and goes."""
    files = {file.relative_to(keys).as_posix(): file for file in keys.rglob("*") if file.is_file()}
    return {
        name: file.read_bytes()
        for name, file in files.items()
        if not name.endswith(("-wal", "-shm", ".lock"))
    }


BROKEN = pytest.mark.parametrize(
    ("damage", "says", "says_zh"),
    [
        (without_key_store, "There is no key store in", "没有密钥库"),
        (without_operator, "The operator's key is missing", "缺少运营者密钥"),
        (with_anothers, "wrapped by another operator's key", "另一个运营者密钥"),
        (readable, "chmod 600", "chmod 600"),
        (without_generation, "generation key 1 was destroyed or is missing", "1 代密钥"),
    ],
)


@BROKEN
def test_a_start_says_what_is_wrong_with_the_keys_and_changes_nothing(
    data: Path, damage: Callable[[Path], None], says: str, says_zh: str
) -> None:
    damage(data / "keys")
    before = kept(data / "keys")
    assert says in refused_start(data)
    assert says_zh in refused_start(data, "--lang", "zh")
    worker = troth("worker", "--data", data, "--until-empty")
    assert (worker.returncode, "Traceback" in worker.stderr) == (2, False)
    assert says in worker.stderr
    assert kept(data / "keys") == before


@pytest.mark.parametrize(
    "words",
    [
        ("vault", "rotate"),
        ("vault", "rotate", "--generation"),
        ("ledger", "copy", "COPY"),
        ("backup", "BACKUP", "--keys", "APART"),
        ("key", "list"),
        ("audit",),
    ],
)
def test_no_command_makes_a_key_store_beside_data_of_another(
    data: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    without_key_store(data / "keys")
    before = kept(data / "keys")
    named = {name: str(tmp_path / name.lower()) for name in ("COPY", "BACKUP", "APART")}
    ended = troth(*(named.get(word, word) for word in words), "--data", data)
    assert kept(data / "keys") == before
    if words != ("key", "list"):  # which asks for no key
        assert ended.returncode != 0
    if words != ("audit",):  # which goes on, and logs which control failed
        assert "Traceback" not in ended.stderr


def test_what_was_put_back_opens_again(data: Path, tmp_path: Path) -> None:
    shutil.copytree(data / "keys", tmp_path / "kept")
    without_key_store(data / "keys")
    refused_start(data)
    assert troth("vault", "rotate", "--generation", "--data", data).returncode == 2
    for file in (tmp_path / "kept").glob("keys.db*"):
        shutil.copy2(file, data / "keys")
    server = Server(data).wait()
    assert server.healthy()
    assert server.stop() == 0


def test_no_key_store_is_made_where_there_are_no_data(tmp_path: Path) -> None:
    ended = troth("vault", "rotate", "--data", tmp_path / "typo")
    assert (ended.returncode, "Traceback" in ended.stderr) == (2, False)
    assert not (tmp_path / "typo").exists()
