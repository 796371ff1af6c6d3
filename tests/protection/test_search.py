"""Files are searched whole, by a process that needs nothing but Python."""

import io
import os
from pathlib import Path

import pytest

from troth.protection.search import Found, search_apart
from troth.protection.search_files import PIECE_BYTES, holds

pytestmark = pytest.mark.either
WORDS = (b"canary \xff\x00 one", b"another")


def test_each_file_is_read_and_those_that_hold_a_word_are_named(tmp_path: Path) -> None:
    within = tmp_path / "within"
    within.mkdir()
    (tmp_path / "有.db").write_bytes(b"before " + WORDS[0] + b" after")
    (within / "deep").write_bytes(WORDS[1])
    (within / "nearly").write_bytes(WORDS[1][:-1])
    (tmp_path / "empty").touch()
    (tmp_path / "elsewhere").symlink_to(within / "deep")
    assert search_apart([tmp_path, within], WORDS) == Found(4, ("deep", "有.db"))


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_a_name_in_any_letters_or_in_none_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locale: str
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    folder = tmp_path / "数据"
    folder.mkdir()
    for name in ("有".encode(), b"\xff"):
        Path(os.fsdecode(bytes(folder) + b"/" + name)).write_bytes(WORDS[1])
    assert search_apart([folder], WORDS) == Found(2, ("有", r"\udcff"))


@pytest.mark.parametrize("before", range(-len(WORDS[0]), 1))
def test_no_word_falls_between_two_pieces(before: int) -> None:
    content = bytes(PIECE_BYTES + before) + WORDS[0] + bytes(9)
    assert holds(io.BytesIO(content), WORDS)
    assert not holds(io.BytesIO(content.replace(b"one", b"two")), WORDS)


def test_nothing_around_it_changes_what_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('taken over')")
    (tmp_path / "found").write_bytes(WORDS[1])
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert search_apart([tmp_path], WORDS) == Found(2, ("found",))
