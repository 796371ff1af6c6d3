"""The real parts the tests run on: PostgreSQL, a browser, fonts."""

import os
import stat
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser

from tests.services import chromium, postgres

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
