"""The default policy, a sentence of it turned round in one language only: each time it is told."""

from typing import Final

import pytest

from troth import evidence
from troth.policy.check import check
from troth.policy.document import Statement
from troth.policy.lexicon import terms
from troth.policy.read import read
from troth.policy.reader.files import LANG_FILES
from troth.policy.words import LANGS, Lang
from troth.site.config import bundled_policy
from troth.site.policyfolder import read_folder

pytestmark = pytest.mark.slow

FILES: Final = read_folder(bundled_policy())
SENTENCES: Final = tuple(s for s in read(FILES).statements if s.kind != "heading")
NOT: Final = {"zh": "不是", "en": "not "}


def negations(s: Statement, lang: Lang) -> list[str]:
    """Return the negating words of a sentence."""
    return [t.word for t in terms(s.text[lang], lang) if t.kind == "negation"]


NEGATING: Final = [(s, lang) for s in SENTENCES for lang in LANGS if negations(s, lang)]
STATING: Final = [(s, lang) for s in SENTENCES for lang in LANGS if not negations(s, lang)]


def told(s: Statement, lang: Lang, words: str) -> set[tuple[str, str]]:
    """Return code and file of what is found, the place-holders aside, once a sentence reads so."""
    name = LANG_FILES[lang]
    text = FILES[name].decode()
    old = f"{s.text[lang]} {{#{s.id}}}"
    assert text.count(old) == 1
    files = {**FILES, name: text.replace(old, f"{words} {{#{s.id}}}").encode()}
    found = check(read(files), evidence.names())
    return {(d.code, d.file) for d in found if d.code != "T113"}


def test_some_sentence_of_the_default_policy_negates() -> None:
    assert {s.id for s, _ in NEGATING} == {"cookies.purpose-limit"}


@pytest.mark.parametrize(("s", "lang"), NEGATING, ids=lambda v: getattr(v, "id", v))
def test_a_negation_left_out_in_one_language_is_told(s: Statement, lang: Lang) -> None:
    words = s.text[lang]
    for word in negations(s, lang):
        words = words.replace(word, "", 1)
    (other,) = set(LANGS) - {lang}
    assert ("T104", LANG_FILES[other]) in told(s, lang, words)


@pytest.mark.parametrize(("s", "lang"), STATING, ids=lambda v: getattr(v, "id", v))
def test_a_negation_put_into_one_language_is_told(s: Statement, lang: Lang) -> None:
    assert ("T104", LANG_FILES[lang]) in told(s, lang, NOT[lang] + s.text[lang])


@pytest.mark.parametrize("s", SENTENCES, ids=lambda s: s.id)
def test_a_negation_put_into_both_languages_is_left_to_the_diff(s: Statement) -> None:
    zh = FILES["zh.md"].decode().replace(s.text.zh, NOT["zh"] + s.text.zh)
    en = FILES["en.md"].decode().replace(s.text.en, NOT["en"] + s.text.en)
    found = check(read({**FILES, "zh.md": zh.encode(), "en.md": en.encode()}), evidence.names())
    assert "T104" not in {d.code for d in found}


def test_a_purpose_limit_that_allows_any_purpose_in_one_language_is_told() -> None:
    (s,) = (s for s in SENTENCES if s.id == "cookies.purpose-limit")
    loose = "We will use cookies for any purpose other than those described in this privacy policy."
    assert told(s, "en", loose) == {("T104", "zh.md")}
    assert told(s, "zh", s.text.zh.replace("不会", "会")) == {("T104", "en.md")}


@pytest.mark.parametrize(
    ("id_", "lang", "old", "new"),
    [
        ("protection.access", "zh", "要求他们", "必须要他们"),
        ("disclosure.law", "zh", "要求", "规定，我们必须服从的"),
        ("revision.notice", "en", "we will", "we may"),
    ],
)
def test_a_duty_or_leave_the_reading_does_not_quote_is_told(
    id_: str, lang: Lang, old: str, new: str
) -> None:
    (s,) = (s for s in SENTENCES if s.id == id_)
    assert ("T105", LANG_FILES[lang]) in told(s, lang, s.text[lang].replace(old, new))


def test_a_list_that_outgrew_its_quotation_is_told() -> None:
    (s,) = (s for s in SENTENCES if s.id == "revision.major.control")
    longer = s.text.en.replace("bankruptcy,", "bankruptcy, restructuring,")
    assert ("T106", "zh.md") in told(s, "en", longer)
