"""Numbers as sentences write them, in each language, and their value in plain digits."""

import re
from collections.abc import Mapping
from typing import Final

from troth.policy.words import Lang

ZH_NUMERALS: Final = "零〇一二两三四五六七八九十百千万亿"
_ZH_DIGITS: Final = {d: i for i, d in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_ZH_SCALES: Final = {"十": 10, "百": 100, "千": 1000}
_ZH_MYRIADS: Final = {"万": 10_000, "亿": 100_000_000}
_EN_VALUES: Final = {
    "zero": 0,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_EN_ORDINALS: Final = {
    name: number
    for number, name in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"), 1
    )
}
_ROMAN: Final = {"i": 1, "v": 5, "x": 10, "l": 50}
_EN_SCALES: Final = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_EN_MONTHS: Final = {
    "january": 1,
    "february": 2,
    "march": 3,
    "april": 4,
    "may": 5,
    "june": 6,
    "july": 7,
    "august": 8,
    "september": 9,
    "october": 10,
    "november": 11,
    "december": 12,
}

_DIGITS: Final = r"[0-9０-９]+(?:[.,．，][0-9０-９]+)*"
_ZH_UNIT: Final = (
    r"(?:个?(?:工作日|自然日|月|小时|星期|季度)|[天日周年岁倍次位名项条款人元份步]|分钟|秒)"
)
# 一个 and its like are articles; 一 counts only before a unit of time or age.
_ZH_ONE_UNIT: Final = r"(?:个?(?:工作日|自然日|月|小时|星期|季度)|[天日周年岁倍]|分钟|秒)"
_EN_WORD: Final = "|".join(sorted((*_EN_VALUES, *_EN_SCALES), key=len, reverse=True))
_EN_UNIT: Final = r"(?:(?:business|working|calendar)\s+)?(?:second|minute|hour|day|week|month|year)"
_EN_MONTH: Final = "|".join(_EN_MONTHS)
# A part of a text has its number: 第三条 is Article 3, Article III or the third article; but
# 第三方, a third party, is no number.
_ZH_PART: Final = r"(?:部分|[条章节款项篇])"
_EN_PART: Final = r"(?:article|section|chapter|clause|paragraph)"

NUMBER: Final[Mapping[Lang, re.Pattern[str]]] = {
    "en": re.compile(
        rf"{_DIGITS}"
        rf"|(?<![a-z])(?:(?:{_EN_WORD})(?:(?:-|\s+(?:and\s+)?)(?:one|{_EN_WORD}))*"
        rf"|one(?=[\s-]+{_EN_UNIT})"
        rf"|(?:{'|'.join(_EN_ORDINALS)})(?=\s+{_EN_PART}(?![a-z]))"
        rf"|(?:(?<=article\s)|(?<=section\s)|(?<=chapter\s))[ivxl]{{1,6}}"
        rf"|(?:{_EN_MONTH})(?=\s+[0-9])|(?<=[0-9]\s)(?:{_EN_MONTH}))(?![a-z])",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        rf"{_DIGITS}"
        rf"|第[{ZH_NUMERALS}]+(?={_ZH_PART})"
        rf"|百分之[{ZH_NUMERALS}]+"
        rf"|(?<!第)(?!万一|一一|千万)[{ZH_NUMERALS}]{{2,}}(?:点[{ZH_NUMERALS}]+)?"
        rf"|(?<![第统唯单])一(?={_ZH_ONE_UNIT})"
        rf"|(?<!第)[二两三四五六七八九十百千](?=(?:个|种)?{_ZH_UNIT}|个|种)"
    ),
}
"""Numbers as they are written in each language: digits, `thirty-one`, `三十一`, month names."""


def number_value(word: str) -> str:
    """Return one written number as plain digits; a word that is no number comes back unchanged."""
    word = word.strip().casefold().removeprefix("百分之").removeprefix("第")
    if word[:1].isdecimal():
        return "".join(str(int(c)) if c.isdecimal() else c for c in word).replace(",", "")
    if named := _EN_MONTHS.get(word) or _EN_ORDINALS.get(word):
        return str(named)
    if word[:1] in ZH_NUMERALS:
        return _zh_value(word)
    if word and set(word) <= _ROMAN.keys():
        return str(_roman_value(word))
    return _en_value(word)


def _roman_value(word: str) -> int:
    values = [_ROMAN[c] for c in word]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def _zh_value(word: str) -> str:
    whole, _, fraction = word.partition("点")
    if len(whole) > 1 and not any(c in _ZH_SCALES or c in _ZH_MYRIADS for c in whole):
        digits = "".join(str(_ZH_DIGITS[c]) for c in whole)  # a year: 二〇二六
    else:
        digits = str(_zh_scaled(whole))
    return digits + ("." + "".join(str(_ZH_DIGITS.get(c, c)) for c in fraction) if fraction else "")


def _zh_scaled(word: str) -> int:
    total = section = digit = 0
    for c in word:
        if c in _ZH_DIGITS:
            digit = _ZH_DIGITS[c]
        elif c in _ZH_SCALES:
            section += (digit or 1) * _ZH_SCALES[c]
            digit = 0
        else:
            total = (total + section + digit or 1) * _ZH_MYRIADS[c]
            section = digit = 0
    return total + section + digit


def _en_value(word: str) -> str:
    total = section = 0
    for part in re.split(r"[\s-]+", word):
        if part == "one":
            section += 1
        elif part in _EN_VALUES:
            section += _EN_VALUES[part]
        elif part == "hundred":
            section = (section or 1) * 100
        elif part in _EN_SCALES:
            total += (section or 1) * _EN_SCALES[part]
            section = 0
        elif part != "and":
            return word
    return str(total + section)
