"""What an entry is about is told in words, in the reader's language."""

from typing import Any

import pytest
from django.utils.translation import override

from troth.site.templatetags.entry import plain


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "yes"),
        (False, "no"),
        (None, "—"),
        ([], "—"),
        (0, "0"),
        ("a", "a"),
        (["a", True], "a, yes"),
        (["p"] * 12, ", ".join(["p"] * 12)),
        (["p"] * 40, ", ".join(["p"] * 12) + ", … (+28)"),
        ({"epoch": 1, "lost": None}, "epoch: 1; lost: —"),
    ],
)
def test_a_value_is_told_in_words(value: Any, said: str) -> None:
    with override("en"):
        assert plain(value) == said


def test_yes_and_no_are_said_in_chinese() -> None:
    with override("zh-hans"):
        assert plain([True, False]) == "是, 否"
