"""`troth policy check` and `troth policy show`, from outside."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compiler.base import folder
from tests.services import forks
from troth.cli.language import language
from troth.cli.main import main

pytestmark = pytest.mark.slow


def write(where: Path, files: dict[str, bytes]) -> Path:
    where.mkdir(exist_ok=True)
    for name, content in files.items():
        (where / name).write_bytes(content)
    return where


def troth(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    return forks.run("troth", "policy", *arguments, cwd=cwd, env=env, timeout=120)


def test_an_error_gives_exit_1_and_leaves_nothing_behind(tmp_path: Path) -> None:
    write(tmp_path / "p", folder(en="We keep logs. {#logs}"))
    ran = troth("check", "p", "--no-surface", "--format", "json", cwd=tmp_path)
    assert ran.returncode == 1
    found = json.loads(ran.stdout)["findings"]
    assert "T008" in {f["code"] for f in found}
    assert {f["file"] for f in found} <= {"p/en.md", "p/zh.md", "p/policy.toml", None}
    assert [path.name for path in tmp_path.iterdir()] == ["p"]


def test_the_surface_of_the_server_is_held_to_the_register_unless_told_not_to(
    tmp_path: Path,
) -> None:
    write(tmp_path / "p", folder())
    held = json.loads(troth("check", "p", "--json", cwd=tmp_path).stdout)["findings"]
    free = json.loads(troth("check", "p", "--json", "--no-surface", cwd=tmp_path).stdout)
    assert "T404" in {f["code"] for f in held}
    assert not {f["code"] for f in free["findings"]} & {"T401", "T404"}


def ends(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run a command in this process and return its exit status."""
    monkeypatch.setattr(sys, "argv", ["troth", "policy", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"en.md": b"\xff"}, "error[T002]"),
        ({"policy.toml": b"[x"}, "error[T004]"),
        ({"zh.md": b""}, "error[T003]"),
    ],
)
def test_what_cannot_be_read_gives_exit_2_and_says_why(
    tmp_path: Path,
    files: dict[str, bytes],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken = write(tmp_path / "p", folder() | files)
    assert ends(monkeypatch, "check", str(broken), "--lang", "en") == 2
    assert said in capsys.readouterr().out
    assert ends(monkeypatch, "show", str(broken), "--lang", "en") == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("where", ["nowhere", "file", "empty"])
@pytest.mark.parametrize("verb", ["check", "show"])
def test_what_is_no_policy_folder_gives_exit_2_and_one_sentence(
    tmp_path: Path,
    verb: str,
    where: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    assert ends(monkeypatch, verb, str(tmp_path / where)) == 2
    said = capsys.readouterr().err
    assert said.startswith("troth: ")
    assert said.count("\n") == 1


def test_show_prints_the_record_of_processing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write(tmp_path / "p", folder())
    assert ends(monkeypatch, "show", str(good), "--format", "csv", "--lang", "en") == 0
    assert "Account,contract,not asked,Account,Name" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("environ", "spoken"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE", "TROTH_LANG": "zh"}, "zh"),
    ],
)
def test_the_first_variable_that_is_set_decides_the_language(
    environ: dict[str, str], spoken: str
) -> None:
    assert language(None, environ) == spoken
    assert language("en", environ) == "en"
