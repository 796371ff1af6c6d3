"""Do the languages say the same: numbers, dates, negation, modality, lists, links?

A `reading` on the statement says which of two senses holds. It settles a modal word, or two lists,
that it quotes (“…”), and nothing else: a sentence with a reading can still be turned round in one
language. No reading settles a negation, a number, a date or a link.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from troth.policy.check.scope import Phrase, Scope
from troth.policy.codes import Place, finding
from troth.policy.diagnostic import Diagnostic
from troth.policy.lexicon import Term, TermKind, terms
from troth.policy.numerals import number_value
from troth.policy.reader.files import LANG_FILES
from troth.policy.words import Lang, mark

_MONTH: Final = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
)
_DATE: Final[Mapping[Lang, re.Pattern[str]]] = {
    "en": re.compile(
        r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"
        rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>{_MONTH})\s+(?P<y2>\d{{4}})"
        rf"|(?P<m3>{_MONTH})\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y3>\d{{4}})",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"
        r"|(?P<y2>\d{4})\s*年\s*(?P<m2>\d{1,2})\s*月\s*(?P<d2>\d{1,2})\s*日"
    ),
}
_TARGET: Final = re.compile(
    r"\]\(\s*<?([^)\s>]+)|((?:https?://|mailto:)[^\s<>()（），。；、\"'”]+)"
)
_LANG_SEGMENT: Final = re.compile(
    r"(?<=[/=])(?:zh|en)(?:[-_](?:cn|hans|us|gb))?(?=[/?#&]|$)", re.IGNORECASE
)
_ENUMERATION_ZH: Final = re.compile(r"[^，。；：、,;:!?（）()]+(?:、[^，。；：、,;:!?（）()]+)+")
_ENUMERATION_EN: Final = re.compile(
    r"(?:[^,;:.()]+,\s+)+(?:(?:and|or|as well as)\s|etc\b)", re.IGNORECASE
)
_INTRODUCES: Final = re.compile(
    r"(?:such as|for example|for instance|including|namely|like|however|e\.g)[\s,]+",
    re.IGNORECASE,
)
_ANDS_ZH: Final = re.compile(r"以及|[和或及与]")
_QUOTED: Final = re.compile(r"[“「『\"]([^“”「」『』\"]+)[”」』\"]")
_WORDS_IN_AN_ITEM_MAX: Final = 8
_LONG_LIST: Final = 3
_ONE: Final = frozenset({"一", "one"})
"""The number one as a word: 一年 is “a year” as often as “one year”, so it is not compared."""


def parity(scope: Scope) -> Iterator[Diagnostic]:
    """Yield what one language says and the other does not."""
    for chinese, english in scope.pairs():
        yield from _numbers_and_dates(scope, chinese, english)
        if ("(" in chinese.line.text or "://" in chinese.line.text) or (
            "(" in english.line.text or "://" in english.line.text
        ):
            yield from _links(scope, chinese, english)
        if scope.statements[chinese.line.id].kind != "heading":
            yield from _negation(scope, chinese, english)
            yield from _modality(scope, chinese, english)
            yield from _lists(scope, chinese, english)


def _numbers_and_dates(scope: Scope, zh: Phrase, en: Phrase) -> Iterator[Diagnostic]:
    numbers = {p.lang: [t for t in p.terms if t.kind == "number"] for p in (zh, en)}
    if not numbers["zh"] and not numbers["en"]:
        return
    dates = {p.lang: dict(_dates(p)) for p in (zh, en)}
    said = {lang: Counter(found.values()) for lang, found in dates.items()}
    if said["zh"] != said["en"]:
        phrase, span = _excess(dates, said, zh, en)
        yield finding(
            "T103",
            scope.at(phrase, *span),
            mark("The dates of `%(id)s` differ: zh has %(zh)s, en has %(en)s."),
            mark("Write the same date in each language."),
            id=zh.line.id,
            zh=_listed(said["zh"]),
            en=_listed(said["en"]),
        )
    bare = {
        p.lang: {
            (t.start, t.end): t.value
            for t in numbers[p.lang]
            if not any(start <= t.start < end for start, end in dates[p.lang])
        }
        for p in (zh, en)
    }
    counts = {lang: Counter(found.values()) for lang, found in bare.items()}
    if any(p.text[start:end].lower() in _ONE for p in (zh, en) for start, end in bare[p.lang]):
        for count in counts.values():
            del count["1"]
    if counts["zh"] != counts["en"]:
        phrase, span = _excess(bare, counts, zh, en)
        yield finding(
            "T102",
            scope.at(phrase, *span),
            mark("The numbers of `%(id)s` differ: zh has %(zh)s, en has %(en)s."),
            mark("Write the same number in each language."),
            id=zh.line.id,
            zh=_listed(counts["zh"]),
            en=_listed(counts["en"]),
        )


Spans = Mapping[tuple[int, int], str]


def _excess(
    found: Mapping[Lang, Spans], counts: Mapping[Lang, Counter[str]], zh: Phrase, en: Phrase
) -> tuple[Phrase, tuple[int, int]]:
    """Return the phrase, and the place in it, of the first value the other language lacks."""
    for phrase, other in ((zh, en), (en, zh)):
        extra = counts[phrase.lang] - counts[other.lang]
        for span, value in found[phrase.lang].items():
            if value in extra:
                return phrase, span
    return zh, (0, len(zh.text))


def _dates(phrase: Phrase) -> Iterator[tuple[tuple[int, int], str]]:
    for found in _DATE[phrase.lang].finditer(phrase.text):
        parts = {k[0]: v for k, v in found.groupdict().items() if v}
        month = int(number_value(parts["m"]))
        yield found.span(), f"{parts['y']}-{month:02d}-{int(parts['d']):02d}"


def _listed(values: Counter[str]) -> str:
    return ", ".join(values.elements()) or "–"


def _links(scope: Scope, zh: Phrase, en: Phrase) -> Iterator[Diagnostic]:
    targets = {p.lang: Counter(_targets(p.line.text)) for p in (zh, en)}
    if targets["zh"] == targets["en"]:
        return
    lacking: Lang = "en" if targets["zh"] - targets["en"] else "zh"
    phrase = zh if lacking == "en" else en
    target = next(iter(targets[phrase.lang] - targets[lacking]))
    raw = scope.raw[LANG_FILES[phrase.lang]][phrase.line.at - 1]
    column = raw.find(target)
    place = scope.at(phrase)
    if column >= 0:
        place = Place(place.file, place.line, column + 1, column + len(target) + 1)
    yield finding(
        "T107",
        place,
        mark("`%(id)s` links to %(target)s here, and not in %(other)s."),
        mark("Give both languages the same links (a part `/zh/` or `/en/` may differ)."),
        id=phrase.line.id,
        target=target,
        other=LANG_FILES[lacking],
    )


def _targets(text: str) -> Iterator[str]:
    for found in _TARGET.finditer(text):
        yield _LANG_SEGMENT.sub("*", (found[1] or found[2]).rstrip(".,;:!?"))


def _negation(scope: Scope, zh: Phrase, en: Phrase) -> Iterator[Diagnostic]:
    for phrase, other, term in _one_sided(zh, en, "negation", "not"):
        yield finding(
            "T104",
            scope.at(phrase, term.start, term.end),
            mark("`%(id)s` says “%(word)s” here, and %(other)s negates nothing."),
            mark("Say the same in both; no `reading` settles who promises the opposite."),
            id=phrase.line.id,
            word=term.word,
            other=LANG_FILES[other.lang],
        )


def _modality(scope: Scope, zh: Phrase, en: Phrase) -> Iterator[Diagnostic]:
    """Compare duties and leave; an intention (`will`, 将) is often left unsaid in Chinese."""
    for force in ("must", "may"):
        for phrase, other, term in _one_sided(zh, en, "modal", force):
            if any(_says(quote, term, phrase.lang) for quote in _quotes(scope, phrase)):
                continue
            yield finding(
                "T105",
                scope.at(phrase, term.start, term.end),
                mark("`%(id)s` says “%(word)s” here, and %(other)s has no such word."),
                mark("Say the same in both, or quote “%(word)s” in a `reading` that settles it."),
                id=phrase.line.id,
                word=term.word,
                other=LANG_FILES[other.lang],
            )


def _one_sided(
    zh: Phrase, en: Phrase, kind: TermKind, value: str
) -> Iterator[tuple[Phrase, Phrase, Term]]:
    """Yield (phrase, the other, term) where one language has such a term and the other has none."""
    said = {p.lang: _first(p, kind, value) for p in (zh, en)}
    for phrase, other in ((zh, en), (en, zh)):
        term = said[phrase.lang]
        if term is not None and said[other.lang] is None:
            yield phrase, other, term


def _quotes(scope: Scope, phrase: Phrase) -> tuple[str, ...]:
    """Return what the statement's reading quotes of this phrase, in its language."""
    reading = scope.statements[phrase.line.id].reading
    if reading is None:
        return ()
    quoted = (found.group(1) for found in _QUOTED.finditer(reading[phrase.lang]))
    return tuple(quote for quote in quoted if quote.lower() in phrase.text.lower())


