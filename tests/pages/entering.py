"""What a new member does in a browser before anything opens: a second factor."""

from playwright.sync_api import Page

from tests.people.factor import code_of, secret_on


def set_up_factor(page: Page, url: str) -> None:
    """Set a code generator up as a person does; her recovery codes are shown then."""
    page.goto(f"{url}/console/account/factors")
    page.locator("[name=code]").fill(code_of(secret_on(page.content())))
    page.locator("form:has([name=code]) button").click()
    page.locator(".codes").wait_for()
