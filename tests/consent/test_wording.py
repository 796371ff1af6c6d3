"""The words of each yes come from the version, in each language, and tell which kind it is."""

import pytest

from tests.versions.cast import default_policy, edited
from troth.consent.wording import asked, kind_of
from troth.policy.read import read
from troth.policy.rulebook import compile
from troth.policy.words import LANGS, Lang

VERSION = read(default_policy())
RULES = compile(VERSION)
BY_LAW = {"recipient.authorities"}


@pytest.mark.parametrize("lang", LANGS)
def test_each_consent_the_gate_knows_has_words_but_what_is_demanded_by_law(lang: Lang) -> None:
    wordless = {about for about in RULES.bits if asked(VERSION, about, lang) is None}
    assert wordless == BY_LAW


def test_the_kind_is_the_one_the_gate_demands() -> None:
    names = {bit: about for about, bit in RULES.bits.items()}
    uses = [use for category in RULES.categories.values() for use in category.uses.values()]
    demanded = {names[use.consent]: "consent" for use in uses if use.consent}
    demanded |= {names[use.separate]: "separate" for use in uses if use.separate}
    assert demanded
    assert {about: kind_of(VERSION.register, about) for about in demanded} == demanded


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", ["Learning how the software is used", "turn usage statistics off"]),
        ("zh", ["了解软件如何被使用", "关闭使用统计"]),
    ],
)
def test_the_words_are_the_label_the_sentence_and_how_it_is_withdrawn(
    lang: Lang, says: list[str]
) -> None:
    found = asked(VERSION, "purpose.usage-statistics", lang)
    assert found is not None
    purpose = VERSION.register.purpose["usage-statistics"]
    sentence = next(one.text[lang] for one in VERSION.statements if one.id == purpose.statement)
    label, told, withdrawn = found.text.split("\n")
    assert says[0] in label
    assert told == sentence
    assert says[1] in withdrawn
    assert len(found.hash) == 64


def test_a_class_of_cookies_names_each_of_them() -> None:
    found = asked(VERSION, "class.statistics", "en")
    assert found is not None
    named = [
        cookie.label["en"]
        for cookie in VERSION.register.cookie.values()
        if cookie.cookie_class == "statistics"
    ]
    assert named
    assert found.text.split("\n")[: len(named)] == named


def test_other_words_have_another_hash() -> None:
    about, other = "purpose.usage-statistics", edited("Learning how", "Watching how", "policy.toml")
    before, after = asked(VERSION, about, "en"), asked(read(other), about, "en")
    chinese = asked(VERSION, about, "zh")
    assert before is not None
    assert after is not None
    assert chinese is not None
    assert len({before.hash, after.hash, chinese.hash}) == 3


@pytest.mark.parametrize(
    "about",
    [
        "",
        "purpose",
        "purpose.",
        "purpose.account",
        "purpose.nothing",
        "category.account",
        "cookie.console-session",
        "class.necessary",
        "register.cookie",
        "__class__.x",
    ],
)
def test_what_needs_no_yes_has_no_words(about: str) -> None:
    assert asked(VERSION, about, "en") is None
