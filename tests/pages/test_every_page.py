"""What holds of every page: strict headers, no inline code, no undeclared cookie, two tongues."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

import pytest
from django import forms
from django.conf import settings
from django.test import Client, override_settings
from django.test.client import RequestFactory
from msgspec.structs import replace

from tests.pages.html import page_of
from tests.pages.paths import CONSOLE, PUBLIC, STRANGERS
from tests.pages.samples import default_policy
from troth.policy.read import read
from troth.site.forms import DeclaredForm
from troth.site.pages import errors
from troth.site.typeset.accent import contrast, readable, stylesheet

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SITE: Final = Path(errors.__file__).resolve().parents[1]


@pytest.fixture(params=[pytest.param("zh", marks=pytest.mark.either), "en"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("path", [*PUBLIC, *CONSOLE, *STRANGERS])
def test_pages_are_strict_and_hold_no_inline_code(member: Client, path: str, lang: str) -> None:
    browser = Client() if path in STRANGERS else member
    answer = browser.get(path, headers={"accept-language": lang})
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = page_of(answer)
    assert page.all("style") == []
    assert all(attrs.get("src", "").startswith("/static/") for attrs in page.all("script"))
    for tag, attrs in page.elements:
        wrong = [n for n in attrs if n == "style" or re.match(r"on[a-z]|hx-on", n)]
        assert wrong == [], f"<{tag}> has {wrong}"
        links = attrs.get("href", "") + attrs.get("src", "") + attrs.get("action", "")
        assert "javascript:" not in links
    assert page.all("html")[0]["lang"] == ("en" if lang == "en" else "zh-Hans")
    assert len(page.all("h1")) == len(page.all("main")) == 1
    assert len(page.ids()) == len(set(page.ids()))


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.usefixtures("member")
def test_public_pages_set_no_cookie(path: str) -> None:
    assert not Client().get(path).cookies


def test_the_cookies_of_the_console_are_declared(client: Client, member: Client) -> None:
    names = set(client.get("/console/sign-in").cookies) | set(member.cookies)
    names |= set(client.get("/language/en").cookies)
    register = read(default_policy()).register
    declared = {name for cookie in register.cookie.values() for name in cookie.names}
    assert names
    assert names <= declared


def test_links_lead_somewhere(member: Client) -> None:
    """No dead link: each of our addresses answers, each fragment names an element.

    All pages at once, as they share most of their links: each target is asked for once.
    """
    found: dict[str, str] = {}
    for path in [*PUBLIC[:-1], *CONSOLE]:
        page = page_of(member.get(path))
        for link in page.all("a"):
            address = link["href"]
            if address.startswith("#"):
                assert address[1:] in page.ids(), f"{address} on {path}"
            elif address.startswith(("/", "?")):
                found.setdefault(urljoin(path, address).partition("#")[0], path)
    assert len(found) > len(CONSOLE)
    for target, path in found.items():
        assert member.get(target).status_code < 400, f"{target} on {path}"
    assert member.get("/console/").status_code == 200, "a link has signed her out"


@pytest.mark.parametrize(
    ("accept", "cookie", "query", "expected"),
    [
        ("", "", "", "en"),
        ("fr,de;q=0.8", "", "", "en"),
        ("zh-TW,en;q=0.8", "", "", "zh-Hans"),
        ("en;q=0.1,zh-CN;q=0.9", "", "", "zh-Hans"),
        ("en", "zh", "", "zh-Hans"),
        ("zh", "en", "", "en"),
        ("zh", "zh", "?lang=en", "en"),
        ("zh", "nonsense", "?lang=nonsense", "zh-Hans"),
    ],
)
def test_the_language_is_what_was_asked_for(
    client: Client, accept: str, cookie: str, query: str, expected: str
) -> None:
    if cookie:
        client.cookies["troth-lang"] = cookie
    answer = client.get(f"/history{query}", headers={"accept-language": accept} if accept else {})
    assert page_of(answer).all("html")[0]["lang"] == expected


@pytest.mark.usefixtures("member")
def test_the_switch_keeps_the_page_and_drops_what_would_override_it() -> None:
    page = page_of(Client().get("/?both=1&lang=en&other=1"))
    switch = next(a["href"] for a in page.all("a") if a["href"].startswith("/language/"))
    assert switch == "/language/zh?next=%2F%3Fboth%3D1"


@pytest.mark.parametrize(
    ("view", "status", "says"),
    [
        ("bad_request", 400, {"en": "That was not understood", "zh": "无法理解这个请求"}),
        ("forbidden", 403, {"en": "You may not see this", "zh": "您不能查看此页"}),
        ("not_found", 404, {"en": "There is no such page", "zh": "没有这个页面"}),
    ],
)
def test_errors_are_pages_in_both_languages(
    view: str, status: int, says: dict[str, str], lang: str
) -> None:
    request = RequestFactory().get("/", headers={"accept-language": lang})
    answer = getattr(errors, view)(request, Exception())
    assert answer.status_code == status
    assert says[lang] in page_of(answer).text


def test_a_fault_of_ours_is_told_without_its_cause(
    client: Client, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("troth.site.typeset.edition.in_force", fail)
    client.raise_request_exception = False
    answer = client.get("/", headers={"accept-language": lang})
    assert answer.status_code == 500
    assert "secret detail" not in answer.content.decode()
    assert {"en": "Something went wrong here", "zh": "这里出了差错"}[lang] in page_of(answer).text


def every_form(base: type[forms.BaseForm] = forms.BaseForm) -> list[type[forms.BaseForm]]:
    found = [base, *(form for child in base.__subclasses__() for form in every_form(child))]
    return [form for form in found if form.__module__.startswith("troth.")]


def test_every_form_declares_what_each_input_collects() -> None:
    declared = [form for form in every_form() if form is not DeclaredForm]
    assert len(declared) >= 2
    for form in declared:
        assert issubclass(form, DeclaredForm)
        assert form.purpose
        assert set(form.collects) == set(form.base_fields), form.__name__


def test_styles_and_scripts_bring_nothing_from_elsewhere() -> None:
    for file in [*SITE.glob("static/css/*.css"), SITE / "static" / "board.js"]:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"url\(|@import|https?://", text), file.name


@pytest.mark.parametrize("accent", ["#23527c", "#ffff00", "#000000", "#ffffff", "#7f7f7f"])
def test_any_accent_can_be_read_on_light_and_dark(accent: str) -> None:
    for paper, towards in (("#f3f0e8", (0, 0, 0)), ("#20242a", (255, 255, 255))):
        shown = readable(accent, paper, towards=towards)
        rgb = tuple(int(shown[i : i + 2], 16) for i in (1, 3, 5))
        ground = tuple(int(paper[i : i + 2], 16) for i in (1, 3, 5))
        assert contrast((rgb[0], rgb[1], rgb[2]), (ground[0], ground[1], ground[2])) >= 4.5


def test_the_accent_is_a_stylesheet_of_its_own(client: Client) -> None:
    answer = client.get("/accent-23527c.css")
    assert answer["Content-Type"].startswith("text/css")
    assert "immutable" in answer["Cache-Control"]
    assert answer.content.decode() == stylesheet("#23527c")
    assert client.get("/accent-red.css").status_code == 404


def test_without_a_logo_there_is_none(client: Client, tmp_path: Path) -> None:
    assert client.get("/logo").status_code == 404
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    with override_settings(CONFIG=replace(settings.CONFIG, logo=logo)):
        answer = client.get("/logo")
        assert b"".join(answer) == logo.read_bytes()
        assert answer["Content-Type"] == "image/svg+xml"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert page_of(client.get("/history")).all("img", class_="logo")
    with override_settings(CONFIG=replace(settings.CONFIG, logo=tmp_path / "secret.key")):
        assert client.get("/logo").status_code == 404


def test_robots_leave_the_console_alone(client: Client) -> None:
    assert "Disallow: /console/" in client.get("/robots.txt").content.decode()


@pytest.mark.parametrize("path", ["/", "/history", "/console/", "/console/examine"])
def test_what_an_address_does_not_answer_to_is_told_in_both_languages(
    member: Client, path: str, lang: str
) -> None:
    answer = member.delete(path, headers={"accept-language": lang})
    assert answer.status_code == 405
    assert answer["Allow"] in {"GET, HEAD", "POST"}
    says = {"en": "That cannot be done here", "zh": "此处不能这样操作"}[lang]
    assert says in page_of(answer).text
    assert answer["Content-Language"].startswith(lang)
    assert member.delete("/v1/policy")["Content-Type"] == "application/problem+json"
