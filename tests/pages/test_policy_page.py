"""The policy page: its text, its marks, its validators."""

from collections.abc import Mapping

import pytest
from django.test import Client

from tests.pages.html import page_of
from tests.pages.samples import changed
from troth.policy.read import read
from troth.policy.words import LANGS
from troth.store import transact
from troth.versions.actions import propose

pytestmark = pytest.mark.django_db
ACCEPT = {"zh": "zh-CN,zh;q=0.9", "en": "en-GB"}


@pytest.mark.parametrize("lang", LANGS)
def test_every_statement_has_an_anchor_and_its_text(
    client: Client, published: Mapping[str, bytes], lang: str
) -> None:
    page = page_of(client.get("/", headers={"accept-language": ACCEPT[lang]}))
    version = read(published)
    ids = page.ids()
    assert len(ids) == len(set(ids))
    for statement in version.statements:
        assert statement.id in ids
        assert statement.text["zh" if lang == "zh" else "en"] in page.text


def test_each_promise_carries_its_mark_by_sign_and_word(
    client: Client, published: Mapping[str, bytes]
) -> None:
    page = page_of(client.get("/"))
    assert len(page.all("details", class_="mark")) == len(read(published).promises) == 40
    assert "✓" in page.text
    assert "kept" in page.text
    assert "○" in page.text
    assert "unproven" in page.text


def test_what_will_prove_an_unproven_sentence_and_how_it_is_read_stand_in_its_mark(
    client: Client, published: Mapping[str, bytes]
) -> None:
    page = page_of(client.get("/"))
    reading = next(s.reading for s in read(published).statements if s.reading is not None)
    assert reading.en in page.text
    assert "Not built yet. It will prove" in page.text


@pytest.mark.usefixtures("published")
def test_chinese_pages_hold_no_english_frame(client: Client) -> None:
    page = page_of(client.get("/", headers={"accept-language": "zh-CN"}))
    assert page.all("html")[0]["lang"] == "zh-Hans"
    for word in ("Privacy policy", "unproven", "Contents", "Control:", "In force since"):
        assert word not in page.text


@pytest.mark.usefixtures("published")
def test_both_languages_stand_side_by_side_on_request_and_ids_stay_unique(client: Client) -> None:
    one, both = page_of(client.get("/")), page_of(client.get("/?both=1"))
    assert "我们的目的" not in one.text
    assert "我们的目的" in both.text
    assert len(both.ids()) == len(set(both.ids()))
    assert {attrs["lang"] for attrs in both.all("div", class_="other")} == {"zh-Hans"}


@pytest.mark.usefixtures("published")
def test_the_register_is_shown_with_its_place_holders_marked(client: Client) -> None:
    page = page_of(client.get("/"))
    assert {"_register", "_cookies", "_rights", "_data", "_recipients"} <= set(page.ids())
    assert page.all("span", class_="fill")
    assert "{fill" not in page.text
    assert "troth-lang" in page.text


@pytest.mark.usefixtures("published")
def test_a_browser_that_holds_the_page_is_told_so(client: Client) -> None:
    first = client.get("/")
    again = client.get("/", headers={"if-none-match": first["ETag"]})
    assert first["Cache-Control"] == "no-cache"
    assert "Accept-Language" in first["Vary"]
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]


@pytest.mark.usefixtures("published")
def test_language_and_layout_have_validators_of_their_own(client: Client) -> None:
    tags = {
        client.get("/")["ETag"],
        client.get("/?both=1")["ETag"],
        client.get("/", headers={"accept-language": "zh"})["ETag"],
    }
    assert len(tags) == 3


def test_a_waiting_change_is_told_and_changes_the_validator(
    client: Client, published: Mapping[str, bytes]
) -> None:
    before = client.get("/")
    transact(propose, changed(published), "sample")
    after = client.get("/", headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert "A change is waiting." in page_of(after).text
    assert "With your explicit consent" in page_of(after).text
    assert "/changes/2" in after.content.decode()
    assert "A change is waiting." not in page_of(before).text


def test_without_a_policy_there_is_a_sentence_instead(client: Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 404
    assert "There is no policy yet" in page_of(answer).text


@pytest.mark.usefixtures("published")
def test_the_page_can_only_be_read(client: Client) -> None:
    assert client.post("/").status_code == 405


HARM = """<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1))
[b](data:text/html,x) [c](//evil.example) ![d](x) `<b>` {fill: <i onclick=x>}
[e](https://ok.example "{fill: \\" onmouseover=x}")"""


@pytest.mark.usefixtures("db")
def test_html_and_harmful_links_in_the_policy_text_do_nothing(
    client: Client, policy_files: Mapping[str, bytes]
) -> None:
    harm = " ".join(HARM.splitlines())
    line = b"You can manage or delete cookies according to your preferences."
    label = b'label = { zh = "\xe8\xae\xbf\xe5\xae\xa2", en = "Visitor" }'
    files = {
        **policy_files,
        "en.md": policy_files["en.md"].replace(line, line + b" " + harm.encode()),
        "policy.toml": policy_files["policy.toml"].replace(
            label, label.replace(b"Visitor", b"<script>x</script>")
        ),
    }
    assert files["policy.toml"] != policy_files["policy.toml"]
    transact(propose, files, "sample")
    for path in ("/", "/?both=1", "/history/1"):
        page = page_of(client.get(path, headers={"accept-language": "en"}))
        assert "<script>alert(1)</script>" in page.text
        assert page.all("script") == []
        assert [img for img in page.all("img") if img.get("src") == "x"] == []
        assert not any(name.startswith("on") for _, attrs in page.elements for name in attrs)
        links = [attrs.get("href", "") for attrs in page.all("a")]
        assert not any("javascript:" in h or h.startswith(("data:", "//")) for h in links)
        assert "https://ok.example" in links
