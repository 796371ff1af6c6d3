"""Which lines of a text moved, told by the places they had before."""

from bisect import bisect_left
from collections.abc import Sequence


def unmoved(places: Sequence[int]) -> frozenset[int]:
    """Return the indices of a longest rising subsequence: the lines that need not have moved."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, place in enumerate(places):
        length = bisect_left(ends, place)
        before.append(last[length - 1] if length else -1)
        if length == len(ends):
            ends.append(place)
            last.append(index)
        else:
            ends[length], last[length] = place, index
    kept: set[int] = set()
    index = last[-1] if last else -1
    while index >= 0:
        kept.add(index)
        index = before[index]
    return frozenset(kept)
