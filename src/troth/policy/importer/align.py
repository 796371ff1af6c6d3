"""Two sequences, one in each language, set side by side: by role, number, length, shared tokens."""

import math
import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from troth.policy.marks import split_mark

LETTERS_PER_HAN: Final = 3.0
"""English letters that say what one Chinese character says, on average."""

Pair = tuple[tuple[int, ...], tuple[int, ...]]
"""Which places of the one sequence stand beside which of the other; an empty side is unaligned."""

_GAP: Final = -0.6
_MERGE: Final = -0.5
_PLAUSIBLE: Final = -0.9
_NEVER: Final = -1e9
_BAND: Final = 40
_LENGTH_FLOOR: Final = 8  # short texts differ in length by chance
_WIDE: Final = re.compile("[\u2e80-\uffff]")
_TOKEN: Final = re.compile(r"https?://[^\s)）]+|[A-Za-z][A-Za-z]{2,}|[0-9]+(?:[.,][0-9]+)*")


class Feature(Struct, frozen=True):
    """What alignment looks at: a group only its own kind may meet, number, size, tokens.

    `size` is in English letters; `tokens` are lower-case words, numbers and addresses.
    """

    group: tuple[str, int]
    mark: str
    size: float
    tokens: frozenset[str]
    numbers: frozenset[str]


def feature(group: tuple[str, int], text: str) -> Feature:
    """Return the feature of one text."""
    mark = split_mark(text)[0]
    wide = len(_WIDE.findall(text))
    size = wide * LETTERS_PER_HAN + (len(text) - wide)
    found = [t.lower().rstrip("s.,") for t in _TOKEN.findall(text)]
    numbers = frozenset(t for t in found if t[:1].isdigit())
    return Feature(group, _digits(mark), size, frozenset(found), numbers)


def _digits(mark: str) -> str:
    """Return a mark so that `1.` and `1、` are the same; other letters do not compare."""
    return ".".join(re.findall(r"[0-9]+", mark))


def score(a: Feature, b: Feature) -> float:
    """Return how well two texts go together: above 0 likely, far below 0 never."""
    if a.group != b.group:
        return _NEVER
    value = 1.0 - abs(math.log((a.size + _LENGTH_FLOOR) / (b.size + _LENGTH_FLOOR)))
    value += 0.4 * min(len(a.tokens & b.tokens), 3)
    if a.numbers and b.numbers and not a.numbers & b.numbers:
        value -= 0.5
    if a.mark and b.mark:
        value += 2.0 if a.mark == b.mark else -3.0
    return value


def align(
    first: Sequence[Feature], second: Sequence[Feature], *, merge: bool = False
) -> list[Pair]:
    """Return the pairs in order; every place of both sequences occurs exactly once.

    With `merge`, one may also stand beside two neighbours (a sentence translated as two).
    """
    if len(first) == len(second) and all(
        score(a, b) > _PLAUSIBLE for a, b in zip(first, second, strict=True)
    ):
        return [((i,), (i,)) for i in range(len(first))]
    return _best_path(first, second, merge=merge)


def _best_path(first: Sequence[Feature], second: Sequence[Feature], *, merge: bool) -> list[Pair]:
    """Find the best path by dynamic programming in a band about the diagonal."""
    rows, columns = len(first), len(second)
    width = _BAND + abs(rows - columns)
    steps = [(1, 1), (1, 0), (0, 1)] + ([(2, 1), (1, 2)] if merge else [])
    best: list[dict[int, tuple[float, tuple[int, int]]]] = []
    for i in range(rows + 1):
        row: dict[int, tuple[float, tuple[int, int]]] = {}
        best.append(row)
        middle = i * columns // rows if rows else 0
        low, high = (0, columns) if not rows else (max(0, middle - width), middle + width)
        for j in range(low, min(columns, high) + 1):
            if i == j == 0:
                row[0] = (0.0, (0, 0))
                continue
            row[j] = max(_reached(best, i, j, steps, first, second), default=(_NEVER, (1, 0)))
    return _walk_back(best, rows, columns)


def _reached(
    best: list[dict[int, tuple[float, tuple[int, int]]]],
    i: int,
    j: int,
    steps: list[tuple[int, int]],
    first: Sequence[Feature],
    second: Sequence[Feature],
) -> list[tuple[float, tuple[int, int]]]:
    found = []
    for down, right in steps:
        if i < down or j < right or (before := best[i - down].get(j - right)) is None:
            continue
        if not down or not right:
            gain = _GAP
        else:
            a = _joined(first[i - down : i])
            b = _joined(second[j - right : j])
            gain = score(a, b) + (_MERGE if down + right > 2 else 0.0)  # noqa: PLR2004 - one and one
        found.append((before[0] + gain, (down, right)))
    return found


def _joined(features: Sequence[Feature]) -> Feature:
    if len(features) == 1:
        return features[0]
    a, b = features
    return Feature(a.group, a.mark, a.size + b.size, a.tokens | b.tokens, a.numbers | b.numbers)


def _walk_back(
    best: list[dict[int, tuple[float, tuple[int, int]]]], rows: int, columns: int
) -> list[Pair]:
    pairs: list[Pair] = []
    i, j = rows, columns
    while i or j:
        down, right = best[i][j][1] if j in best[i] else (1, 0)
        down, right = min(down, i), min(right, j)
        if not down and not right:
            down, right = (1, 0) if i else (0, 1)
        pairs.append((tuple(range(i - down, i)), tuple(range(j - right, j))))
        i, j = i - down, j - right
    return pairs[::-1]
