"""Noise is told by where it stands, never by which character it is."""

import pytest

from troth.policy.importer.noise import Noise, clean


def found(text: str, *, markup: bool = False) -> tuple[str, list[tuple[str, str, int, int]]]:
    cleaned, noise = clean(text, "a.txt", markup=markup, keep=False)
    return cleaned, [(n.kind, n.text, n.line, n.column) for n in noise]


@pytest.mark.parametrize(
    "text",
    [
        "我们积极配合监管，极其重视安全，极大提升体验。",
        "我们积极 配合。我们积极 改进。态度极 其认真。",
        "终极 目标是积极 努力。",
        "第三条 隐私 政策 的 范围",
        "We use 微信 (WeChat) and the sign “极” to show it.",
        "The character 中 means middle.",
        "👨‍👩‍👧 Families may ask.",
        "café, naïve, Zoë; l’été",
        "Write to <privacy@acme.example> or <https://acme.example/>.",
    ],
)
def test_what_belongs_to_the_text_is_left(text: str) -> None:
    assert found(text) == (text, [])


def test_a_stranger_in_chinese_is_taken_when_it_stands_so_in_several_places() -> None:
    cleaned, noise = found("您极 如何互动。\n请管理极 或删除。\n本极 政策的内容。")
    assert cleaned == "您如何互动。\n请管理或删除。\n本政策的内容。"
    assert noise == [
        ("foreign-character", "极", 1, 2),
        ("foreign-character", "极", 2, 4),
        ("foreign-character", "极", 3, 2),
    ]


def test_another_stranger_is_taken_just_so() -> None:
    cleaned, noise = found("We send messages龘 you asked for.\n您龘 如何互动。")
    assert cleaned == "We send messages you asked for.\n您如何互动。"
    assert [(line, column) for _, _, line, column in noise] == [(1, 17), (2, 2)]


def test_words_with_the_stranger_in_them_stay() -> None:
    cleaned, _ = found("<极 p>Hello.\n我们积极 配合，您极 如何。极其重要。")
    assert cleaned == "Hello.\n我们积极 配合，您如何。极其重要。"


def test_broken_and_stray_tags_are_taken_from_plain_text() -> None:
    cleaned, noise = found("< p>We do.\n</div>We may.<br/>")
    assert cleaned == "We do.\nWe may."
    assert [kind for kind, *_ in noise] == ["broken-tag"] * 3


def test_whole_tags_belong_to_markup() -> None:
    assert found("We do.<br/>", markup=True) == ("We do.<br/>", [])


def test_invisible_and_unreadable_characters_are_taken() -> None:
    cleaned, noise = found("We\u200b do.\n\ufeffYou\u00ad may\ufffd.")
    assert cleaned == "We do.\nYou may."
    assert [(kind, line, column) for kind, _, line, column in noise] == [
        ("invisible", 1, 3),
        ("invisible", 2, 1),
        ("invisible", 2, 5),
        ("unreadable", 2, 10),
    ]


def test_mojibake_is_named_and_left_because_mending_it_would_be_guessing() -> None:
    _, noise = clean("We donâ€™t sell data.", "a.txt", markup=False, keep=False)
    assert noise == (
        Noise("mojibake", "â€™", "a.txt", 1, 7, "We donâ€™t sell data.", removed=False),
    )
