"""Records in Chromium: narrow and wide, light and dark, the page fits and is accessible."""

import pytest
from django.conf import settings
from playwright.sync_api import Browser, expect

from tests.access.house import House
from tests.pages.axe import findings
from tests.pages.recorded import RECORDS, handed_in
from tests.pages.test_access_in_the_browser import LOCALES, session_of
from tests.pages.test_access_in_the_browser import url as url  # noqa: PLC0414 - a fixture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.usefixtures("committed", "keys"),
]


def test_records_are_shown_narrow_in_chinese_and_wide_in_the_dark(
    staff: House, url: str, browser: Browser
) -> None:
    handed_in(staff)
    session = session_of(staff, "engineer")
    for lang, width, scheme in (("zh", 360, "light"), ("en", 1280, "dark")):
        context = browser.new_context(
            locale=LOCALES[lang],
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
            bypass_csp=True,
        )
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
        page = context.new_page()
        page.goto(f"{url}{RECORDS}")
        page.locator("details.folded summary").first.press("Enter")
        expect(page.locator("details.folded table").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert findings(page) == []
        page.locator("[name=category]").select_option("contact-message")
        page.locator(".seek button").press("Enter")
        page.wait_for_url("**category=contact-message**")
        expect(page.locator(".kinds tbody tr")).to_have_count(1)
        context.close()
