"""How a rewording reads: editorial (and why), or with a modal, negation, number or limit changed.

Where it is open whether a change is a misprint or another word, it is another word: a misprint
takes effect without notice.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Final, Literal

from msgspec import Struct
from rapidfuzz.distance import DamerauLevenshtein, LCSseq

from troth.policy.change import Mark
from troth.policy.diff.marks import HAN, content, marks, said, tokens
from troth.policy.diff.unlike import (
    HAN_CONFUSED,
    HAN_NEGATING,
    HAN_WEIGHTY,
    NEGATING_PREFIXES,
    WEIGHTY_WORDS,
)
from troth.policy.lexicon import terms
from troth.policy.words import LANGS, Lang, Text

Editorial = Literal["presentation", "link", "misprint"]

MISPRINT_DISTANCE: Final = 2
SHORT_WORD_LETTERS: Final = 8
"""Words below this many letters may differ in one place only: in short ones two make another."""
SHORTEST_WORD_LETTERS: Final = 3

_HAN_CHARACTER: Final = re.compile(f"[{HAN}]")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")


class Wording(Struct, frozen=True):
    """What changed between two wordings.

    `editorial` is why the change is editorial, None if it is not; `risky` names the modals,
    negations, numbers and limits that changed; `words` marks the languages that differ.
    """

    editorial: Editorial | None
    risky: tuple[str, ...]
    words: Mapping[Lang, tuple[Mark, ...]]


class Vocabulary:
    """Which words a policy uses: those of its register, and those of its sentences."""

    def __init__(
        self, terms: Iterable[Text | str], old: Iterable[Text], new: Iterable[Text]
    ) -> None:
        """Take the register's labels and ids, and the sentences of the old and the new version."""
        self._terms = tuple(terms)
        self._old = tuple(old)
        self._new = tuple(new)

    @cached_property
    def register(self) -> frozenset[str]:
        """Words and pairs of Chinese characters that stand in a label or an id."""
        texts = [t if isinstance(t, str) else f"{t.zh} {t.en}" for t in self._terms]
        return frozenset(
            piece
            for text in texts
            for piece in _pieces(text.replace("-", " ").replace("_", " "))
            if piece not in _LINKING_WORDS
        )

    def exchanged(self, old: str, new: str) -> bool:
        """Say whether both words live on in the text: then one was put for the other on purpose."""
        return self._stands(old, self._new_text) and self._stands(new, self._old_text)

    def knows(self, piece: str) -> bool:
        """Say whether some characters stand side by side in both versions."""
        return piece in self._old_text and piece in self._new_text

    @staticmethod
    def _stands(word: str, text: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None

    @cached_property
    def _old_text(self) -> str:
        return _joined(self._old)

    @cached_property
    def _new_text(self) -> str:
        return _joined(self._new)


class _Reading(Struct, frozen=True):
    """One language of a rewording: its text, its tokens, and what the tokens say."""

    text: str
    tokens: list[str]
    said: list[str]


def compare(old: Text, new: Text, vocabulary: Vocabulary) -> Wording:
    """Read the change between two texts in each language; the weightier language decides."""
    pairs = {x: (_read(old[x]), _read(new[x])) for x in LANGS if old[x] != new[x]}
    found = [_editorial(*pair, vocabulary) for pair in pairs.values()]
    editorial = None if None in found or not found else max(found, key=_weight)
    risky: list[str] = []
    if editorial is None:
        for lang, pair in pairs.items():
            risky += _risky(*pair, lang)
    words = {lang: marks(*(p.tokens for p in pair)) for lang, pair in pairs.items()}
    return Wording(editorial, tuple(dict.fromkeys(risky)), words)


def _read(text: str) -> _Reading:
    cut = tokens(text)
    return _Reading(text, cut, said(cut))


def presentation_only(old: Text, new: Text) -> bool:
    """Say whether two texts differ in white space, punctuation, case and width at most."""
    return all(said(tokens(old[lang])) == said(tokens(new[lang])) for lang in LANGS)


def _weight(reason: Editorial | None) -> int:
    return ("presentation", "link", "misprint").index(reason or "presentation")


def _editorial(old: _Reading, new: _Reading, vocabulary: Vocabulary) -> Editorial | None:
    if old.said == new.said:
        links = ([w for w in reading.tokens if _is_link(w)] for reading in (old, new))
        return "link" if next(links) != next(links) else "presentation"
    if abs(len(old.said) - len(new.said)) <= 1 and _misprint(old.said, new.said, vocabulary):
        return "misprint"
    return None


def _is_link(token: str) -> bool:
    return content(token).startswith("link:")


def _misprint(before: list[str], after: list[str], vocabulary: Vocabulary) -> bool:
    start = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), None)
    if start is None:  # one says a word more at its end
        start = min(len(before), len(after))
    ends = zip(reversed(before[start:]), reversed(after[start:]), strict=False)
    tail = next((i for i, (a, b) in enumerate(ends) if a != b), None)
    if tail is None:
        tail = min(len(before), len(after)) - start
    old, new = before[start : len(before) - tail], after[start : len(after) - tail]
    if len(old) == len(new) == 1 and not _HAN_CHARACTER.search(old[0] + new[0]):
        return _word_misprint(old[0], new[0], vocabulary)
    around = (before[start - 1] if start else "", before[len(before) - tail] if tail else "")
    return _han_misprint("".join(old), "".join(new), around, vocabulary)


