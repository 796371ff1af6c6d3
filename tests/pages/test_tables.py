"""A policy whose text has a table: its rows are statements with anchors and marks."""

from collections.abc import Mapping

import pytest
from django.test import Client

from tests.pages.html import page_of
from tests.pages.samples import default_policy, with_table

pytestmark = pytest.mark.django_db


@pytest.fixture
def policy_files() -> Mapping[str, bytes]:
    """Return the bundled policy with a table at its end."""
    return with_table(default_policy())


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("query", ["", "?both=1"])
def test_a_row_has_its_anchor_its_cells_and_its_mark(client: Client, query: str) -> None:
    page = page_of(client.get(f"/{query}"))
    rows = [row["id"] for row in page.all("tr", class_="s") if "id" in row]
    assert rows == ["kept.visits", "kept.accounts"]
    assert "kept.head" in page.ids()
    assert "Visits | views" in page.text
    assert "until you close it" in page.text
    assert len(page.all("details", class_="mark")) == 43
    group = page.all("div", class_="scroll")
    assert group[0]["aria-label"] == "Kind of data, How long it is kept"
    assert [(g["role"], g["tabindex"]) for g in group] == [("group", "0")] * len(group)
    assert len(group) == (2 if query else 1)
    assert len(page.ids()) == len(set(page.ids()))


def test_the_board_shows_the_cells_one_after_the_other(member: Client) -> None:
    page = page_of(member.get("/console/?statement=kept.visits"))
    assert "Visits | views · 30 days" in page.text
    assert [r["data-statement"] for r in page.all("a", class_="row") if "aria-current" in r] == [
        "kept.visits"
    ]
