"""Set-up on a machine that lacks something ends in one sentence that says what to do."""

import subprocess
from pathlib import Path

import pytest

from tools import setup

ROOT = Path(__file__).resolve().parent.parent


def failed(stderr: str) -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess([], 1, "", stderr)


def test_a_missing_venv_module_names_the_package_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup, "PYTHON", tmp_path / "bin" / "python")
    monkeypatch.setattr(setup, "run", lambda *_: failed("No module named 'ensurepip'"))
    assert setup.main("base") == 2
    said = capsys.readouterr().err
    assert "apt install python3." in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("stderr", "advice"),
    [
        ("error: dns error: failed to lookup address information", "check the network"),
        ("ProxyError('Cannot connect to proxy.')", "HTTPS_PROXY"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: hashes do not match", "hashes do not match"),
    ],
)
def test_an_installer_that_fails_is_explained(stderr: str, advice: str) -> None:
    assert advice in setup.explain(failed(stderr))


def test_packages_that_cannot_be_fetched_end_the_set_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup, "VENV", tmp_path)
    monkeypatch.setattr(setup, "make_environment", lambda: None)
    monkeypatch.setattr(setup, "run", lambda *_: failed("Connection refused"))
    assert setup.main("base") == 2
    assert "could not be reached" in capsys.readouterr().err
    assert not (tmp_path / "installed-base").exists()


def test_an_unknown_level_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert setup.main("everything") == 2
    assert "base, test, dev" in capsys.readouterr().err


def test_without_a_browser_the_set_up_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "browser_found", lambda: False)
    monkeypatch.setattr(setup, "run", lambda *_: failed("nothing to be had"))
    with pytest.raises(setup.SetupError, match="TROTH_CHROMIUM"):
        setup.provide_browser()


def test_make_lists_what_it_can_do() -> None:
    listed = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    targets = "setup serve test quick torture bench fmt check pictures".split()
    assert [name for name in targets if f"{name}\t" not in listed] == []
