"""Linking and signing in by a provider in Chromium: by keyboard, at both widths."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from tests.pages.axe import findings
from tests.pages.entering import set_up_factor
from tests.pages.idp import CLIENT, SECRET, Idp, running
from tests.services.migrated import migrated
from tests.services.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD: Final = "a long made-up phrase"
LOCALES: Final = {"zh": "zh-CN", "en": "en-GB"}
WIDTHS: Final = (360, 1280)


@pytest.fixture
def idp() -> Iterator[Idp]:
    with running() as made:
        made.claims = {"amr": ["pwd", "otp"]}
        yield made


@pytest.fixture
def server(tmp_path: Path, idp: Idp) -> Iterator[Server]:
    """Run a server whose members may sign in by the provider."""
    variables = {
        "TROTH_OIDC_ISSUER": idp.issuer,
        "TROTH_OIDC_CLIENT_ID": CLIENT,
        "TROTH_OIDC_CLIENT_SECRET": SECRET,
        "TROTH_OIDC_PRIVATE": "yes",
        "TROTH_OIDC_NAME": "Made-up Door",
    }
    database = migrated(tmp_path / "data", "provider")
    made = Server(tmp_path / "data", database=database, variables=variables)
    yield made.wait()
    made.stop()


def fits(page: Page) -> None:
    """Demand that a page fits at both widths and is accessible, by day and by night."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert findings(page) == []


def press(page: Page, label: str) -> None:
    """Reach a link or button by the tabulator alone, and press it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if label in page.evaluate("document.activeElement.textContent"):
            page.keyboard.press("Enter")
            return
    raise AssertionError(label)


@pytest.mark.parametrize(
    ("lang", "link", "onward", "enter"),
    [
        ("en", "Link", "Go on", "Sign in with Made-up Door"),
        ("zh", "关联", "继续", "通过 Made-up Door"),
    ],
)
def test_a_member_links_her_account_and_signs_in_by_it(
    server: Server, browser: Browser, idp: Idp, lang: str, link: str, onward: str, enter: str
) -> None:
    options: Any = {"locale": LOCALES[lang], "bypass_csp": True}
    strict = browser.new_context(locale=LOCALES[lang])  # what may be led where is CSP's, too
    page = strict.new_page()
    page.goto(server.owner_link)
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url("**/console/welcome")
    set_up_factor(page, server.url)
    page.goto(f"{server.url}/console/account")
    press(page, link)
    page.wait_for_url("**/provider/link")
    press(page, onward)
    page.wait_for_url("**/console/account?done=linked")

    seen = browser.new_context(**options, storage_state=strict.storage_state())
    looked = seen.new_page()
    looked.goto(f"{server.url}/console/account")
    fits(looked)

    fresh = browser.new_context(locale=LOCALES[lang])
    door = fresh.new_page()
    door.goto(f"{server.url}/console/sign-in")
    press(door, enter)
    door.wait_for_url("**/console/")

    open_to_look = browser.new_context(**options)
    shown = open_to_look.new_page()
    shown.goto(f"{server.url}/console/sign-in")
    fits(shown)
    idp.claims = {"sub": "another-made-up-subject"}
    press(shown, enter)
    shown.wait_for_url("**/console/sign-in/provider/back?*")
    assert shown.locator("[role=alert]").count() == 1
    fits(shown)
    for context in (strict, seen, fresh, open_to_look):
        context.close()
