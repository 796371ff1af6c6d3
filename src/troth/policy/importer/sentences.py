"""Where sentences end, in English and Chinese; where a semicolon parts two whole clauses."""
# ruff: noqa: SIM905 - a list of words reads better as a sentence

import re
from typing import Final

from troth.policy.marks import split_mark
from troth.policy.words import Lang

_OPENERS: Final = {
    "(": ")",
    "[": "]",
    "（": "）",
    "【": "】",
    "“": "”",
    "「": "」",
    "『": "』",
    "《": "》",
}
_CLOSERS: Final = frozenset(_OPENERS.values())
_BRACKETS: Final = re.compile('["' + re.escape("".join([*_OPENERS, *_CLOSERS])) + "]")
_END: Final = {
    "en": re.compile(r"(?:[.!?]+|…+|[。！？]+)[\"'”’)\]）]*(?=\s|$)|[。！？]+[”’」』）】\"]*"),
    "zh": re.compile(
        r"[。！？!?]+[”’」』）】)\"]*|(?<=[\u3400-\u9fff）”])\.[”’」』）】)\"]*(?![A-Za-z0-9.])"
        r"|(?<=[A-Za-z0-9)\"])\.(?=\s+[\u3400-\u9fffA-Z“「（《]|\s*$)"
    ),
}
_ABBREVIATIONS: Final = frozenset(
    "e.g i.e cf vs viz mr mrs ms dr prof st no nos art arts sec secs fig figs vol pp approx ca"
    " dept est rev gen hon eds ed al para paras reg regs cl ch".split()
)
# These end a sentence as often as not: they do where what follows begins one.
_MAYBE_LAST: Final = frozenset(
    "etc inc ltd co corp llc plc u.s u.k u.n e.u u.s.a a.m p.m jr sr ph.d d.c".split()
)
_STARTERS: Final = frozenset(
    "We You The This These Those That They Their It Its If When Where While Our Your In On At"
    " For To By As From With Such Please However Some Any All Each Every Other Under Upon Once"
    " After Before Because Although Unless Until Therefore Moreover Furthermore Additionally No"
    " Not Users Data Information Cookies There Here Personal Most Many Both Only Also And But"
    " Or".split()
)
_VISIBLE: Final = re.compile(r"\S")
_WORD_BEFORE: Final = re.compile(r"([A-Za-z](?:[A-Za-z.]*[A-Za-z])?)$")

_SUBJECT_EN: Final = re.compile(
    r"\b(?:we|you|they|it|he|she|i)\b(?:\s+\w+ly)?\s+(?!and\b|or\b|with\b|to\b|in\b|for\b)[a-z']+"
    r"|\b\w+\s+(?:\w+ly\s+)?(?:will|may|can|must|shall|should|would|is|are|was|were|has"
    r"|have|do|does)\b",
    re.IGNORECASE,
)
_SUBJECT_ZH: Final = re.compile(
    r"(?:我们|我方|您|你|用户|他们|其|数据|信息|公司|本政策|[Cc]ookies?)"
    r"[^，,。；;]{0,30}?(?:将|会|可以|可能|可|应|须|必须|能|需|不|是|有|已|正在|收集|使用|提供|披露|共享|存储|删除|允许)"
)


def sentence_ends(text: str, lang: Lang) -> list[int]:
    """Return the offset after each sentence; the last is the length of the text.

    An end inside brackets or quotes does not part, unless the brackets hold whole sentences.
    """
    shelters = _shelters(text)
    head = len(text) - len(split_mark(text)[1])
    ends: list[int] = []
    start = 0
    for found in _END[lang].finditer(text):
        if found.start() < head or found.end() <= start:
            continue
        if _sheltered(text, found, shelters, start, lang) or not _really_ends(text, found, lang):
            continue
        if _VISIBLE.search(text, found.end()) is None:
            break
        ends.append(found.end())
        start = found.end()
    return [*ends, len(text)]


def _really_ends(text: str, found: re.Match[str], lang: Lang) -> bool:
    stop = found.group()
    rest = text[found.end() : found.end() + 40].lstrip()
    if stop[0] in "。！？":
        return True
    if lang == "zh" and stop[0] != ".":
        return found.end() == len(text) or not text[found.end()].isascii()
    if rest and (rest[0].islower() or rest[0] in ",;:)"):
        return False
    return stop[0] != "." or stop.startswith("..") or _full_stop(text, found.start(), rest)


def _full_stop(text: str, at: int, rest: str) -> bool:
    """Tell a full stop from the point of an abbreviation."""
    before = _WORD_BEFORE.search(text, max(0, at - 20), at)
    word = before.group(1) if before else ""
    if word.lower() in _MAYBE_LAST:
        return rest.partition(" ")[0].strip("“\"'(,") in _STARTERS
    if word.lower() in {"no", "nos"}:
        return not rest[:1].isdigit()
    return word.lower() not in _ABBREVIATIONS and not (len(word) == 1 and word.isupper())


def _shelters(text: str) -> list[tuple[int, int]]:
    """Return the outermost matched pairs of brackets and quotes as (open, close) offsets."""
    stack: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    straight = -1
    for found in _BRACKETS.finditer(text):
        sign, at = found.group(), found.start()
        if sign == '"':
            if straight < 0:
                straight = at
            else:
                pairs.append((straight, at))
                straight = -1
        elif sign in _OPENERS:
            stack.append((_OPENERS[sign], at))
        else:
            depth = next((i for i in reversed(range(len(stack))) if stack[i][0] == sign), -1)
            if depth >= 0:
                pairs.append((stack[depth][1], at))
                del stack[depth:]
    return sorted(pairs)


def _sheltered(
    text: str, found: re.Match[str], shelters: list[tuple[int, int]], start: int, lang: Lang
) -> bool:
    for opened, closed in shelters:
        if opened > found.start():
            break
        if closed < found.start():
            continue
        if found.end() <= closed:
            return True
        whole = not text[start:opened].strip()
        if not (whole or (lang == "en" and text[opened] in '"“')):
            return True
    return False


def clause_ends(text: str) -> list[int]:
    """Return the offset after each semicolon outside brackets and quotes."""
    if ";" not in text and "；" not in text:
        return []
    shelters = _shelters(text)
    return [
        found.end()
        for found in re.finditer(r"[;；]", text)
        if not any(opened < found.start() < closed for opened, closed in shelters)
        and text[found.end() :].strip()
    ]


def is_clause(text: str, lang: Lang) -> bool:
    """Tell whether a piece of a sentence has a subject and a verb of its own."""
    return (_SUBJECT_EN if lang == "en" else _SUBJECT_ZH).search(text) is not None


_ACT: Final = {
    "en": re.compile(
        r"\s*(?:(?:for example|for instance|in addition|furthermore|moreover|however|therefore"
        r"|also|in particular|where necessary|if necessary),?\s+)?(?:we|you|i)\s+[a-z]",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"\s*(?:(?:例如|比如|此外|另外|同时|因此|但是|但|并且|其中|必要时)[，,、]?\s*)?(?:我们|我方|本公司|您|你)(?!的)"
    ),
}


def is_own_act(text: str, lang: Lang) -> bool:
    """Tell whether a sentence states an act of its own: its subject is `we` or `you`."""
    return _ACT[lang].match(text) is not None
