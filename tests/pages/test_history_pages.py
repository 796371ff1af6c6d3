"""All versions, any one of them, and what changed in it."""

import pytest
from django.test import Client

from tests.pages.html import page_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_history_lists_each_version_with_its_state(client: Client, waiting: int) -> None:
    page = page_of(client.get("/history"))
    assert "in force" in page.text
    assert "waiting" in page.text
    assert {"_1", f"_{waiting}"} <= set(page.ids())


@pytest.mark.usefixtures("waiting")
def test_the_history_is_told_unchanged(client: Client) -> None:
    first = client.get("/history")
    assert client.get("/history", headers={"if-none-match": first["ETag"]}).status_code == 304


def test_an_empty_history_says_so(client: Client) -> None:
    assert "No version has been recorded yet." in page_of(client.get("/history")).text


def test_changes_are_marked_word_by_word_in_each_language(client: Client, waiting: int) -> None:
    page = page_of(client.get(f"/changes/{waiting}"))
    assert {attrs["lang"] for attrs in page.all("div", class_="words")} == {"zh-Hans", "en"}
    assert page.all("ins")
    assert page.all("del")
    assert "inserted:" in page.text
    assert "deleted:" in page.text
    assert "can harm your rights" in page.text
    assert "version 1 holds" in page.text


def test_a_change_of_the_register_shows_old_and_new(client: Client, waiting: int) -> None:
    page = page_of(client.get(f"/changes/{waiting}"))
    assert "lifetime_days" in page.text
    assert "180" in page.text
    assert "365" in page.text


@pytest.mark.usefixtures("waiting")
def test_the_first_version_has_nothing_to_be_compared_with(client: Client) -> None:
    assert "This is the first version." in page_of(client.get("/changes/1")).text


def test_a_recorded_version_is_read_as_it_was_and_says_it_is_not_in_force(
    client: Client, waiting: int
) -> None:
    page = page_of(client.get(f"/history/{waiting}"))
    assert "You may manage or refuse cookies" in page.text
    assert "This is not the policy in force." in page.text
    assert page.all("details", class_="mark") == []


@pytest.mark.parametrize("path", ["/changes/9", "/history/9", "/changes/x", "/changes/-1"])
@pytest.mark.parametrize(
    ("accept", "says"), [("en", "There is no such page"), ("zh", "没有这个页面")]
)
@pytest.mark.usefixtures("waiting")
def test_a_version_that_never_was_is_told_kindly(
    client: Client, path: str, accept: str, says: str
) -> None:
    answer = client.get(path, headers={"accept-language": accept})
    assert answer.status_code == 404
    assert says in page_of(answer).text
