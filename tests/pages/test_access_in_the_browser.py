"""Access and one's account in Chromium: every page fits and is accessible; passkeys work."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final, Literal

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.access.house import PURPOSE, House, act, value_of, wish
from tests.pages.axe import findings
from tests.pages.staffed import asked, enter, name_of, proved
from tests.pages.test_people_in_the_browser import send
from tests.people.factor import code_of, secret_on
from troth.access import bulk, cases, glass, grants, invitations, members, views
from troth.access.asked import Asked
from troth.access.models import Break, Grant, Member, View
from troth.access.roles import Role
from troth.people.models import SecondFactor
from troth.store import SYSTEM

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.usefixtures("committed", "keys"),
]
Scheme = Literal["light", "dark"]
LOCALES: Final = {"zh": "zh-CN", "en": "en-GB"}
SCREENS: Final[dict[str, tuple[tuple[int, Scheme], ...]]] = {
    "zh": ((360, "light"), (1280, "dark")),
    "en": ((1280, "light"), (360, "dark")),
}
ENDS_S: Final = 20
Open = Callable[[Role, str], Page]


@pytest.fixture
def url(committed: None) -> Iterator[str]:  # noqa: ARG001 - its threads write too
    """Serve the site from this process; its own fixture would put the guards on too early."""
    server = LiveServer("localhost")
    server._live_server_modified_settings.enable()  # noqa: SLF001 - as its fixture does
    yield server.url
    for thread in threading.enumerate():  # the server lends them its connection until it stops
        if "process_request_thread" in thread.name:
            thread.join(ENDS_S)
    server.stop()


@pytest.fixture
def lived(staff: House) -> dict[str, tuple[Role, str]]:
    """Let something of everything happen; return each page with who looks at it."""
    support, officer = enter(staff, "support"), enter(staff, "privacy-officer")
    support.post(reverse("access-ask"), asked(staff))
    given = Grant.objects.get()
    said = {"do": "approve", "note": "For two days"}
    officer.post(reverse("grant-decide", args=[given.pk]), said)
    waiting = act(staff["engineer"], grants.ask, wish(reason="To compare what is shown twice"))
    case = act(SYSTEM, cases.open_case, "question", staff.persons[1:], "About her address")
    act(staff["support"], cases.take, case)
    for person in staff.persons:
        act(staff["support"], views.view, value_of(person), None, PURPOSE)
    act(staff["engineer"], glass.break_glass, wish(staff.persons[0], reason="A leak goes on"))
    subject = reverse("subject", args=[name_of(staff.persons[0])])
    looked_for = Asked(member=staff["support"].handle, allowed=True)
    exports = [
        act(staff["auditor"], bulk.ask, asked_for, "For the yearly audit", at=datetime.now(UTC))
        for asked_for in (looked_for, Asked())
    ]
    act(staff["owner"], bulk.confirm, exports[0], yes=True)
    return {
        "board": ("owner", reverse("board")),
        "bulk": ("owner", reverse("bulk", args=[exports[1].pk])),
        "confirmed": ("owner", reverse("bulk", args=[exports[0].pk])),
        "start": ("privacy-officer", reverse("access")),
        "ask": ("support", reverse("access-ask")),
        "requests": ("auditor", reverse("requests")),
        "grant": ("support", reverse("grant", args=[given.pk])),
        "decide": ("privacy-officer", reverse("grant", args=[waiting.pk])),
        "cases": ("support", reverse("cases")),
        "case": ("support", reverse("case", args=[case.pk])),
        "subject": ("support", subject),
        "map": ("owner", reverse("access-map")),
        "record": ("auditor", reverse("record")),
        "glass": ("support", reverse("glass")),
        "review": ("owner", reverse("glass-review", args=[Break.objects.get().pk])),
        "account": ("owner", reverse("account")),
        "factors": ("owner", reverse("factors")),
        "confirm": ("owner", reverse("confirm")),
    }


def session_of(staff: House, role: Role) -> str:
    """Sign somebody in, who has just proved who she is; return the cookie."""
    client = proved(staff, role)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.mark.parametrize("lang", SCREENS)
def test_every_page_of_access_fits_and_is_accessible(
    staff: House,
    lived: dict[str, tuple[Role, str]],
    url: str,
    browser: Browser,
    lang: str,
) -> None:
    context = browser.new_context(
        locale=LOCALES[lang],
        bypass_csp=True,
        reduced_motion="reduce",  # else colours are on their way when the scheme changes
    )
    cookies: dict[Role, str] = {}
    wrong = []
    for name, (role, path) in lived.items():
        if role not in cookies:
            cookies[role] = session_of(staff, role)
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookies[role], "url": url}]
        )
        page = context.new_page()
        page.goto(url + path)
        for width, scheme in SCREENS[lang]:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append(f"{name}: wider than {width}")
            wrong += [f"{name}, {width}, {scheme}: {found}" for found in findings(page)]
        page.close()
    context.close()
    assert wrong == []


@pytest.fixture
def opened(browser: Browser) -> Iterator[Page]:
    """Return a page in a browser that has a device with a passkey store."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    yield page
    context.close()


