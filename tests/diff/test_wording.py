"""How a rewording is read: editorial, open, or with a word changed that a promise hangs on."""

import pytest

from tests.diff.build import SENTENCES, between, reworded, statement, version
from troth.policy.change import Change
from troth.policy.diff import diff
from troth.policy.diff.marks import marks, tokens


def changed(name: str, en: str | None = None, zh: str | None = None) -> Change:
    return between(version(), reworded(name, en, zh))


EDITORIAL = [
    ("never", "We  will not sell your data.", None),
    ("never", "We will not sell your data", None),
    ("never", "we will not sell your Data!", None),
    ("never", "We will not **sell** your `data`.", None),
    ("never", None, "我们不会出售您的数据！"),
    ("never", None, "我们不会 出售您的数据"),
    ("never", "We will not sell your data!", "我们不会出售您的数据!"),
    ("data", "We may collect the address, that you give us, for 30 days at most.", None),
    ("data", None, "我们可以收集您提供的地址，最多３０天。"),
    ("ask", "You can ask for a copy, see [the page](https://www.example.com/you).", None),
    ("ask", None, "您可以索取副本，请见[页面](http://example.com/me/)。"),
    ("words", "Data refers to informaton about a person in an account.", None),
    ("words", "Data refers to informatoin about a person in an account.", None),
    ("words", "Data reffers to information about a person in an account.", None),
    ("words", None, "数据是指帐户中与个人有关的信息。"),
    ("words", None, "数据据是指账户中与个人有关的信息。"),
    ("words", None, "数据是指账户中与个人有关的息信。"),
]


@pytest.mark.parametrize(("name", "en", "zh"), EDITORIAL)
def test_what_says_the_same_is_editorial_there_and_back(
    name: str, en: str | None, zh: str | None
) -> None:
    old, new = version(), reworded(name, en, zh)
    for a, b in ((old, new), (new, old)):
        change = between(a, b)
        assert change.kinds == {"editorial"}, change.why.render(str)
        assert not change.harmful
        assert change.demands == frozenset()


OPEN = [
    ("never", "We will not sell your records.", None),
    ("never", None, "我们不会出售您的资料。"),
    ("words", "Data refers to information about the user in an account.", None),
    ("ask", "You can ask for a copy, see [the page](https://elsewhere.example/me).", None),
    ("ask", "You can ask for a copy, see the page.", None),
    ("visit", "Please visit our page regularly.", None),
    ("data", "We may collect the address that you gave us, for 30 days at most.", None),
    ("words", "Data refers to information about a person in your account.", None),
    ("words", None, "数据是指账户中与他人有关的信息。"),
]


@pytest.mark.parametrize(("name", "en", "zh"), OPEN)
def test_other_words_are_proposed_to_a_reviewer_there_and_back(
    name: str, en: str | None, zh: str | None
) -> None:
    old, new = version(), reworded(name, en, zh)
    for a, b in ((old, new), (new, old)):
        change = between(a, b)
        assert change.kinds == {"other"}
        assert change.harmful is False, change.why.render(str)
        assert change.demands == {"notice"}


HARMFUL = [
    ("never", "We may not sell your data.", None),
    ("never", "We will sell your data.", None),
    ("never", None, "我们会出售您的数据。"),
    ("never", None, "我们可能不会出售您的数据。"),
    ("data", "We may collect the address that you give us, for 300 days at most.", None),
    ("data", "We may collect the address that you give us, for 30 days.", None),
    ("data", "We must collect the address that you give us, for 30 days at most.", None),
    ("data", None, "我们可以收集您提供的地址，最多三十一天。"),
    ("data", None, "我们可以收集您提供的地址，至少30天。"),
    ("data", None, "我们可以收集您提供的地址，30天。"),
    ("visit", None, "您必须定期浏览本页面。"),
]


