"""Lay what is there beside what was signed, and tell how the one came out of the other. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence


def judged(mine: Sequence[bytes], signed: Sequence[bytes]) -> Iterator[tuple[str, int]]:
    """Tell how a sequence differs from the one that was signed, each time with the place in that.

    One that is missing or too many moves all behind it, so the two are walked apart: what only the
    signed one has was removed, what only ours has inserted; if both are so, one was changed into
    the other; if neither, they changed places.
    """
    ours, theirs = Counter(mine), Counter(signed)
    ours.subtract(theirs)
    own, place = 0, 0
    while own < len(mine) or place < len(signed):
        added = own < len(mine) and (place == len(signed) or ours[mine[own]] > 0)
        gone = place < len(signed) and (own == len(mine) or ours[signed[place]] < 0)
        if own < len(mine) and place < len(signed) and mine[own] == signed[place]:
            added = gone = False
        elif added and gone:
            yield "changed", place
        elif added:
            yield "inserted", place
        elif gone:
            yield "removed", place
        else:
            yield "reordered", place
        if added:
            ours[mine[own]] -= 1
        if gone:
            ours[signed[place]] += 1
        own += added or not gone
        place += gone or not added
