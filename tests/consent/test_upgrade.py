"""Choices of before they told key and origin are kept as they were, and still stand."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.state import StateApps

from tests.consent.cast import AT
from troth.consent.models import Acceptance, Choice, Standing
from troth.site.migrations import DurableExecutor

FIRST_STATE = [("consent", "0001_initial")]


def migrate(to: list[tuple[str, str]]) -> StateApps:
    return DurableExecutor(connection).migrate(to).apps


@pytest.fixture
def before(committed: None) -> Iterator[StateApps]:  # noqa: ARG001 - what it needs
    newest = DurableExecutor(connection).loader.graph.leaf_nodes("consent")
    yield migrate(FIRST_STATE)
    migrate(newest)


def test_choices_of_before_are_as_they_were(before: StateApps) -> None:
    row: dict[str, Any] = {"subject": "a" * 32, "bearer": "person", "sequence": 1, "at": AT}
    row |= {"about": "purpose.x", "kind": "consent", "given": True, "version": "f" * 64}
    row |= {"text": "e" * 64, "box": b"box", "commitment": b"c" * 32, "entry": "0" * 32}
    choice = before.get_model("consent", "Choice").objects.create(**row)
    before.get_model("consent", "Standing").objects.create(
        subject="a" * 32, about="purpose.x", kind="consent", given=True, choice=choice
    )
    migrate(DurableExecutor(connection).loader.graph.leaf_nodes("consent"))
    found = Choice.objects.get()
    assert {
        name: getattr(found, name) for name in row if name not in {"box", "commitment", "entry"}
    } == {name: value for name, value in row.items() if name not in {"box", "commitment", "entry"}}
    assert (bytes(found.box or b""), found.key, found.origin) == (b"box", "", "")
    assert Standing.objects.get().choice == found
    assert not Acceptance.objects.exists()
