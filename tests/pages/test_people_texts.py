"""The undertaking, the organisation, its procedures and settings in the console."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client

from tests.access.cast import make_member
from tests.pages.html import page_of
from tests.pages.test_people_pages import browser_of, text
from tests.people.proof import prove
from troth.access import settings, starting, undertakings
from troth.access.models import Member, Procedure, Responsible, Signature, UndertakingText
from troth.people.reauth import LASTS
from troth.site.templatetags import duties
from troth.site.typeset.texts import text_html
from troth.store import transact, transact_as

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys"), pytest.mark.slow]
NAME = "Made-up Maria"
PROCEDURE = {
    "title_zh": "访客",
    "title_en": "Visitors",
    "body_zh": "请**登记**。",
    "body_en": "Sign in, *please*.",
    "review_days": "90",
    "do": "keep",
}


@pytest.fixture(autouse=True)
def begun(published: Any) -> None:  # noqa: ARG001 - the policy names are sealed under
    transact(starting.begin)


@pytest.fixture
def clerk() -> Client:
    return browser_of(make_member("support", since=datetime.now(UTC)))


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", ["You have not signed yet", "I keep no copies", "Until then you see nobody's data"]),
        ("zh", ["您尚未签署", "不留副本", "在此之前，您看不到任何人的信息"]),
    ],
)
def test_the_whole_text_is_read_in_ones_language(clerk: Client, lang: str, says: list[str]) -> None:
    shown = text(clerk, "/console/undertaking", lang)
    for sentence in says:
        assert sentence in shown


def test_signing_asks_once_more_who_one_is(clerk: Client) -> None:
    prove(clerk, ago=LASTS)
    assert "Go on to sign" in text(clerk, "/console/undertaking")
    answer = clerk.post("/console/undertaking", {"name": NAME, "text": "1"})
    assert "/console/confirm?next=%2Fconsole%2Fundertaking" in answer["Location"]
    assert not Signature.objects.exists()
    prove(clerk)
    assert clerk.post("/console/undertaking", {"name": NAME, "text": "1"}).status_code == 302
    shown = text(clerk, "/console/undertaking?done=signed")
    assert "Your signature holds until" in shown
    assert NAME not in shown


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"name": "", "text": "1"}, "required"),
        ({"name": NAME, "text": "7"}, "The text has changed"),
        ({"name": NAME, "text": ""}, "The text has changed"),
    ],
)
def test_what_cannot_be_signed_says_why(clerk: Client, given: dict[str, str], says: str) -> None:
    answer = clerk.post("/console/undertaking", given)
    assert answer.status_code == 422
    assert says in page_of(answer).text
    assert not Signature.objects.exists()


def test_a_new_text_is_previewed_before_it_holds(member: Client, clerk: Client) -> None:
    clerk.post("/console/undertaking", {"name": NAME, "text": "1"})
    given = {"zh": "# 新的承诺", "en": "# A new promise"}
    preview = page_of(member.post("/console/undertaking/text", given | {"do": "preview"})).text
    assert "A new promise" in preview
    assert "新的承诺" in preview
    assert UndertakingText.objects.count() == 1
    answer = member.post("/console/undertaking/text", given | {"do": "publish"})
    assert answer.status_code == 302
    assert "The text is new: please sign it" in text(clerk, "/console/undertaking")
    assert "I keep no copies" in text(clerk, "/console/undertaking/1")
    assert clerk.get("/console/undertaking/3").status_code == 404
    assert clerk.get("/console/undertaking/text").status_code == 403
    assert clerk.post("/console/undertaking/text", given | {"do": "publish"}).status_code == 403
    refused = member.post("/console/undertaking/text", given | {"do": "publish"})
    assert refused.status_code == 422


def test_a_text_that_was_altered_is_not_offered_to_be_signed(
    clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("troth.site.typeset.undertaking.text_unchanged", lambda _: False)
    shown = text(clerk, "/console/undertaking")
    assert "not the one that was recorded" in shown
    assert "I have read it, and sign" not in shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("# A", "<h2>A</h2>"),
        ("###### A", "<h6>A</h6>"),
        ("<script>alert(1)</script>", "&lt;script&gt;"),
        ("a <b onclick=x>b</b>", "&lt;b onclick=x&gt;"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("![x](https://example.com/y.png)", "!<a"),
        ("[x](https://example.com)", 'rel="noopener noreferrer"'),
    ],
)
def test_a_text_can_do_no_harm(written: str, shown: str) -> None:
    html = text_html(written)
    assert shown in html
    assert "<script" not in html
    assert "<img" not in html
    assert "<b " not in html


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", ["Nobody is named yet", "open: nobody", "Handling access to personal data"]),
        ("zh", ["尚未指定", "空缺", "个人信息访问管理规程", "信息安全事件处置规程"]),
    ],
)
def test_the_organisation_shows_what_is_there_and_what_is_missing(
    member: Client, lang: str, says: list[str]
) -> None:
    shown = text(member, "/console/organisation", lang)
    for sentence in says:
        assert sentence in shown


def test_the_person_responsible_is_named(member: Client, clerk: Client) -> None:
    given = {"zh": "示例", "en": "Kim Example", "reach": "security@example.com"}
    missing = member.post("/console/organisation/responsible", given | {"zh": ""})
    assert missing.status_code == 422
    assert member.post("/console/organisation/responsible", given).status_code == 302
    assert "Kim Example" in text(clerk, "/console/organisation")
    assert "示例" in text(clerk, "/console/organisation", "zh")
    assert clerk.get("/console/organisation/responsible").status_code == 403
    assert Responsible.objects.count() == 1


def test_a_procedure_lives_in_the_console(member: Client, clerk: Client) -> None:
    path = "/console/organisation/procedures/visitors"
    new = "/console/organisation/procedures/new"
    preview = member.post(new, PROCEDURE | {"do": "preview"})
    assert "<strong>登记</strong>" in preview.content.decode()
    assert not Procedure.objects.filter(name="visitors").exists()
    assert member.post(new, PROCEDURE)["Location"].startswith(path)
    changed = PROCEDURE | {"body_en": "Wear the badge.", "number": "1", "note": "Badges"}
    assert member.post(f"{path}/edit", changed).status_code == 302
    assert member.post(f"{path}/edit", changed).status_code == 422
    given = {"number": "2", "review_days": "30", "note": "Still true"}
    assert member.post(f"{path}/confirm", given).status_code == 302
    assert member.post(f"{path}/confirm", given).status_code == 422
    shown = text(clerk, path)
    assert "Wear the badge." in shown
    assert "Badges" in shown
    assert "Sign in, please." in text(clerk, f"{path}/1")
    assert member.post(f"{path}/retire", {"number": "3"}).status_code == 302
    assert "retired" in text(member, path)
    for name in ("edit", "new"):
        place = new if name == "new" else f"{path}/{name}"
        assert clerk.get(place).status_code == 403
    for name in ("confirm", "retire"):
        assert clerk.post(f"{path}/{name}", {"number": "4", "review_days": "9"}).status_code == 403
    assert member.get(f"{path}/9").status_code == 404
    assert member.get("/console/organisation/procedures/unheard-of").status_code == 404


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("approvals_needed", {"value": "2"}, 2),
        ("freeze_on_alert", {"value": "on"}, True),
        (
            "longest_life_days",
            {"any": "20", "sensitive": "5", "own": "request = 2\n"},
            {"any": 20, "sensitive": 5, "request": 2},
        ),
        (
            "working_hours",
            {"start": "09:00", "end": "18:00", "days": ["1", "5"], "zone": "UTC"},
            settings.Hours("09:00", "18:00", (1, 5), "UTC"),
        ),
    ],
)
def test_a_setting_is_set(member: Client, name: str, given: dict[str, Any], value: object) -> None:
    answer = member.post(f"/console/organisation/settings/{name}", given)
    assert answer.status_code == 302
    assert settings.value("default", name) == value
    assert "set by" in text(member, "/console/organisation/settings")


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("approvals_needed", {"value": "4"}),
        ("approvals_needed", {}),
        ("longest_life_days", {"any": "20", "sensitive": "5", "own": "request"}),
        ("working_hours", {"start": "9", "end": "18:00", "days": ["1"], "zone": "UTC"}),
    ],
)
def test_a_setting_that_is_refused_stays_as_it_was(
    member: Client, name: str, given: dict[str, Any]
) -> None:
    before = settings.value("default", name)
    answer = member.post(f"/console/organisation/settings/{name}", given)
    assert answer.status_code == 422
    assert page_of(answer).all("div", class_="bad")
    assert settings.value("default", name) == before


def test_who_may_not_set_sees_no_form(clerk: Client, member: Client) -> None:
    shown = clerk.get("/console/organisation/settings").content.decode().split("<main")[1]
    assert "<form" not in shown
    path = "/console/organisation/settings/approvals_needed"
    assert clerk.post(path, {"value": "2"}).status_code == 403
    assert member.post("/console/organisation/settings/unheard-of", {}).status_code == 404


def test_a_leaver_reads_nothing(clerk: Client) -> None:
    Member.objects.filter(account_id=clerk.session["_auth_user_id"]).update(
        left_at=datetime.now(UTC)
    )
    assert clerk.get("/console/organisation").status_code == 302


def duty(member: Member | None) -> str:
    """Return what every page of the console may say of what is due of a member."""
    shown = Template("{% load duties %}{% own_duty member %}")
    return shown.render(Context({"member": member})).strip()


def test_what_is_due_of_her_is_said_on_every_page() -> None:
    member = make_member("support", since=datetime.now(UTC))
    assert duty(None) == ""
    assert "Sign the undertaking" in duty(member)
    signed = transact_as(member.handle, undertakings.sign, 1, NAME, "en")
    assert duty(member) == ""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(duties, "SOON", signed.until - datetime.now(UTC))
        assert "Undertaking runs out on" in duty(member)
