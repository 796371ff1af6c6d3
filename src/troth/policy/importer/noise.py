"""What stands in a text by accident of copying: found with its place, and taken out."""
# ruff: noqa: SIM905 - a list of words reads better as a sentence

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final, Literal

import ftfy
from ftfy.badness import badness
from msgspec import Struct

NoiseKind = Literal[
    "foreign-character", "broken-tag", "invisible", "unreadable", "mojibake", "doubled"
]

_CONTEXT_CHARS: Final = 12
_HAN: Final = "\u3400-\u9fff"
_TAG_NAMES: Final = "p|br|div|span|b|i|u|s|em|strong|ul|ol|li|td|tr|th|table|h[1-6]|font|a"
# A tag with something foreign in it, in any format.
_BROKEN_TAG: Final = re.compile(
    rf"</?\s*[{_HAN}\ufffd?]\s*/?(?:{_TAG_NAMES})?\s*/?>|<\s+/?(?:{_TAG_NAMES})\s*/?>",
    re.IGNORECASE,
)
_STRAY_TAG: Final = re.compile(rf"</?(?:{_TAG_NAMES})\s*/?>", re.IGNORECASE)
# Zero-width and control characters; a joiner between pictures or in other scripts is no noise.
_INVISIBLE: Final = re.compile(
    "[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
    rf"|(?<=[{_HAN}A-Za-z0-9 ])[\u200c\u200d]|[\u200c\u200d](?=[{_HAN}A-Za-z0-9 ])"
)
_UNREADABLE: Final = re.compile("\ufffd+")
# One Chinese character glued to a Latin word, with no other beside it.
_IN_LATIN: Final = re.compile(
    rf"(?<=[A-Za-z])(?<![{_HAN}])[{_HAN}](?=[ A-Za-z,.;:)]|$)(?! ?[{_HAN}])"
    rf"|(?<![{_HAN}])(?<![{_HAN}] )(?<=[ (])[{_HAN}](?=[A-Za-z])",
    re.MULTILINE,
)
# A character between two Chinese ones with a space behind it: Chinese has no spaces.
_IN_HAN: Final = re.compile(rf"(?<=[{_HAN}])(?P<sign>[{_HAN}]) +(?=[{_HAN}])")
# `第三条 隐私`: the space after a printed number is no stranger's.
_COUNTED: Final = re.compile("第[零〇一二两三四五六七八九十百0-9０-９]+$")
_SUSPECT_SHARE: Final = 0.5
_SUSPECT_PLACES_MIN: Final = 2


class Noise(Struct, frozen=True):
    """One piece of noise: what, the text itself, its 1-based place, some text around it.

    `removed` is false where it was left in the text: on demand, or because taking it out would
    lose words (mojibake).
    """

    kind: NoiseKind
    text: str
    file: str
    line: int
    column: int
    context: str
    removed: bool = True


def clean(text: str, file: str, *, markup: bool, keep: bool) -> tuple[str, tuple[Noise, ...]]:
    """Return the text without its noise, and the noise. Lines keep their numbers.

    `markup` says that tags belong to the format (HTML, Markdown). With `keep`, the text comes back
    as it was. Mojibake is named and left: what it stood for is a guess.
    """
    breaks = [found.start() for found in re.finditer("\n", text)]
    found = sorted(_found(text, markup=markup))
    noise: list[Noise] = []
    pieces: list[str] = []
    at = 0
    for start, end, kind in found:
        if start < at:
            continue
        removed = not keep and kind != "mojibake"
        noise.append(_noise(text, breaks, start, end, kind, file, removed=removed))
        if removed:
            pieces.append(text[at:start])
            at = end
    return "".join([*pieces, text[at:]]), tuple(noise)


def _noise(
    text: str, breaks: list[int], start: int, end: int, kind: NoiseKind, file: str, *, removed: bool
) -> Noise:
    line = bisect_right(breaks, start - 1) if start else 0
    begin = breaks[line - 1] + 1 if line else 0
    stop = breaks[line] if line < len(breaks) else len(text)
    context = text[max(begin, start - _CONTEXT_CHARS) : min(stop, end + _CONTEXT_CHARS)]
    return Noise(kind, text[start:end].strip(), file, line + 1, start - begin + 1, context, removed)


