"""Where a sentence ends, in English and Chinese, and where it only seems to."""

import pytest

from troth.policy.importer.sentences import is_clause, is_own_act, sentence_ends
from troth.policy.marks import split_mark


def split(text: str, lang: str) -> list[str]:
    ends = sentence_ends(text, "zh" if lang == "zh" else "en")
    return [text[a:b].strip() for a, b in zip([0, *ends[:-1]], ends, strict=True)]


@pytest.mark.parametrize(
    "text",
    [
        "We use tools, e.g. cookies, i.e. small files.",
        "Acme Inc. and Acme Ltd. of the U.S. market keep it.",
        "See Sec. 4, Art. 6 and No. 5 of the act.",
        "Version 2.5 costs $3.50 at www.acme.example.",
        "Mr. J. Smith answers.",
        "We wait ... and see.",
        "Data (see below. It is short) is kept.",
        "We call it “Plan. B” here.",
        "We ask Yahoo! users.",
        "我们（如适用。见下文）收集信息。",
        "我们称之为“计划。二”的服务。",
        "价格为3.5元……另计。",
        "请见 https://a.example/v1.2/x.html 的说明。",
    ],
)
def test_this_is_one_sentence(text: str) -> None:
    assert split(text, "zh" if any("\u4e00" <= c <= "\u9fff" for c in text) else "en") == [text]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "We use logs, files, etc. | We delete them. | Can you ask? | Yes!"),
        ("en", "We are in the U.S. | You may write to us."),
        ("en", 'We say "stop." | Then we stop.'),
        ("en", "(This is for children.) | We ask parents."),
        ("en", "See https://a.example/x. | We wait... | Then we go."),
        ("zh", "我们收集信息。 | 您可以拒绝吗？ | 可以！"),
        ("zh", "（本条适用于儿童。） | 我们会询问家长。"),
        ("zh", "我们使用信息. | 您可以删除。"),
    ],
)
def test_these_are_several_sentences(lang: str, text: str) -> None:
    parts = text.split(" | ")
    assert split((" " if lang == "en" else "").join(parts), lang) == parts


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("2. How", "2."),
        ("3.1 获得", "3.1"),
        ("(a) names", "(a)"),
        ("（一）账户", "（一）"),
        ("一、信息", "一、"),
        ("第三条 隐私", "第三条"),
        ("① 甲", "①"),
        ("第三方可以", ""),
        ("3.5 million users", ""),
        ("U.S. law", ""),
        ("We do", ""),
        ("十分重要", ""),
    ],
)
def test_a_printed_mark_is_told_from_the_text(text: str, mark: str) -> None:
    assert split_mark(text) == (mark, text[len(mark) :].lstrip() if mark else text)


def test_a_clause_has_a_subject_and_a_verb() -> None:
    assert is_clause("or we can obtain usage data", "en")
    assert is_clause("我们可以获取使用数据", "zh")
    assert not is_clause("the purpose of processing;", "en")
    assert not is_clause("处理目的；", "zh")


def test_an_act_of_its_own_begins_with_we_or_you() -> None:
    assert is_own_act(" For example, we strictly limit access", "en")
    assert is_own_act("例如,我们严格限制访问", "zh")
    assert not is_own_act(" For example, the purpose of processing", "en")
    assert not is_own_act("例如处理用户信息的目的", "zh")
    assert not is_own_act("我们的服务", "zh")