@pytest.mark.parametrize(("name", "en", "zh"), HARMFUL)
def test_a_changed_modal_negation_number_or_limit_harms_there_and_back(
    name: str, en: str | None, zh: str | None
) -> None:
    old, new = version(), reworded(name, en, zh)
    for a, b in ((old, new), (new, old)):
        change = between(a, b)
        assert change.kinds == {"other"}
        assert change.harmful is True, change.why.render(str)
        assert change.demands == {"notice", "prominent"}


@pytest.mark.parametrize(
    ("en", "zh"),
    [
        (("authorised access", "unauthorised access"), ("访问", "访问")),
        (("access", "access"), ("经授权的访问", "未经授权的访问")),
    ],
)
def test_a_negation_inside_a_word_harms_there_and_back(
    en: tuple[str, str], zh: tuple[str, str]
) -> None:
    old, new = (
        version((*SENTENCES, statement("w", f"It says {e}.", f"这里说{z}。")))
        for e, z in zip(en, zh, strict=True)
    )
    assert between(old, new).harmful
    assert between(new, old).harmful


def test_the_weightier_language_decides() -> None:
    change = changed("never", en="We will not sell your data!", zh="我们会出售您的数据。")
    assert change.kinds == {"other"}
    assert change.harmful is True
    assert set(change.words) == {"zh", "en"}


def test_one_language_alone_is_marked_alone() -> None:
    assert set(changed("never", zh="我们不会出售您的资料。").words) == {"zh"}


@pytest.mark.parametrize(
    "pair",
    [
        ("authorised", "unauthorised"),
        ("cannot", "can not"),
        ("our", "your"),
        ("sell", "tell"),
        ("before", "after"),
        ("retain", "remain"),
        ("Visits", "Visit"),  # a word of a label
        ("keep", "kept"),
        ("2 days", "3 days"),
        ("must", "just"),
        ("form", "from"),
    ],
)
def test_a_word_for_another_is_never_a_misprint(pair: tuple[str, str]) -> None:
    old, new = (
        version((*SENTENCES, statement("w", f"It says {word} here.", "它说。"))) for word in pair
    )
    for a, b in ((old, new), (new, old)):
        assert "editorial" not in between(a, b).kinds


@pytest.mark.parametrize(
    "pair", ["前后", "有无", "收售", "您我", "可应", "三五", "力利", "买卖", "内外", "仅均"]
)
def test_a_weighty_character_for_another_is_never_a_misprint(pair: str) -> None:
    old, new = (
        version((*SENTENCES, statement("w", "It says so here.", f"这里说{c}的事。"))) for c in pair
    )
    for a, b in ((old, new), (new, old)):
        assert "editorial" not in between(a, b).kinds


def test_two_words_that_both_live_on_are_not_misprints_of_one_another() -> None:
    both = statement("both", "The window and the widow.", "窗。")
    old = version((*SENTENCES, both, statement("w", "It names the window.", "它说。")))
    new = version((*SENTENCES, both, statement("w", "It names the widow.", "它说。")))
    assert between(old, new).kinds == {"other"}


def test_two_misprints_are_a_rewording() -> None:
    change = changed("words", en="Data reffers to informaton about a person in an account.")
    assert change.kinds == {"other"}


def test_marks_keep_words_numbers_and_links_whole() -> None:
    assert tokens("We'll keep 1,000 [it](https://example.com/a) 三天。") == [
        *("We'll", " ", "keep", " ", "1,000", " ", "[", "it", "](https://example.com/a)", " "),
        *("三", "天", "。"),
    ]


def test_marks_join_what_belongs_together() -> None:
    found = marks(tokens("保留三十天。"), tokens("保留六个月。"))
    assert [(m.what, m.text) for m in found] == [
        ("same", "保留"),
        ("deleted", "三十天"),
        ("inserted", "六个月"),
        ("same", "。"),
    ]
    found = marks(tokens("We keep it safe"), tokens("We hold them safe"))
    assert [(m.what, m.text) for m in found] == [
        ("same", "We "),
        ("deleted", "keep it"),
        ("inserted", "hold them"),
        ("same", " safe"),
    ]


def test_the_same_words_make_no_change() -> None:
    assert diff(version(), version()) == ()