def _found(text: str, *, markup: bool) -> Iterator[tuple[int, int, NoiseKind]]:
    for pattern in (_BROKEN_TAG,) if markup else (_BROKEN_TAG, _STRAY_TAG):
        yield from ((f.start(), f.end(), "broken-tag") for f in pattern.finditer(text))
    yield from ((f.start(), f.end(), "invisible") for f in _INVISIBLE.finditer(text))
    yield from ((f.start(), f.end(), "unreadable") for f in _UNREADABLE.finditer(text))
    yield from _foreign(text)
    yield from _mojibake(text)


def _foreign(text: str) -> Iterator[tuple[int, int, NoiseKind]]:
    """Yield characters that belong to no word around them.

    A character seen inside Latin words or tags is a known intruder, and taken where a needless
    space follows it in Chinese. Without such a witness, it must stand so in several places with
    different neighbours: a word keeps its neighbours, an intruder does not.
    """
    in_latin = [f for f in _IN_LATIN.finditer(text) if _line_is_latin(text, f.start())]
    known = {f.group() for f in in_latin}
    for tag in _BROKEN_TAG.finditer(text):
        known.update(re.findall(rf"[{_HAN}]", tag.group()))
    in_han = [
        f
        for f in _IN_HAN.finditer(text)
        if not _COUNTED.search(text, max(0, f.start() - 8), f.start())
    ]
    words = _words_before_spaces(text, in_han)
    suspects = _suspects(text, in_han)
    for found in in_latin:
        yield found.start(), found.end(), "foreign-character"
    for found in in_han:
        pair = text[found.start() - 1 : found.start() + 1]
        following = found["sign"] + text[found.end()]
        if found["sign"] in suspects | known and words.isdisjoint({pair, following}):
            yield found.start(), found.end(), "foreign-character"


def _line_is_latin(text: str, at: int) -> bool:
    begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    line = text[max(begin, at - 200) : min(at + 200, end if end >= 0 else len(text))]
    han = len(re.findall(rf"[{_HAN}]", line))
    return han * 8 < len(re.findall(r"[A-Za-z]", line))


_COMMON_WORDS: Final = frozenset(
    "积极 消极 终极 太极 南极 北极 电极 阳极 阴极 两极 至极"
    " 极其 极大 极为 极端 极限 极少 极致 极力 极度 极易".split()
)


def _words_before_spaces(text: str, found: list[re.Match[str]]) -> frozenset[str]:
    """Return the character with a neighbour where both are a word: used elsewhere unparted."""
    pairs = {text[f.start() - 1 : f.start() + 1] for f in found}
    pairs |= {f["sign"] + text[f.end()] for f in found}
    return frozenset(
        pair
        for pair in pairs
        if pair in _COMMON_WORDS or re.search(rf"{pair}(?! +[{_HAN}])", text) is not None
    )


def _suspects(text: str, found: list[re.Match[str]]) -> frozenset[str]:
    before: dict[str, set[str]] = defaultdict(set)
    after: dict[str, set[str]] = defaultdict(set)
    places = Counter(f["sign"] for f in found)
    for f in found:
        before[f["sign"]].add(text[f.start() - 1])
        after[f["sign"]].add(text[f.end()])
    return frozenset(
        sign
        for sign, count in places.items()
        if len(before[sign]) >= _SUSPECT_PLACES_MIN
        and len(after[sign]) >= _SUSPECT_PLACES_MIN
        and count >= _SUSPECT_SHARE * text.count(sign)
        and count >= _SUSPECT_SHARE * len(found)
    )


def _mojibake(text: str) -> Iterator[tuple[int, int, NoiseKind]]:
    if not badness(text):
        return
    at = 0
    for line in text.split("\n"):
        if badness(line) and ftfy.fix_encoding(line) != line:
            yield from ((at + f.start(), at + f.end(), "mojibake") for f in _bad_runs(line))
        at += len(line) + 1


def _bad_runs(line: str) -> Iterator[re.Match[str]]:
    for run in re.finditer(r"[^\x00-\x7f]{2,}", line):
        if ftfy.fix_encoding(run.group()) != run.group():
            yield run