def test_a_passkey_is_added_and_signs_in(
    staff: House,
    url: str,
    opened: Page,
) -> None:
    owner: Member = staff["owner"]
    owner.account.set_password("a long made-up phrase")
    owner.account.save()

    def first_step() -> None:
        opened.goto(f"{url}/console/sign-in")
        opened.get_by_label("Handle").fill(owner.handle)
        opened.get_by_label("Password").fill("a long made-up phrase")
        opened.get_by_role("button", name="Sign in").click()

    first_step()
    opened.wait_for_url("**/console/account/factors")
    opened.get_by_label("Where it is").first.select_option("computer")
    opened.get_by_role("button", name="Add a passkey").click()
    opened.wait_for_url("**/console/account?done=added")
    expect(opened.get_by_role("rowheader", name="Passkey")).to_be_visible()
    expect(opened.get_by_text("You have no recovery codes")).to_be_visible()
    opened.get_by_role("button", name="Make new ones").click()
    expect(opened.get_by_text("Your recovery codes")).to_be_visible()
    opened.get_by_role("button", name="Sign out").click()
    first_step()
    opened.wait_for_url("**/console/sign-in/second*")
    opened.get_by_role("button", name="Use a passkey").click()
    opened.wait_for_url("**/console/")
    assert SecondFactor.objects.get(kind="passkey").used_at is not None
    opened.goto(f"{url}/console/confirm")
    opened.get_by_role("button", name="Use a passkey").click()
    opened.wait_for_url("**/console/account")


PASSWORD: Final = "a long made-up phrase"
SAYS: Final = {
    "zh": {"waits": "○", "lives": "✓"},
    "en": {"waits": "○ waits", "lives": "✓ lives"},
}


@pytest.mark.parametrize("lang", LOCALES)
def test_a_members_life_from_the_invitation_to_the_farewell(
    staff: House,
    url: str,
    browser: Browser,
    lang: str,
) -> None:
    context = browser.new_context(locale=LOCALES[lang], viewport={"width": 360, "height": 780})
    page = context.new_page()
    link = act(staff["owner"], invitations.invite, ["support"], "", lambda token: token).token
    page.goto(f"{url}/console/join/{link}")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=again]").fill(PASSWORD)
    send(page)
    page.goto(f"{url}/console/access")
    page.wait_for_url("**/console/account/factors")
    page.locator("[name=code]").fill(code_of(secret_on(page.content())))
    send(page, page.locator("form:has([name=code]) button"))
    page.goto(f"{url}/console/undertaking")
    page.locator("[name=name]").fill("Made-up Maria")
    send(page, page.locator("form:has([name=name]) button"))

    person = name_of(staff.persons[0])
    page.goto(f"{url}/console/access/ask")
    page.locator("[name=what]").select_option(f"account/{PURPOSE}")
    page.locator("[name=persons]").fill(person)
    page.locator("[name=reason]").fill("To answer what she asked")
    send(page)
    expect(page.locator(".state")).to_contain_text(SAYS[lang]["waits"])
    given = Grant.objects.get()
    officer = enter(staff, "privacy-officer")
    officer.post(reverse("grant-decide", args=[given.pk]), {"do": "approve", "note": ""})
    page.reload()
    expect(page.locator(".state")).to_contain_text(SAYS[lang]["lives"])

    page.get_by_role("link", name=person).click()
    page.locator("[name=use]").select_option(PURPOSE)
    page.locator("button[name=value]").first.click()
    expect(page.locator(".value")).to_have_text("somebody-0@example.com")

    newcomer = given.member
    act(staff["security"], members.freeze, newcomer, "To look at it first")
    page.locator("[name=use]").select_option(PURPOSE)
    page.locator("button[name=value]").first.click()
    expect(page.locator(".refused")).to_be_visible()
    expect(page.locator(".value")).to_have_count(0)
    answers = View.objects.order_by("pk").values_list("reason", flat=True)
    assert list(answers) == ["view-granted", "access-frozen"]

    act(staff["owner"], members.end, newcomer)
    page.goto(f"{url}/console/access")
    assert "/console/sign-in" in page.url
    context.close()