def _word_misprint(old: str, new: str, vocabulary: Vocabulary) -> bool:
    shorter, longer = sorted((old, new), key=len)
    allowed = MISPRINT_DISTANCE if len(longer) >= SHORT_WORD_LETTERS else 1
    return (
        all(_WORD.fullmatch(w) for w in (old, new))
        and len(shorter) >= SHORTEST_WORD_LETTERS
        and (old[0] == new[0] or old[:2] == new[1::-1])
        and DamerauLevenshtein.distance(old, new, score_cutoff=allowed) <= allowed
        and not _weighty({old, new}, vocabulary)
        and not _negates(old, new)
        and not vocabulary.exchanged(old, new)
    )


def _weighty(words: set[str], vocabulary: Vocabulary) -> bool:
    return bool(
        words & WEIGHTY_WORDS or words & vocabulary.register or any(terms(w, "en") for w in words)
    )


def _negates(old: str, new: str) -> bool:
    shorter, longer = sorted((old, new), key=len)
    return any(
        longer.startswith(p) and longer.removeprefix(p) == shorter for p in NEGATING_PREFIXES
    )


def _han_misprint(old: str, new: str, around: tuple[str, str], vocabulary: Vocabulary) -> bool:
    """Say whether Chinese characters were misprinted: one for another, doubled, or two swapped."""
    if not _HAN_CHARACTER.search(old or new) or set(old + new) & HAN_WEIGHTY:
        return False
    left, right = around
    pieces = [{a + b for a, b in pairwise((left, *text, right))} for text in (old, new)]
    if (pieces[0] | pieces[1]) & vocabulary.register:
        return False
    if not old or not new:  # a character doubled by mistake
        return (old or new) in around
    if len(old) == len(new) == MISPRINT_DISTANCE:  # two characters swapped
        return old == new[::-1]
    return len(old) == len(new) == 1 and (
        frozenset((old, new)) in HAN_CONFUSED
        # one of the two readings is a word this policy uses, the other is none
        or any(map(vocabulary.knows, pieces[0])) != any(map(vocabulary.knows, pieces[1]))
    )


def _risky(old: _Reading, new: _Reading, lang: Lang) -> list[str]:
    before, after = (list(_term_keys(reading.text, lang)) for reading in (old, new))
    if before != after:
        return _unmatched(before, after)
    lost, gained = Counter(old.said), Counter(new.said)
    if lang == "zh":
        return [c for c in HAN_NEGATING if lost[c] != gained[c]]
    one_sided = [*(lost - gained), *(gained - lost)]
    return [w for w in one_sided if any(_negates(w, other) for other in one_sided)]


def _term_keys(text: str, lang: Lang) -> Iterator[str]:
    for term in terms(text, lang):
        yield term.value if term.kind == "number" else term.word.lower().replace("’", "'")


def _unmatched(before: list[str], after: list[str]) -> list[str]:
    """Return the terms that do not stand in both texts in the same order."""
    unmatched: list[str] = []
    for op in LCSseq.opcodes(before, after):
        if op.tag != "equal":
            unmatched += before[op.src_start : op.src_end] + after[op.dest_start : op.dest_end]
    return unmatched


def _pieces(text: str) -> Iterator[str]:
    """Yield the words of a text and each pair of neighbouring Chinese characters."""
    words = said(tokens(text))
    yield from (w for w in words if _WORD.fullmatch(w))
    for a, b in pairwise(words):
        if _HAN_CHARACTER.fullmatch(a) and _HAN_CHARACTER.fullmatch(b):
            yield a + b


def _joined(texts: Iterable[Text]) -> str:
    lines = (text[lang] for text in texts for lang in LANGS)
    return unicodedata.normalize("NFKC", "\n".join(lines)).casefold()


_LINKING_WORDS: Final = frozenset(
    {"a", "an", "the", "of", "and", "or", "to", "in", "on", "for", "by"}
)
"""Words of a label that are no terms: `the` in a label does not make `the` a term."""
