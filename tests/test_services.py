"""The real parts the tests run on: PostgreSQL, a browser, fonts, processes."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser

from tests.services import chromium, forks, postgres, shared

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parent.parent
POSTGRESQL_18 = 180_000


def parent_modes() -> dict[Path, int]:
    return {path: stat.S_IMODE(path.stat().st_mode) for path in (ROOT, *ROOT.parents)}


@pytest.mark.postgres
def test_postgresql_is_real_and_leaves_the_modes_of_the_parents_alone() -> None:
    before = parent_modes()
    with psycopg.connect(postgres.url()) as connection:
        assert connection.info.server_version >= POSTGRESQL_18
        row = connection.execute("SELECT 1 + 1").fetchone()
    assert row == (2,)
    assert parent_modes() == before


@pytest.mark.postgres
def test_the_server_does_not_run_as_root() -> None:
    with psycopg.connect(postgres.url()) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    owner = Path(f"/proc/{row[0]}")
    if owner.exists():  # macOS has no /proc, and there nobody runs tests as root
        assert owner.stat().st_uid != 0


def test_a_fork_is_given_what_a_process_of_its_own_would_be(tmp_path: Path) -> None:
    """`python -m json.tool FILE` prints a file, and `site` tells a folder by the environment."""
    (tmp_path / "some.json").write_text('{"a": 1}')
    env = {"HOME": str(tmp_path)}
    printed = forks.run("json.tool", "some.json", cwd=tmp_path, env=env)
    assert (printed.returncode, printed.stdout, printed.stderr) == (0, '{\n    "a": 1\n}\n', "")
    assert forks.run("json.tool", "none.json", cwd=tmp_path, env=env).returncode == 2
    told = forks.run("site", "--user-base", env=env)
    assert told.stdout == f"{tmp_path}/.local\n"


def test_a_fork_ends_by_the_signal_that_it_was_sent() -> None:
    process = forks.start("http.server", "0", env={}, stdout=subprocess.PIPE)
    assert isinstance(process, forks.Fork)
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    process.kill()
    assert (process.wait(), process.poll()) == (-signal.SIGKILL, -signal.SIGKILL)
    assert process.stdout is not None
    process.stdout.close()
    process.terminate()  # of nobody any more


ENDS = """
import atexit, sqlite3, sys, threading, time
atexit.register(lambda: print("and the handlers"))
database = sqlite3.connect("some.db")
database.execute("PRAGMA journal_mode=WAL")
database.execute("CREATE TABLE some (thing)")
print("said", end=", ")
threading.Thread(target=lambda: (time.sleep(0.1), print("waited for", end=", "))).start()
"""


@pytest.mark.parametrize(
    ("end", "status", "told"),
    [
        ("", 0, ""),
        ("sys.exit()", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("sys.exit('in a sentence')", 1, "in a sentence\n"),
        ("raise KeyError('a key')", 1, "KeyError: 'a key'\n"),
        ("raise KeyboardInterrupt", -signal.SIGINT, "KeyboardInterrupt\n"),
    ],
)
def test_a_fork_ends_as_a_process_of_its_own(
    tmp_path: Path, end: str, status: int, told: str
) -> None:
    ours, apart = tmp_path / "ours", tmp_path / "apart"
    for folder in (ours, apart):
        folder.mkdir()
        (folder / "ends.py").write_text(f"{ENDS}{end}\n")
    env = {"PATH": os.defpath}
    forked = forks.run("ends", cwd=ours, env=env)
    command = [sys.executable, "-m", "ends"]
    started = subprocess.run(
        command, cwd=apart, env=env, capture_output=True, text=True, check=False
    )
    assert forked.returncode == started.returncode == status
    assert forked.stdout == started.stdout == "said, waited for, and the handlers\n"
    assert forked.stderr.endswith(told)
    assert started.stderr.endswith(told)
    assert sorted(file.name for file in ours.glob("some.db*")) == ["some.db"]


@pytest.mark.parametrize("shaping", [{"PYTHONUTF8": "0"}, {"LANG": "zh_CN.GB18030"}])
def test_where_the_environment_changes_python_it_begins_anew(shaping: dict[str, str]) -> None:
    process = forks.start("site", "--user-base", env=shaping, stdout=subprocess.DEVNULL)
    assert isinstance(process, subprocess.Popen)
    process.wait()


def test_what_a_run_makes_once_is_made_once() -> None:
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "file").write_text("whole")

    for _ in range(2):
        assert (shared.once("of-a-test", make) / "file").read_text() == "whole"
    assert len(made) == 1


@pytest.mark.browser
def test_a_chinese_character_is_drawn_and_not_a_box(browser: Browser) -> None:
    """A missing glyph is the same box for every character; two characters must differ."""
    page = browser.new_page()
    page.set_content("<p id=a>信</p><p id=b>守</p><p id=c>\U0010fffd</p>")
    drawn, other, box = (page.locator(f"#{name}").screenshot() for name in "abc")
    page.close()
    assert len({drawn, other, box}) == 3


def test_a_named_browser_wins_over_one_that_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Playwright:
        """Stands where no browser is started."""

    monkeypatch.setenv("TROTH_CHROMIUM", "/opt/chromium")
    assert chromium.path(Playwright()) == "/opt/chromium"  # type: ignore[arg-type]  # never asked


def test_without_any_browser_the_run_fails_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Chromium:
        """Playwright's own browser, which was never fetched."""

        executable_path = os.fspath(tmp_path / "missing")

    class Playwright:
        """A Playwright without a browser."""

        chromium = Chromium()

    monkeypatch.delenv("TROTH_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    with pytest.raises(RuntimeError, match="make setup-test"):
        chromium.path(Playwright())  # type: ignore[arg-type]  # only its path is asked for
