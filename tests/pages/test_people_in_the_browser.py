"""A member's life in a real browser, in both languages: invited, sworn, stopped, gone."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.pages.axe import findings
from tests.people.factor import code_of, secret_on
from tests.services.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "a long made-up phrase"
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
SAYS = {
    "zh": {"sworn": "您的签署有效", "stopped": "已冻结", "duty": "保密义务", "gone": "已离开"},
    "en": {
        "sworn": "Your signature holds until",
        "stopped": "stopped",
        "duty": "The duty of confidentiality",
        "gone": "has left",
    },
}

Enter = Callable[[str], Page]


@pytest.fixture(params=LOCALES)
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def enter(browser: Browser, lang: str) -> Iterator[Enter]:
    """Take a link as a person does: a password, then a code generator."""
    contexts: list[BrowserContext] = []

    def entered(link: str) -> Page:
        contexts.append(browser.new_context(locale=LOCALES[lang], bypass_csp=True))
        page = contexts[-1].new_page()
        page.goto(link)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=again]").fill(PASSWORD)
        send(page)
        page.goto(link.partition("/console/")[0] + "/console/account/factors")
        page.locator("[name=code]").fill(code_of(secret_on(page.content())))
        send(page, page.locator("form:has([name=code]) button"))
        return page

    yield entered
    for context in contexts:
        context.close()


def send(page: Page, button: object = None) -> None:
    """Press the button of the page's form, and wait for what comes."""
    pressed = button or page.locator("main form button").first
    pressed.click()  # type: ignore[attr-defined]
    page.wait_for_load_state()


def sound(page: Page) -> None:
    """Hold a page to what everybody can use, wide and narrow."""
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert findings(page) == []


def prove(page: Page) -> None:
    """Say once more who one is, where that is asked."""
    if "/console/confirm" in page.url:
        page.locator("main input:not([type=hidden])").first.fill(PASSWORD)
        send(page)


def test_a_member_is_invited_signs_is_stopped_and_leaves(
    fresh_troth: Server, enter: Enter, lang: str
) -> None:
    url, says = fresh_troth.url, SAYS[lang]
    owner = enter(fresh_troth.owner_link)
    owner.goto(f"{url}/console/people/invite")
    owner.locator("input[value=support]").check()
    send(owner)
    clerk = enter(owner.locator(".handle.link").inner_text())

    clerk.goto(f"{url}/console/undertaking")
    if clerk.locator("[name=name]").count() == 0:
        send(clerk)
        prove(clerk)
    clerk.locator("[name=name]").fill("Made-up Maria")
    send(clerk, clerk.locator("form:has([name=name]) button"))
    expect(clerk.locator("main")).to_contain_text(says["sworn"])
    sound(clerk)

    owner.goto(f"{url}/console/people")
    sound(owner)
    owner.locator("tbody a").nth(1).click()
    owner.wait_for_load_state()
    place = owner.url
    owner.locator("form[action$=freeze] textarea").fill("Looked at at night")
    send(owner, owner.locator("form[action$=freeze] button"))
    expect(owner.locator("main")).to_contain_text(says["stopped"])
    sound(owner)

    owner.goto(f"{place.partition('?')[0]}/end")
    expect(owner.locator("main")).to_contain_text(says["duty"])
    sound(owner)
    send(owner)
    if "/console/confirm" in owner.url:
        prove(owner)
        send(owner)
    sound(owner)
    owner.goto(place)
    expect(owner.locator("main")).to_contain_text(says["gone"])
    clerk.goto(f"{url}/console/people")
    assert "/console/sign-in" in clerk.url
