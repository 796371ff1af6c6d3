"""The few words that decide what a sentence promises: modals, negations, limits and numbers.

Word lists per language, and `terms` to find them in a text. The compiler compares the two
languages with them, the diff two versions. Words that only look like a term (`不同`, `第三方`,
`one` without a unit) are named too, so that they are passed over.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from msgspec import Struct

from troth.policy.numerals import NUMBER, number_value
from troth.policy.words import Lang

Force = Literal["must", "should", "will", "may"]
TermKind = Literal["modal", "negation", "limit", "number"]

MODALS: Final[Mapping[Lang, Mapping[Force, tuple[str, ...]]]] = {
    "en": {
        "must": (
            "must",
            "shall",
            "have to",
            "has to",
            "need to",
            "needs to",
            "be required to",
            "is required to",
            "are required to",
        ),
        "should": ("should", "ought to", "recommend", "recommends", "advise", "advises"),
        "will": ("will", "would", "going to"),
        "may": ("may", "might", "can", "could", "be able to", "is able to", "are able to"),
    },
    "zh": {
        "must": ("必须", "应当", "务必", "必需", "须", "需要", "需", "应", "要求"),
        "should": ("建议", "最好", "宜"),
        "will": ("将会", "将", "会"),
        "may": ("可以", "可能", "能够", "有权", "允许", "可", "能"),
    },
}
"""Modal words by what they commit to: a duty, advice, an intention, a possibility or leave."""

NEGATIONS: Final[Mapping[Lang, tuple[str, ...]]] = {
    "en": (
        "not",
        "no",
        "never",
        "none",
        "nor",
        "neither",
        "nothing",
        "nobody",
        "without",
        "cannot",
        "can't",
        "refuse",
        "refuses",
        "refrain",
        "prohibit",
        "prohibits",
        "prohibited",
        "forbid",
        "forbids",
        "forbidden",
    ),
    "zh": ("不", "没有", "没", "无", "未", "非", "勿", "禁止", "严禁", "拒绝", "绝不"),
}
"""Words that turn a sentence round (with `n't` in English, see `terms`)."""

LIMITS: Final[Mapping[Lang, tuple[str, ...]]] = {
    "en": (
        "only",
        "solely",
        "exclusively",
        "strictly",
        "at most",
        "at least",
        "up to",
        "no more than",
        "not more than",
        "no less than",
        "not exceed",
        "within",
        "until",
        "unless",
        "except",
        "other than",
        "not limited to",
        "limited to",
        "minimum",
        "maximum",
        "before",
        "after",
        "immediately",
        "promptly",
        "always",
        "all",
        "any",
        "each",
        "every",
        "explicit",
        "prior",
    ),
    "zh": (
        "仅限于",
        "不限于",
        "仅",
        "只有",
        "只",
        "唯一",
        "严格",
        "最多",
        "最少",
        "至多",
        "至少",
        "不超过",
        "不少于",
        "不低于",
        "不多于",
        "以内",
        "之内",
        "以上",
        "以下",
        "之外",
        "除外",
        "除非",
        "直到",
        "直至",
        "截至",
        "之前",
        "以前",
        "之后",
        "以后",
        "立即",
        "及时",
        "始终",
        "所有",
        "任何",
        "全部",
        "一切",
        "每个",
        "每一",
        "明确",
        "事先",
    ),
}
"""Words that bound a promise: how much, how long, whom, on which condition."""

PASSED_OVER: Final[Mapping[Lang, tuple[str, ...]]] = {
    "en": ("no longer than necessary", "whether or not", "no one", "not only", "cannot but"),
    "zh": (
        "不同",
        "不断",
        "不当",
        "不良",
        "不便",
        "不仅",
        "不但",
        "不论",
        "不管",
        "不可抗力",
        "无论",
        "无线",
        "无障碍",
        "未来",
        "未成年",
        "未经授权",
        "非常",
        "非法",
        "响应",
        "相应",
        "应用",
        "应急",
        "供应",
        "对应",
        "适应",
        "反应",
        "应对",
        "功能",
        "智能",
        "性能",
        "能力",
        "能源",
        "许可",
        "可靠",
        "认可",
        "会员",
        "会话",
        "社会",
        "机会",
        "会议",
        "委员会",
        "需求",
        "必要",
        "只读",
        "适宜",
        "将来",
    ),
}
"""Words that hold the letters of a term and are none; a parity check passes over them."""


class Term(Struct, frozen=True):
    """One term found in a text: its kind, its place (`start` to `end`) and what it says.

    `value` compares across languages: the force of a modal, the number in digits, the word itself
    for negations (always `not`) and limits.
    """

    kind: TermKind
    start: int
    end: int
    word: str
    value: str


def terms(text: str, lang: Lang) -> tuple[Term, ...]:
    """Return the modals, negations, limits and numbers of a text, in order, not overlapping."""
    folded = text.lower()
    if len(folded) != len(text):  # a few letters grow when lowered; places must stay true
        folded = text
    return tuple(_terms(text, folded.replace("’", "'"), lang))


def numbers(text: str, lang: Lang) -> tuple[str, ...]:
    """Return the numbers of a text as plain digits, in order (`三十` and `thirty` give `30`)."""
    return tuple(t.value for t in terms(text, lang) if t.kind == "number")


def _terms(text: str, folded: str, lang: Lang) -> Iterator[Term]:
    known = _KNOWN[lang]
    for found in _PATTERNS[lang].finditer(folded):
        start, end = found.span()
        word = found.group()
        if found.lastgroup == "number":
            yield Term("number", start, end, text[start:end], number_value(word))
        elif (said := known[" ".join(word.split())]) is not None:
            yield Term(said[0], start, end, text[start:end], said[1])


def _said(lang: Lang) -> Mapping[str, tuple[TermKind, str] | None]:
    """Return what each listed word says; None for one that is passed over."""
    said: dict[str, tuple[TermKind, str] | None] = {}
    for force, words in MODALS[lang].items():
        said |= dict.fromkeys(words, ("modal", force))
    said |= dict.fromkeys(NEGATIONS[lang], ("negation", "not"))
    said |= {word: ("limit", word) for word in LIMITS[lang]}
    said |= dict.fromkeys(PASSED_OVER[lang])
    if lang == "en":
        said["n't"] = ("negation", "not")
    return said


def _trie(words: Iterable[str]) -> str:
    """Return one regular expression for all words, branching letter by letter (longest wins).

    A plain alternation of 150 words costs five times as much at each place of the text.
    """
    tails: dict[str, list[str]] = {}
    ends = False
    for word in words:
        if word:
            tails.setdefault(word[0], []).append(word[1:])
        else:
            ends = True
    if not tails:
        return ""
    branches = [(r"\s+" if c == " " else re.escape(c)) + _trie(t) for c, t in tails.items()]
    body = branches[0] if len(branches) == 1 and not ends else f"(?:{'|'.join(branches)})"
    return f"{body}?" if ends else body


def _pattern(lang: Lang) -> re.Pattern[str]:
    words = _trie(_KNOWN[lang])
    if lang == "en":
        words = rf"(?:(?<![a-z])|(?=n't)){words}(?![a-z])"
    return re.compile(f"(?P<number>{NUMBER[lang].pattern})|{words}")


_KNOWN: Final[Mapping[Lang, Mapping[str, tuple[TermKind, str] | None]]] = {
    "en": _said("en"),
    "zh": _said("zh"),
}
_PATTERNS: Final[Mapping[Lang, re.Pattern[str]]] = {"en": _pattern("en"), "zh": _pattern("zh")}
