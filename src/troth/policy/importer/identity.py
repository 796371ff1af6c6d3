"""The ids of statements: proposed from headings, kept when a statement moves or is edited."""
# ruff: noqa: SIM905 - a list of words reads better as a sentence

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rapidfuzz import fuzz

from troth.policy.document import Version
from troth.policy.importer.pieces import Entry
from troth.policy.marks import split_mark
from troth.policy.words import LANGS, StatementId

_WORD: Final = re.compile(r"[a-z0-9]+")
_STOP: Final = frozenset(
    "a about all also an and any are as at be been but by can do does following for from has"
    " have how i if in into is it its may more no not of on or other our ours please shall so"
    " such than that the their them then there these they this those to under upon us use used"
    " uses using was we what when where which who why will with would you your yours s t".split()
)
_HEADING_WORDS: Final = 3
_SENTENCE_WORDS: Final = 3
_WORD_CHARS_MAX: Final = 24
_SIMILAR_MIN: Final = 62.0
_CANDIDATES_MAX: Final = 4_000_000
"""Comparisons beyond which only texts of like length are compared."""


def identities(entries: Sequence[Entry], previous: Version | None) -> tuple[StatementId, ...]:
    """Return an id for each entry, all different, none of them ever used for another statement."""
    kept = _kept(entries, previous) if previous is not None else {}
    taken = set(kept.values())
    if previous is not None:
        taken.update(s.id for s in previous.statements)
        taken.update(StatementId(name) for name in previous.register.statement)
    return tuple(_proposed(entries, kept, taken))


def _proposed(
    entries: Sequence[Entry], kept: Mapping[int, StatementId], taken: set[StatementId]
) -> Iterator[StatementId]:
    section = ""
    last: dict[str, int] = {}
    for place, entry in enumerate(entries):
        known = kept.get(place)
        if known is None:
            known = _free(_name(entry, section), taken, last)
            taken.add(known)
        if entry.role == "heading":
            section = known
        yield known


def _name(entry: Entry, section: str) -> str:
    if entry.role == "heading":
        return _slug(split_mark(entry.plain("en"))[1], _HEADING_WORDS) or "s1"
    words = "lead" if entry.leads else _slug(split_mark(entry.plain("en"))[1], _SENTENCE_WORDS)
    return f"{section or 'preamble'}.{words or 's1'}"


def _slug(text: str, limit: int) -> str:
    """Return the first meaningful words of an English text, joined by dashes."""
    words = [word for word in _WORD.findall(text.lower().replace("'", "")) if word not in _STOP]
    return "-".join(word[:_WORD_CHARS_MAX] for word in words[:limit])


def _free(name: str, taken: set[StatementId], last: dict[str, int]) -> StatementId:
    """Return the name, numbered if taken; `last` keeps the number each name has come to."""
    if name not in taken:
        return StatementId(name)
    stem, number = re.sub(r"(?<=\bs)1$", "", name), last.get(name, 1) + 1
    dash = "" if stem != name else "-"
    while f"{stem}{dash}{number}" in taken:
        number += 1
    last[name] = number
    return StatementId(f"{stem}{dash}{number}")


def _kept(entries: Sequence[Entry], previous: Version) -> dict[int, StatementId]:
    """Return the ids that go on, by place: same text first, then the most alike."""
    old = _old_texts(previous)
    new = {place: (_fold(e.plain("zh")), _fold(e.plain("en"))) for place, e in enumerate(entries)}
    kept: dict[int, StatementId] = {}
    _match_exactly(old, new, kept)
    _match_one_language(old, new, kept)
    for _, place, name in sorted(_alike(old, new), reverse=True):
        if place in new and name in old:
            kept[place] = name
            del new[place], old[name]
    return kept


Texts = tuple[str, str]


def _old_texts(previous: Version) -> dict[StatementId, Texts]:
    """Return the folded texts (zh, en) of each statement, with its printed mark."""
    marks: dict[tuple[str, StatementId], str] = {
        (lang, line.id): line.mark if split_mark(f"{line.mark} x")[0] else ""
        for lang in LANGS
        for line in previous.lines.get(lang, ())
    }
    return {
        s.id: (
            _fold(marks.get(("zh", s.id), "") + s.text.zh),
            _fold(marks.get(("en", s.id), "") + s.text.en),
        )
        for s in previous.statements
    }


def _fold(text: str) -> str:
    """Return a text without white space, Markdown signs, its number and case."""
    bare = re.sub(r"\]\([^)\s]*\)|[\s*_`\\\[\]|]", "", split_mark(text.strip())[1])
    return bare.lower()


def _match_exactly(
    old: dict[StatementId, Texts], new: dict[int, Texts], kept: dict[int, StatementId]
) -> None:
    by_text: dict[Texts, list[StatementId]] = {}
    for name, texts in old.items():
        by_text.setdefault(texts, []).append(name)
    for place, texts in list(new.items()):
        if names := by_text.get(texts):
            kept[place] = names.pop(0)
            del new[place], old[kept[place]]


def _match_one_language(
    old: dict[StatementId, Texts], new: dict[int, Texts], kept: dict[int, StatementId]
) -> None:
    for side in (0, 1):
        by_text: dict[str, list[StatementId]] = {}
        for name, texts in old.items():
            by_text.setdefault(texts[side], []).append(name)
        for place, texts in list(new.items()):
            names = by_text.get(texts[side], []) if texts[side] else []
            if len(names) == 1:
                kept[place] = names.pop()
                del new[place], old[kept[place]]


def _alike(
    old: Mapping[StatementId, Texts], new: Mapping[int, Texts]
) -> Iterator[tuple[float, int, StatementId]]:
    narrow = len(old) * len(new) > _CANDIDATES_MAX
    for place, texts in new.items():
        for name, before in old.items():
            if narrow and abs(len(texts[1]) - len(before[1])) > len(before[1]) // 4:
                continue
            ratios = [fuzz.ratio(a, b) for a, b in zip(texts, before, strict=True) if a and b]
            likeness = sum(ratios) / len(ratios) if ratios else 0.0
            if likeness >= _SIMILAR_MIN:
                yield likeness, place, name
