"""Two sequences, one in each language, set side by side: by role, number, length, shared tokens."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise
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
_LONG: Final = 500
_NARROW_BAND: Final = 12
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
    if a.tokens and b.tokens:
        value += 0.4 * min(len(a.tokens & b.tokens), 3)
    if a.numbers and b.numbers and a.numbers.isdisjoint(b.numbers):
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


Best = list[dict[int, tuple[float, tuple[int, int]]]]
"""By row, by column: the best value reached there, and the step that led there."""


def _best_path(first: Sequence[Feature], second: Sequence[Feature], *, merge: bool) -> list[Pair]:
    """Find the best path by dynamic programming in a band about the diagonal.

    Long sequences begin with a narrow band, which widens until the path keeps clear of its edges.
    """
    rows, columns = len(first), len(second)
    widest = _BAND + abs(rows - columns)
    steps = _steps(first, second, merge=merge)
    width = widest if rows < _LONG else _NARROW_BAND
    while width < widest:
        pairs = _walk_back(_reach_all(rows, columns, steps, width), rows, columns)
        if _strays(pairs, rows, columns) < width // 2:
            return pairs
        width *= 4
    return _walk_back(_reach_all(rows, columns, steps, widest), rows, columns)


def _strays(pairs: Sequence[Pair], rows: int, columns: int) -> int:
    """Return how far a path strays from the diagonal, in columns."""
    return max((abs(z[0] * columns // rows - e[0]) for z, e in pairs if z and e), default=columns)


def _reach_all(rows: int, columns: int, steps: "list[_Step]", width: int) -> Best:
    best: Best = []
    for i in range(rows + 1):
        row: dict[int, tuple[float, tuple[int, int]]] = {}
        best.append(row)
        middle = i * columns // rows if rows else 0
        low, high = (0, columns) if not rows else (max(0, middle - width), middle + width)
        for j in range(low, min(columns, high) + 1):
            if i == j == 0:
                row[0] = (0.0, (0, 0))
                continue
            row[j] = max(_reached(best, i, j, steps), default=(_NEVER, (1, 0)))
    return best


class _Step(Struct, frozen=True):
    """So many rows down and columns right, and what stands beside what where such a step ends.

    The sides are empty for a step that leaves one language alone.
    """

    down: int
    right: int
    first: Sequence[Feature] = ()
    second: Sequence[Feature] = ()


def _steps(first: Sequence[Feature], second: Sequence[Feature], *, merge: bool) -> list[_Step]:
    steps = [_Step(1, 1, first, second), _Step(1, 0), _Step(0, 1)]
    if merge:
        steps += [_Step(2, 1, _joined(first), second), _Step(1, 2, first, _joined(second))]
    return steps


def _reached(best: Best, i: int, j: int, steps: list[_Step]) -> list[tuple[float, tuple[int, int]]]:
    found = []
    for step in steps:
        down, right = step.down, step.right
        if i < down or j < right or (before := best[i - down].get(j - right)) is None:
            continue
        if not step.first:
            gain = _GAP
        else:
            gain = score(step.first[i - down], step.second[j - right])
            gain += _MERGE if down + right > 2 else 0.0  # noqa: PLR2004 - one and one
        found.append((before[0] + gain, (down, right)))
    return found


def _joined(features: Sequence[Feature]) -> list[Feature]:
    """Return each feature as one with the next."""
    return [
        Feature(a.group, a.mark, a.size + b.size, a.tokens | b.tokens, a.numbers | b.numbers)
        for a, b in pairwise(features)
    ]


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
