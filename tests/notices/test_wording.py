"""How mails read: places filled, both languages, and what cannot be used refused by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.notices.cast import INVITED, VALUES
from troth.notices.wording import (
    Frame,
    UnfitWordingError,
    Worded,
    Words,
    compose,
    default_of,
    demand_fit,
    fill,
    places_in,
)
from troth.people.mail import known_mails
from troth.policy.words import LANGS

GOOD = Words("Come in", "Here: %(link)s until %(until)s")
FRAME = Frame("Example Company", "https://privacy.example.com")


def faults(words: Words) -> list[tuple[str, str, str]]:
    with pytest.raises(UnfitWordingError) as refused:
        demand_fit(INVITED, Worded(GOOD, words))
    return [(f.lang, f.part, f.message.render(str)) for f in refused.value.faults]


def test_a_wording_with_all_its_places_is_fit() -> None:
    demand_fit(INVITED, Worded(GOOD, GOOD))
    demand_fit(INVITED, Worded(GOOD, Words("Until %(until)s: 100% free", "%(link)s %%(link)s")))


@pytest.mark.parametrize(
    ("words", "part", "said"),
    [
        (Words("", GOOD.body), "subject", "Please write something here."),
        (Words("  ", GOOD.body), "subject", "Please write something here."),
        (Words("x" * 151, GOOD.body), "subject", "At most 150 characters"),
        (Words("a\nb", GOOD.body), "subject", "A subject is one line."),
        (Words("a", f"{GOOD.body}{'x' * 5_000}"), "body", "At most 5000 characters"),
        (Words("a", f"{GOOD.body} %(name)s"), "body", "no place %(name)"),
        (Words("%(nome)s", GOOD.body), "subject", "no place %(nome)"),
        (Words("a", f"{GOOD.body} %(link)"), "body", "no place %(link)"),
        (Words("a", f"{GOOD.body} %(link)d"), "body", "no place %(link)"),
        (Words("a", f"{GOOD.body} %()s"), "body", "no place %()"),
        (Words("a", "until %(until)s"), "body", "The place %(link)s is missing"),
        (Words("a", "%%(link)s %(until)s"), "body", "The place %(link)s is missing"),
    ],
)
def test_what_cannot_be_used_is_named(words: Words, part: str, said: str) -> None:
    found = faults(words)
    assert {(lang, where) for lang, where, _ in found} == {("en", part)}
    assert any(said in message for _, _, message in found), found


def test_every_fault_is_told_at_once() -> None:
    assert len(faults(Words("", "%(nome)s"))) == 4


@given(st.text(max_size=200), st.dictionaries(st.sampled_from(["link", "until"]), st.text()))
def test_no_text_and_no_value_breaks_the_filling(text: str, values: dict[str, str]) -> None:
    assert isinstance(fill(text, values), str)


@given(st.text(alphabet="abc%()s \n", max_size=60))
def test_a_value_is_never_read_as_a_template(value: str) -> None:
    assert fill("[%(link)s]", {"link": value}) == f"[{value}]"


def test_a_mail_has_both_languages_one_after_the_other() -> None:
    found = Worded(Words("邀请", "中文 %(link)s %(until)s"), GOOD)
    words = compose(found, VALUES, None, FRAME)
    assert words.subject == "邀请 · Come in"
    assert words.body.index("English below") < words.body.index("中文") < words.body.index("Here:")
    assert words.body.endswith(
        "-- \n本邮件由“Example Company”的隐私服务器发出。\n"
        "Sent by the privacy server of Example Company.\nhttps://privacy.example.com\n"
    )


def test_a_trial_says_so() -> None:
    words = compose(Worded(GOOD, GOOD), VALUES, None, FRAME, trial=True)
    assert words.subject == "【试发】Come in · [Trial] Come in"


def test_every_mail_of_the_product_is_fit_and_reads_in_both_languages() -> None:
    for mail in known_mails().values():
        found = default_of(mail)
        demand_fit(mail, found)
        for lang in LANGS:
            words = compose(found, dict.fromkeys(mail.places, "x"), lang, FRAME)
            assert not places_in(words.body), mail.name
        assert any("\u4e00" <= letter <= "\u9fff" for letter in found.zh.body), mail.name
