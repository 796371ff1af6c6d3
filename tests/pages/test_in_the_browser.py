"""Every page in a real Chromium: readable by anybody, by keyboard, without script, at 360 px."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.pages.axe import findings
from tests.pages.entering import set_up_factor
from tests.pages.paths import CONSOLE, PUBLIC, STRANGERS
from tests.pages.samples import default_policy
from tests.services.server import Server
from troth.policy.read import read

pytestmark = pytest.mark.browser
PASSWORD: Final = "a long made-up phrase"
STAFF: Final = (
    *CONSOLE,
    "/console/organisation/procedures/security-incident",
    "/console/organisation/procedures/security-incident/edit",
)
LOCALES: Final = {"zh": "zh-CN", "en": "en-GB"}
WIDTHS: Final = (360, 1280)

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def session(live_troth: Server, browser: Browser) -> dict[str, Any]:
    """Claim ownership as a person does; return what her browser then holds."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(live_troth.owner_link)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Become the owner").click()
    page.wait_for_url("**/console/welcome")
    set_up_factor(page, live_troth.url)
    held: Any = context.storage_state()
    context.close()
    return dict(held)


@pytest.fixture(scope="module")
def kept() -> Iterator[dict[Any, BrowserContext]]:
    """Hold the browsers that tests which only look have opened, for the next such test."""
    found: dict[Any, BrowserContext] = {}
    yield found
    for context in found.values():
        context.close()


@pytest.fixture
def open_page(
    live_troth: Server,
    browser: Browser,
    session: dict[str, Any],
    kept: dict[Any, BrowserContext],
) -> Iterator[Open]:
    """Open a page of the running server; a message in the console fails the test.

    Each is opened in a browser of its own; with `looks`, in one that others have looked with.
    """
    contexts: list[BrowserContext] = []
    pages: list[Page] = []
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "404" not in message.text and "410" not in message.text:
            said.append(message.text)

    def opened(
        path: str, lang: str = "en", width: int = 1280, *, looks: bool = False, **options: Any
    ) -> Page:
        state = session if path in STAFF or "statement=" in path else None
        like = (lang, state is None, *options.items())
        if not looks or like not in kept:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                locale=LOCALES[lang],
                storage_state=state,  # type: ignore[arg-type]  # what the same library gave us
                **options,
            )
            if looks:
                kept[like] = context
            else:
                contexts.append(context)
        page = kept[like].new_page() if looks else contexts[-1].new_page()
        pages.append(page)
        page.on("console", note)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(live_troth.url + path)
        return page

    yield opened
    for page in pages:
        page.close()
    for context in contexts:
        context.close()
    assert said == []


def beneath(page: Page) -> str | None:
    """Return the statement whose row the evidence follows."""
    row = page.locator("a.row:has(+ #_box)")
    return row.get_attribute("data-statement")


@pytest.mark.parametrize("lang", LOCALES)
@pytest.mark.parametrize("path", [*PUBLIC, *STAFF, *STRANGERS])
def test_every_page_is_accessible_and_fits(open_page: Open, path: str, lang: str) -> None:
    page = open_page(path, lang, looks=True, bypass_csp=True)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert findings(page) == []


