"""A mail is worded anew in a real Chromium: seen before it is saved, by keyboard, no script."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.axe import findings
from tests.pages.entering import set_up_factor
from tests.services.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "a long made-up phrase"
PATH = "/console/mail/access.invited"
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
SAID = {
    "en": {
        "preview": "Show how it arrives",
        "not yet": "Not saved yet.",
        "save": "Save",
        "saved": "Saved. From now on it goes out like this.",
        "missing": "The place %(link)s is missing",
        "back": "Back to how it came",
        "restored": "It reads again as it came.",
    },
    "zh": {
        "preview": "预览",
        "not yet": "尚未保存。",
        "save": "保存",
        "saved": "已保存。此后即按此发送。",
        "missing": "缺少占位符 %(link)s",
        "back": "恢复原有措辞",
        "restored": "已恢复原有措辞。",
    },
}


def claim(server: Server, page: Page) -> None:
    page.goto(server.owner_link)
    page.locator("input[type=password]").nth(0).fill(PASSWORD)
    page.locator("input[type=password]").nth(1).fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url("**/console/welcome")
    set_up_factor(page, server.url)


@pytest.mark.parametrize(("lang", "width"), [("zh", 360), ("en", 1280)])
def test_a_mail_is_worded_anew(
    fresh_troth: Server, browser: Browser, lang: str, width: int
) -> None:
    said = SAID[lang]
    context = browser.new_context(
        locale=LOCALES[lang],
        viewport={"width": width, "height": 800},
        java_script_enabled=False,
    )
    page = context.new_page()
    claim(fresh_troth, page)
    page.goto(fresh_troth.url + PATH)
    subject, body = page.locator("#id_subject_en"), page.locator("#id_body_en")
    whole = body.input_value()
    body.fill("Come in.")
    page.get_by_role("button", name=said["save"], exact=True).press("Enter")
    expect(page.get_by_text(said["missing"])).to_be_visible()
    body.fill(whole)
    subject.fill("Do come in")
    page.get_by_role("button", name=said["preview"]).press("Enter")
    expect(page.get_by_text(said["not yet"])).to_be_in_viewport()
    expect(page.locator(".letter .subject")).to_contain_text("Do come in")
    page.get_by_role("button", name=said["save"], exact=True).press("Enter")
    expect(page.get_by_text(said["saved"])).to_be_visible()
    page.get_by_role("button", name=said["back"]).press("Enter")
    expect(page.get_by_text(said["restored"])).to_be_visible()
    context.close()


def test_what_is_refused_is_accessible_and_fits(fresh_troth: Server, browser: Browser) -> None:
    context = browser.new_context(locale="en-GB", bypass_csp=True)
    page = context.new_page()
    claim(fresh_troth, page)
    page.goto(fresh_troth.url + PATH)
    page.locator("#id_body_en").fill("Hello %(nome)s")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("This mail has no place %(nome)s")).to_be_visible()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert findings(page) == []
    context.close()
