"""The text is the source text: cleaned, not reworded, forty statements in both languages."""

import re
from collections import Counter
from typing import Final

import pytest

from troth.policy.document import Version
from troth.policy.words import LANGS, Lang

NOISE: Final = ("<极 p>", "极 ", "极")
"""What was taken out of the source, longest first; README.md names each place."""

KINDS: Final = {
    "purpose.collection": "practice",
    "purpose.cookies": "practice",
    "purpose.disclosure": "practice",
    "purpose.protection": "practice",
    "purpose.revision": "practice",
    "collection.definition": "definition",
    "collection.direct": "practice",
    "collection.usage": "practice",
    "collection.third-party": "practice",
    "collection.messages": "practice",
    "collection.required": "practice",
    "cookies.operation": "practice",
    "cookies.contents": "practice",
    "cookies.function": "practice",
    "cookies.options": "right",
    "cookies.sent": "practice",
    "cookies.partners": "practice",
    "cookies.purpose-limit": "promise",
    "cookies.control": "right",
    "disclosure.only": "promise",
    "disclosure.consent": "promise",
    "disclosure.law": "promise",
    "protection.measures": "promise",
    "protection.law": "promise",
    "protection.organisation": "promise",
    "protection.access": "promise",
    "protection.incidents": "promise",
    "revision.timely": "practice",
    "revision.notice": "promise",
    "revision.acceptance": "practice",
    "revision.prominent": "promise",
    "revision.major": "definition",
    "revision.major.model": "promise",
    "revision.major.control": "promise",
    "revision.major.recipients": "promise",
    "revision.major.rights": "promise",
    "revision.major.contact": "promise",
    "revision.major.assessment": "promise",
    "revision.review": "advice",
    "revision.continued-use": "practice",
}
COUNTS: Final = {
    "purpose": 5,
    "collection": 6,
    "cookies": 8,
    "disclosure": 3,
    "protection": 5,
    "revision": 13,
}
HEADINGS: Final = (*COUNTS, "purpose.lead")


def letters(text: str) -> str:
    """Return the text without white space, where line breaks and lists differ."""
    return re.sub(r"\s+", "", text)


def source_of(lang: Lang, source_text: str) -> str:
    """Return one language's half of the source, without noise and list dashes."""
    zh, en = re.split(r"(?m)^(?=Our Purpose$)", source_text)
    half = zh if lang == "zh" else en
    for noise in NOISE:
        half = half.replace(noise, "")
    return re.sub(r"(?m)^- ", "", half)


def printed(version: Version, lang: Lang) -> str:
    """Return the text as printed: the number of each line, then its words."""
    return " ".join(
        f"{'' if line.mark == '-' else line.mark} {line.text}" for line in version.lines[lang]
    )


def test_the_source_has_the_noise_in_six_places(source_text: str) -> None:
    zh, en = re.split(r"(?m)^(?=Our Purpose$)", source_text)
    assert (zh.count("极"), en.count("极")) == (4, 2)


@pytest.mark.parametrize("lang", LANGS)
def test_the_text_is_the_source_but_for_the_noise(
    lang: Lang, policy: Version, source_text: str
) -> None:
    assert letters(printed(policy, lang)) == letters(source_of(lang, source_text))


@pytest.mark.parametrize("lang", LANGS)
def test_words_stay_apart_where_the_noise_was(lang: Lang, policy: Version) -> None:
    by_id = {str(line.id): line.text for line in policy.lines[lang]}
    assert not any("极" in text for text in by_id.values())
    if lang == "en":
        assert "content of messages you send to us" in by_id["collection.messages"]
        assert by_id["cookies.operation"].startswith("To ensure")


def test_there_are_forty_statements_in_the_order_of_the_text(policy: Version) -> None:
    assert [s.id for s in policy.promises] == list(KINDS)
    assert len(policy.promises) == 40


def test_each_section_has_its_number_of_statements(policy: Version) -> None:
    assert Counter(s.section for s in policy.promises) == COUNTS


def test_each_statement_is_of_its_kind(policy: Version) -> None:
    assert {s.id: s.kind for s in policy.promises} == KINDS


def test_headings_and_the_lead_in_promise_nothing(policy: Version) -> None:
    found = {s.id for s in policy.statements if s.kind == "heading"}
    assert found == set(HEADINGS)


def test_both_languages_have_the_same_statements_in_the_same_order(policy: Version) -> None:
    assert [line.id for line in policy.lines["zh"]] == [line.id for line in policy.lines["en"]]


def test_the_printed_numbers_are_those_of_the_source(policy: Version) -> None:
    marks = {line.id: line.mark for line in policy.lines["en"] if line.mark not in {"", "-"}}
    assert list(marks.values()) == (
        "1. 2. 3. 3.1 3.2 4. 4.1 4.2 4.3 5. 5.1 5.2 5.3 5.4 5.5 5.6".split()
    )


def test_the_second_sentence_of_an_item_belongs_to_the_item(policy: Version) -> None:
    line = next(line for line in policy.lines["en"] if line.id == "protection.access")
    assert (line.role, line.mark, line.level, line.opens) == ("item", "", 1, False)


def test_nothing_was_read_with_a_problem(policy: Version) -> None:
    assert policy.problems == ()