def _first(phrase: Phrase, kind: TermKind, value: str) -> Term | None:
    return next((t for t in phrase.terms if t.kind == kind and t.value == value), None)


def _says(quote: str, term: Term, lang: Lang) -> bool:
    """Tell whether a quotation holds the very word, not just its letters (可 of 可靠)."""
    return any(t.word.lower() == term.word.lower() for t in terms(quote, lang))


def _lists(scope: Scope, zh: Phrase, en: Phrase) -> Iterator[Diagnostic]:
    if "、" not in zh.text and "," not in en.text:
        return
    chinese, english = _longest_zh(zh.text), _longest_en(en.text)
    if min(chinese, english) == 1 or max(chinese, english) < _LONG_LIST or chinese == english:
        return
    zh_settled = any(_longest_zh(quote) == chinese for quote in _quotes(scope, zh))
    en_settled = any(_longest_en(quote) == english for quote in _quotes(scope, en))
    if not (zh_settled and en_settled):
        yield finding(
            "T106",
            scope.at(zh),
            mark("The list in `%(id)s` has %(zh)s parts in zh and %(en)s in en."),
            mark(
                "Name the same things in both, or quote both lists in a `reading` that settles it."
            ),
            id=zh.line.id,
            zh=chinese,
            en=english,
        )


def _longest_zh(text: str) -> int:
    """Return the length of the longest enumeration; 1 for none."""
    lengths = [1]
    for found in _ENUMERATION_ZH.finditer(text):
        parts = found.group().split("、")
        lengths.append(len(parts) + bool(_ANDS_ZH.search(parts[-1])))
    if len(lengths) == 1 and _ANDS_ZH.search(text):
        return 2
    return max(lengths)


def _longest_en(text: str) -> int:
    """Return the length of the longest enumeration with commas; 2 for a bare `and`; 1 for none."""
    lengths = [1]
    for found in _ENUMERATION_EN.finditer(_INTRODUCES.sub("; ", text)):
        closed = found.group().lower().endswith("etc")
        parts = found.group().split(",")[:-1]
        short = 0
        for part in reversed(parts[1:]):
            if len(part.split()) > _WORDS_IN_AN_ITEM_MAX:
                break
            short += 1
        lengths.append(short + 1 + (not closed))
    if len(lengths) == 1 and re.search(r"\b(?:and|or)\b", text):
        return 2
    return max(lengths)
