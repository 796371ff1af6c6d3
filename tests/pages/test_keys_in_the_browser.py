"""A key's life in Chromium: made, copied, rotated, revoked; each page fits and is accessible."""

from collections.abc import Iterator
from typing import Final

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from tests.access.house import House
from tests.pages.axe import findings
from tests.pages.test_access_in_the_browser import LOCALES, session_of
from tests.pages.test_access_in_the_browser import url as url  # noqa: PLC0414 - a fixture
from tests.pages.test_people_in_the_browser import send
from troth.sites.models import Key

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.usefixtures("committed", "keys"),
]
SAYS: Final = {
    "zh": {
        "copied": "已复制",
        "scopes": "此类密钥可获得的权限：consents。",
        "soon": "○ 即将失效",
        "over": "■ 已撤销",
    },
    "en": {
        "copied": "Copied",
        "scopes": "A key of this kind may be given: consents.",
        "soon": "○ ends soon",
        "over": "■ revoked",
    },
}


@pytest.fixture(params=[("zh", 360), ("en", 1280)], ids=["zh-360", "en-1280"])
def sight(request: pytest.FixtureRequest) -> tuple[str, int]:
    lang, width = request.param
    return lang, width


@pytest.fixture
def page(staff: House, url: str, browser: Browser, sight: tuple[str, int]) -> Iterator[Page]:
    """Return a browser in which an engineer is signed in, light where narrow, dark where wide."""
    lang, width = sight
    context = browser.new_context(
        locale=LOCALES[lang],
        viewport={"width": width, "height": 800},
        color_scheme="light" if lang == "zh" else "dark",
        bypass_csp=True,
        permissions=["clipboard-read", "clipboard-write"],
    )
    session = session_of(staff, "engineer")
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
    yield context.new_page()
    context.close()


def sound(page: Page) -> None:
    """Hold a page to what everybody can use."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert findings(page) == []


def test_a_key_is_made_copied_rotated_and_revoked(
    page: Page, url: str, sight: tuple[str, int]
) -> None:
    says = SAYS[sight[0]]
    page.goto(f"{url}{reverse('key-new', args=['main'])}")
    sound(page)
    page.locator("[value=publishable]").check()
    page.locator("[name=label]").fill("Shop on a laptop")
    page.locator("[name=test]").check()
    page.locator("[name=more]").fill("http://localhost:3000")
    page.locator("[value=records]").check()
    send(page)
    expect(page.locator("#keyform_scopes_error")).to_contain_text(says["scopes"])
    sound(page)
    page.locator("[value=records]").uncheck()
    page.locator("[value=consents]").check()
    send(page)
    shown = page.locator("#_key").inner_text()
    assert shown.startswith("troth_tpk_")
    page.locator("[data-copies=_key] button").press("Enter")
    expect(page.locator("[data-copies=_key] [role=status]")).to_have_text(says["copied"])
    assert page.evaluate("navigator.clipboard.readText()") == shown
    sound(page)

    page.locator(".acts .button").click()
    page.wait_for_url("**/console/sites")
    expect(page.locator(".keys")).to_contain_text("Shop on a laptop")
    sound(page)
    page.get_by_role("link", name="Shop on a laptop").click()
    page.locator("[name=overlap]").select_option("3600")
    send(page)
    assert page.locator("#_key").inner_text() not in {"", shown}
    page.go_back()
    page.reload()
    expect(page.locator(".state")).to_contain_text(says["soon"])
    page.locator("details.sure summary").press("Enter")
    sound(page)
    send(page, page.locator("button.grave"))
    expect(page.locator(".state")).to_contain_text(says["over"])
    sound(page)
    assert Key.objects.filter(revoked_at=None).count() == 1
