"""Secrets that are stored nowhere: the same each time, another for each label and context."""

import pytest

from troth import vault

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def test_a_secret_is_the_same_each_time_and_another_for_each_use() -> None:
    first = vault.derive("api key", b"abc")
    assert len(first) == 32
    assert vault.derive("api key", b"abc") == first
    others = {
        vault.derive("api key", b"abd"),
        vault.derive("bearer", b"abc"),
        vault.derive("api", b" key\0abc"),
        vault.derive("api keya", b"bc"),
    }
    assert len(others | {first}) == 5


def test_a_rotation_changes_none_of_them() -> None:
    before = vault.derive("api key", b"abc")
    vault.rotate_generation()
    assert vault.derive("api key", b"abc") == before
