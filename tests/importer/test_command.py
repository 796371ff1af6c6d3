"""`troth policy import`: one folder or one sentence, never half of one."""

import json
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.services import forks

pytestmark = pytest.mark.slow

POLICIES: Final = Path(__file__).parent / "policies"


def troth(*arguments: object, lang: str = "en_US.UTF-8") -> subprocess.CompletedProcess[str]:
    """Run `troth policy import`."""
    env = {"LANG": lang, "PATH": "/usr/bin:/bin", "COLUMNS": "200"}
    return forks.run("troth", "policy", "import", *map(str, arguments), env=env)


def test_it_writes_a_folder_and_tells_what_it_found(tmp_path: Path) -> None:
    out = tmp_path / "new" / "policy"
    done = troth(POLICIES / "source.txt", "-o", out)
    assert done.returncode == 0, done.stderr
    assert "40 statements, 7 headings, nothing lost." in done.stdout
    assert "source.txt:45:1  broken tag <极 p>" in done.stdout
    assert sorted(file.name for file in out.iterdir()) == ["en.md", "policy.toml", "zh.md"]
    assert [path.name for path in out.parent.iterdir()] == ["policy"]


def test_it_tells_it_in_chinese(tmp_path: Path) -> None:
    done = troth(POLICIES / "source.txt", "-o", tmp_path / "p", lang="zh_CN.UTF-8")
    assert "40 条声明，7 个标题，无丢失。" in done.stdout


def test_json_has_every_place(tmp_path: Path) -> None:
    done = troth(POLICIES / "source.txt", "-o", tmp_path / "p", "--json")
    told = json.loads(done.stdout)
    assert told["statements"] == 40
    first = told["noise"][0]
    assert (first["file"], first["line"], first["column"]) == ("source.txt", 9, 102)
    assert told["losses"] == told["unaligned"] == []


def test_a_second_import_keeps_what_else_is_in_the_folder(tmp_path: Path) -> None:
    troth(POLICIES / "source.txt", "-o", tmp_path / "p")
    (tmp_path / "p" / "README.md").write_text("ours", encoding="utf-8")
    before = (tmp_path / "p" / "policy.toml").read_bytes()
    assert troth(POLICIES / "source.txt", "-o", tmp_path / "p").returncode == 0
    assert (tmp_path / "p" / "README.md").read_text(encoding="utf-8") == "ours"
    assert (tmp_path / "p" / "policy.toml").read_bytes() == before


def test_a_folder_that_is_no_policy_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    done = troth(POLICIES / "source.txt", "-o", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no policy folder" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("data", [b"", b"\xff\xfea\x00", b"We do.\n", b"a\0b", b"\xff"])
def test_a_bad_file_is_one_sentence_and_nothing_is_written(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad.txt").write_bytes(data)
    done = troth(tmp_path / "bad.txt", "-o", tmp_path / "p")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["bad.txt"]


def test_a_missing_file_and_a_target_that_is_no_folder_are_named(tmp_path: Path) -> None:
    assert "cannot be read" in troth(tmp_path / "no.txt", "-o", tmp_path / "p").stderr
    done = troth(POLICIES / "source.txt", "-o", "/dev/null/p")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_what_stands_above_every_heading_is_named_in_the_language_spoken(tmp_path: Path) -> None:
    (tmp_path / "zh.md").write_text("我们收集。\n\n# 目的\n", encoding="utf-8")
    (tmp_path / "en.md").write_text("We collect.\n\n# Why\n", encoding="utf-8")
    files = (tmp_path / "zh.md", tmp_path / "en.md")
    assert "  before the first heading  1\n" in troth(*files, "-o", tmp_path / "p").stdout
    told = troth(*files, "-o", tmp_path / "q", lang="zh_CN.UTF-8").stdout
    assert "  第一个标题之前  1\n" in told
