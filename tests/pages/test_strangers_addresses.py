"""What a stranger writes into an address shapes no page that another reader gets."""

from collections.abc import Mapping
from typing import Final

import pytest
from django.test import Client

from tests.pages.html import page_of
from troth.site.typeset import remembered

pytestmark = [pytest.mark.django_db, pytest.mark.either, pytest.mark.slow]
EVIL: Final = "BUY-NOW-AT-EVIL"
PAGES: Final = ("/", "/history", "/history/1", "/changes/1")
QUERIES: Final = (
    f"statement={EVIL}", "statement=cookies.sent", f"both={EVIL}", "both=0", "both=", "both=01",
    f"lang={EVIL}", f"{EVIL}", f"{EVIL}={EVIL}", f"next={EVIL}", f"both=1&both={EVIL}",
)  # fmt: skip
OTHER_WRITINGS: Final = (
    "/history/01", "/history/0001", "/history/0", "/history/+1", "/history/%EF%BC%91",
    "/changes/01",
    "/history/9999999999", "/history/99999999999999999999999", "/history/1/", "/history/1%0A",
)  # fmt: skip


@pytest.fixture
def published(published: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Forget the pages that a control has fetched."""
    remembered.forget()
    return published


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.usefixtures("published")
def test_an_unknown_query_gives_the_plain_page_and_is_not_kept(path: str, query: str) -> None:
    strange = Client().get(f"{path}?{query}")
    kept = remembered.kept()
    plain = Client().get(path)
    assert (strange.status_code, strange.content) == (200, plain.content)
    assert strange["ETag"] == plain["ETag"]
    assert EVIL not in plain.content.decode()
    assert remembered.kept() == kept
    assert len(kept) == 1


@pytest.mark.usefixtures("published")
def test_both_languages_are_one_page_more_and_only_where_they_are_shown() -> None:
    for path in ("/", "/history"):
        Client().get(path)
    plain = remembered.kept()
    for query in ("both=1", f"both=1&statement={EVIL}", f"{EVIL}&both=1"):
        assert EVIL not in Client().get(f"/?{query}").content.decode()
        Client().get(f"/history?{query}")
    assert len(remembered.kept() - plain) == 1


@pytest.mark.parametrize("path", OTHER_WRITINGS)
@pytest.mark.usefixtures("published")
def test_a_page_has_one_address_only(path: str) -> None:
    assert Client().get(path).status_code == 404
    assert remembered.kept() == frozenset()


@pytest.mark.usefixtures("published")
def test_the_memory_is_bounded_and_the_page_read_last_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remembered, "PAGES_KEPT", 2)
    for path in (*PAGES, "/?both=1"):
        last = Client().get(path)
        assert len(remembered.kept()) <= 2
    assert last["ETag"] in remembered.kept()


def test_the_board_keeps_a_statement_it_knows_and_nothing_else(member: Client) -> None:
    known, unknown = (
        member.get(f"/console/?statement={asked}&both=1&other={EVIL}").content.decode()
        for asked in ("cookies.sent", EVIL)
    )
    assert "next=%2Fconsole%2F%3Fstatement%3Dcookies.sent" in known
    assert 'next=%2Fconsole%2F"' in unknown
    assert EVIL not in known + unknown


@pytest.mark.parametrize("asked", [EVIL, "", "//evil.example", "a&b=c"])
def test_examining_comes_back_to_no_statement_that_is_not_there(member: Client, asked: str) -> None:
    answer = member.post("/console/examine", {"statement": asked})
    assert answer["Location"] == "/console/"


def test_going_back_in_the_browser_gets_the_page_and_not_the_panel_alone(member: Client) -> None:
    headers = {"hx-request": "true", "hx-history-restore-request": "true"}
    assert page_of(member.get("/console/", headers=headers)).all("html")
