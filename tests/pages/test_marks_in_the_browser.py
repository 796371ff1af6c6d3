"""Broken and attested marks, and rows of a table, in a real Chromium, after a true sabotage."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from tests.pages import fault
from tests.pages.axe import findings
from tests.pages.pictures import enter, examine
from tests.pages.samples import default_policy, with_table
from tests.services.migrated import migrated
from tests.services.server import Server

pytestmark = pytest.mark.browser
LOCALES: Final = {"zh": "zh-CN", "en": "en-GB"}
WIDTHS: Final = (360, 1280)
BROKEN: Final = "revision.timely"
ATTESTED: Final = "purpose.cookies"
WORDS: Final = {
    "zh": {"broken": "✗ 已违背", "attested": "◇ 已由文件证明"},
    "en": {"broken": "✗ broken", "attested": "◇ attested"},
}


class Broken:
    """A server on whose board a sentence is broken and others are attested."""

    def __init__(self, server: Server, browser: Browser) -> None:
        self.url = server.url
        self.browser = browser
        self.session: Any = enter(browser, server)
        fault.put(server, "author_exchanged")
        examine(browser, server, self.session)
        fault.put(server, fault.ATTESTED)

    def open(self, path: str, lang: str, width: int) -> Page:
        """Open a page as a member; axe needs to put its script in."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, locale=LOCALES[lang], bypass_csp=True,
            storage_state=self.session, reduced_motion="reduce",
        )  # fmt: skip
        page = context.new_page()
        page.goto(self.url + path)
        return page


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Broken]:
    """Run a server on a policy with a table and put a fault into its store."""
    folder = tmp_path_factory.mktemp("broken")
    policy = folder / "policy"
    policy.mkdir()
    for name, content in with_table(default_policy()).items():
        (policy / name).write_bytes(content)
    database = migrated(folder / "data", "broken")
    server = Server(folder / "data", policy=policy, database=database).wait()
    yield Broken(server, browser)
    server.stop()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", LOCALES)
def test_the_board_says_what_is_broken_first_and_is_accessible(
    broken: Broken, lang: str, width: int
) -> None:
    page = broken.open("/console/", lang, width)
    assert page.locator("a.row[aria-current]").get_attribute("data-statement") == BROKEN
    for id_, verdict in ((BROKEN, "broken"), (ATTESTED, "attested")):
        assert page.locator(f"a.row.{verdict}[id='{id_}'] b").inner_text() == WORDS[lang][verdict]
    assert page.locator("#_evidence .do").is_visible()
    assert page.locator(".tally.bad").count() == 1
    assert page.locator(".chip.broken").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert findings(page) == []
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", LOCALES)
def test_the_policy_page_hides_no_broken_mark_and_is_accessible(
    broken: Broken, lang: str, width: int
) -> None:
    page = broken.open("/", lang, width)
    for id_, verdict in ((ATTESTED, "attested"), (BROKEN, "broken")):
        mark = page.locator(f"[id='{id_}'] + details.{verdict} > summary")
        assert mark.inner_text() == WORDS[lang][verdict]
        mark.click()
    assert page.locator("details.mark[open] .card").is_visible()
    says = {"zh": "1 条已违背", "en": "1 is broken."}
    assert says[lang] in page.locator(".legend summary").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert findings(page) == []
    page.context.close()


@pytest.mark.parametrize("path", ["/", "/?both=1"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_table_is_reached_by_keyboard_and_fits(broken: Broken, path: str, width: int) -> None:
    page = broken.open(path, "en", width)
    table = page.get_by_role("group", name="Kind of data, How long it is kept")
    table.focus()
    assert page.evaluate("document.activeElement.className") == "scroll"
    page.locator("tr[id='kept.visits'] summary").click()
    assert page.locator("tr[id='kept.visits'] .card").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert findings(page) == []
    page.context.close()
