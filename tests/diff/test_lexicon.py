"""The words a promise hangs on are found, and their look-alikes are not."""

import pytest

from troth.policy.lexicon import LIMITS, MODALS, NEGATIONS, numbers, terms
from troth.policy.numerals import number_value
from troth.policy.words import LANGS, Lang


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("en", "We may keep it.", [("modal", "may")]),
        ("en", "We are required to keep it.", [("modal", "must")]),
        ("en", "We won't and can't.", [("negation", "not"), ("negation", "not")]),
        ("en", "Kept for 30 days at most.", [("number", "30"), ("limit", "at most")]),
        ("en", "It applies on 1 May 2026.", [("number", "1"), ("number", "5"), ("number", "2026")]),
        ("en", "Within one month, one by one.", [("limit", "within"), ("number", "1")]),
        ("en", "A notable mayor wills it; third parties need it.", []),
        ("zh", "我们可以保存三十天。", [("modal", "may"), ("number", "30")]),
        ("zh", "我们不会出售。", [("negation", "not"), ("modal", "will")]),
        ("zh", "保存不超过一个月。", [("limit", "不超过"), ("number", "1")]),
        ("zh", "第三方应用的不同功能，为一个账户统一响应。", []),
        ("zh", "未成年人、非法访问、社会会员。", []),
    ],
)
def test_terms_are_found_and_look_alikes_are_not(
    lang: Lang, text: str, found: list[tuple[str, str]]
) -> None:
    assert [(t.kind, t.value) for t in terms(text, lang)] == found


def test_a_term_knows_its_place() -> None:
    text = "İt says: we WILL NOT sell; we may."
    for term in terms(text, "en"):
        assert text[term.start : term.end] == term.word
    text = "We WILL NOT sell; we may."
    assert [text[t.start : t.end] for t in terms(text, "en")] == ["WILL", "NOT", "may"]


@pytest.mark.parametrize("lang", LANGS)
def test_every_listed_word_is_found(lang: Lang) -> None:
    listed = [*NEGATIONS[lang], *LIMITS[lang]]
    listed += [word for words in MODALS[lang].values() for word in words]
    missed = [word for word in listed if not terms(word, lang)]
    assert missed == []


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("三十", "30"),
        ("十五", "15"),
        ("一百零五", "105"),
        ("一万二千三百", "12300"),
        ("两亿", "200000000"),
        ("二〇二六", "2026"),
        ("三点五", "3.5"),
        ("百分之五", "5"),
        ("３０", "30"),
        ("1,000", "1000"),
        ("3.5", "3.5"),
        ("thirty-one", "31"),
        ("two hundred and five", "205"),
        ("three thousand", "3000"),
        ("January", "1"),
        ("many", "many"),
    ],
)
def test_a_number_has_the_same_value_in_every_writing(word: str, value: str) -> None:
    assert number_value(word) == value


def test_both_languages_give_the_same_numbers() -> None:
    assert numbers("Kept for thirty days, or 1,000 visits.", "en") == ("30", "1000")
    assert numbers("保存三十天，或1000次访问。", "zh") == ("30", "1000")
