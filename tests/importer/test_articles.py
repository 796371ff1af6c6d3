"""Policies that speak as laws do: numbered articles, and lines of several sentences."""

import pytest

from troth.policy.check import check
from troth.policy.importer import import_policy
from troth.policy.lexicon import numbers
from troth.policy.read import read


def found(zh: str, en: str) -> list[str]:
    """Return the codes of what check says of the numbers of an imported policy."""
    files = {"zh.txt": zh.encode(), "en.txt": en.encode()}
    version = read(import_policy(files, previous=None, keep_noise=False).files)
    return [d.code for d in check(version, frozenset()) if d.code == "T102"]


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("第三条 我们不出售您的信息。", "Article 3 We do not sell your information."),
        ("第三条 我们不出售您的信息。", "Article III We do not sell your information."),
        ("我们遵守第十二条第二款。", "We obey the second paragraph of Article 12."),
        ("我们不向第三方出售信息。", "We do not sell information to a third party."),
    ],
)
def test_an_article_has_one_number_in_both_languages(zh: str, en: str) -> None:
    assert found(zh, en) == []


@pytest.mark.parametrize("en", ["Article 4 We do not sell.", "Article IV We do not sell."])
def test_another_article_in_one_language_is_told(en: str) -> None:
    assert found("第三条 我们不出售。", en) == ["T102"]


def test_parts_are_numbered_and_parties_are_not() -> None:
    assert numbers("第三条、第十二章、第二款、第三方、第一次", "zh") == ("3", "12", "2")
    assert numbers("Article IX, the third section, a third party, first", "en") == ("9", "3")


def test_a_line_of_several_sentences_is_no_heading_without_its_last_full_stop() -> None:
    zh = "我们保护您的信息。我们不出售信息\n我们会通知您。\n"
    en = "We protect your data. We do not sell data\nWe will tell you.\n"
    files = {"zh.txt": zh.encode(), "en.txt": en.encode()}
    done = import_policy(files, previous=None, keep_noise=False)
    assert (done.report.headings, done.report.statements) == (0, 3)


def test_a_short_line_without_a_full_stop_is_still_a_heading() -> None:
    files = {
        "zh.txt": "信息保护\n我们会通知您。\n".encode(),
        "en.txt": b"Use by Acme Inc. and Others\nWe will tell you.\n",
    }
    done = import_policy(files, previous=None, keep_noise=False)
    assert (done.report.headings, done.report.statements) == (1, 1)