@pytest.mark.parametrize(("path", "lang"), [("/", "zh"), ("/console/", "en"), ("/history", "en")])
def test_in_the_dark_too(open_page: Open, path: str, lang: str) -> None:
    page = open_page(path, lang, looks=True, bypass_csp=True, color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == (
        "rgb(21, 23, 26)"
    )
    assert findings(page) == []


def test_an_opened_mark_is_accessible_and_fits(open_page: Open) -> None:
    page = open_page("/", bypass_csp=True)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.locator("details.mark:not([open]) > summary").nth(6).click()
        assert page.locator("details.mark[open] .card").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert findings(page) == []


def test_the_skip_link_comes_first_and_leads_to_the_text(open_page: Open) -> None:
    page = open_page("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "_main"


def test_a_mark_opens_by_keyboard_and_only_one_at_a_time(open_page: Open) -> None:
    page = open_page("/")
    marks = page.locator("details.mark > summary")
    for number in (0, 1):
        marks.nth(number).focus()
        page.keyboard.press("Enter")
    assert page.locator("details.mark[open]").count() == 1


def test_each_statement_can_be_linked_to(open_page: Open) -> None:
    page = open_page("/#cookies.sent")
    assert page.locator(":target").get_attribute("id") == "cookies.sent"


def test_the_policy_reads_and_opens_without_script(open_page: Open) -> None:
    page = open_page("/", java_script_enabled=False)
    page.locator("details.mark > summary").first.click()
    assert page.locator("details.mark[open] .card").first.is_visible()
    page.get_by_role("link", name="中文", exact=True).click()
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert page.get_by_role("heading", level=1).inner_text() == "隐私政策"


def test_the_board_works_without_script(open_page: Open) -> None:
    page = open_page("/console/", java_script_enabled=False)
    page.locator("a.row").nth(10).click()
    chosen = page.locator("a.row[aria-current]")
    assert chosen.count() == 1
    assert page.locator("#_evidence code").first.inner_text() == chosen.get_attribute(
        "data-statement"
    )


def test_the_board_is_walked_by_keyboard_and_changes_in_place(open_page: Open) -> None:
    page = open_page("/console/")
    rows = page.locator("a.row")
    rows.first.focus()
    page.evaluate("window.same = true")
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    second = rows.nth(1).get_attribute("data-statement")
    page.wait_for_url(f"**/console/?statement={second}")
    page.locator(f"#_evidence code:text-is('{second}')").first.wait_for()
    assert page.evaluate("window.same") is True
    assert rows.nth(1).get_attribute("aria-current") == "true"
    assert page.locator("a.row[aria-current]").count() == 1


def test_on_a_phone_the_chosen_evidence_comes_into_view(open_page: Open) -> None:
    page = open_page("/console/", width=360)
    page.locator("a.row").nth(3).click()
    page.wait_for_url("**statement=*")
    expect(page.locator("#_evidence h2")).to_be_in_viewport()
    chosen = page.locator("a.row").nth(3)
    expect(chosen).to_be_in_viewport()
    assert beneath(page) == chosen.get_attribute("data-statement")
    page.get_by_role("link", name="Back to the sentence").click()
    expect(chosen).to_be_in_viewport()
    page.locator("a.row").nth(1).click()
    page.wait_for_url("**statement=*cookies*")
    expect(page.locator("a.row").nth(1)).to_be_in_viewport()
    assert beneath(page) == page.locator("a.row").nth(1).get_attribute("data-statement")


@pytest.mark.parametrize("script", [True, False])
def test_on_a_phone_the_evidence_stands_right_beneath_its_sentence(
    open_page: Open,
    script: bool,  # noqa: FBT001 - pytest gives it by name
) -> None:
    page = open_page("/console/?statement=revision.timely", width=360, java_script_enabled=script)
    assert beneath(page) == "revision.timely"
    row, panel = (page.locator(s).bounding_box() for s in ("a.row[aria-current]", "#_evidence"))
    assert row
    assert panel
    assert 0 <= panel["y"] - (row["y"] + row["height"]) < 24


def test_where_there_is_room_the_evidence_stands_beside_and_stays_in_view(
    open_page: Open,
) -> None:
    page = open_page("/console/?statement=revision.timely")
    page.locator("a.row").last.scroll_into_view_if_needed()
    box, sheet = (page.locator(s).bounding_box() for s in ("#_evidence", ".sheet"))
    assert box
    assert sheet
    assert box["x"] >= sheet["x"] + sheet["width"]
    expect(page.locator("#_evidence h2")).to_be_in_viewport()


def test_going_back_shows_the_board_and_the_sentence_before(open_page: Open) -> None:
    page = open_page("/console/?statement=purpose.collection")
    page.locator("a.row").nth(1).click()
    page.wait_for_url("**statement=purpose.cookies")
    page.go_back()
    expect(page.locator("a.row[aria-current]")).to_have_attribute(
        "data-statement", "purpose.collection"
    )
    expect(page.locator("#_evidence code").first).to_have_text("purpose.collection")
    assert page.locator("a.row").count() == 40


def test_examine_now_comes_back_to_the_board(open_page: Open) -> None:
    page = open_page("/console/?statement=revision.timely")
    page.get_by_role("button", name="Examine now").click()
    page.wait_for_load_state()
    assert "statement=revision.timely" in page.url
    assert page.locator("a.row[aria-current]").get_attribute("data-statement") == "revision.timely"


def test_browsers_keep_only_declared_cookies(open_page: Open, live_troth: Server) -> None:
    page = open_page("/")
    assert page.context.cookies() == []
    for path in ("/language/zh?next=/", "/console/sign-in"):
        page.goto(live_troth.url + path)
    register = read(default_policy()).register
    declared = {name for cookie in register.cookie.values() for name in cookie.names}
    assert {cookie["name"] for cookie in page.context.cookies()} <= declared


def test_on_paper_the_reading_stands_beside_the_sentence_and_the_frame_is_gone(
    open_page: Open,
) -> None:
    page = open_page("/")
    page.emulate_media(media="print")
    assert page.locator(".bar nav").is_hidden()
    assert page.locator(".contents").is_hidden()
    assert page.locator(".reading").first.is_visible()
    assert page.locator(".card .by").first.is_hidden()
