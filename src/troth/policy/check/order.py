"""Do the languages hold the same statements, as the same sort of line, in the same order?"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from troth.policy.check.scope import Scope
from troth.policy.codes import finding
from troth.policy.diagnostic import Diagnostic
from troth.policy.reader.files import LANG_FILES
from troth.policy.words import mark


def order(scope: Scope) -> Iterator[Diagnostic]:
    """Yield lines that stand elsewhere, or are of another sort, than in the other language."""
    places = {line.id: place for place, line in enumerate(scope.version.lines["en"])}
    common = [line for line in scope.version.lines["zh"] if line.id in places]
    kept = _longest_rise([places[line.id] for line in common])
    for number, line in enumerate(common):
        if number not in kept:
            yield finding(
                "T101",
                scope.at(scope.phrases["zh"][line.id]),
                mark("`%(id)s` stands at another place than in %(other)s."),
                mark("Move the line to where %(other)s has it."),
                id=line.id,
                other=LANG_FILES["en"],
            )
    for chinese, english in scope.pairs():
        one, other = chinese.line, english.line
        if (one.role, one.level) != (other.role, other.level):
            yield finding(
                "T108",
                scope.at(chinese),
                mark(
                    "`%(id)s` is a %(role)s of level %(level)s here,"
                    " and a %(other_role)s of level %(other_level)s in %(other)s."
                ),
                mark("Give the line the same sign (`#`, `-`, `|`, indent) in each language."),
                id=one.id,
                role=one.role,
                level=one.level,
                other_role=other.role,
                other_level=other.level,
                other=LANG_FILES["en"],
            )


def _longest_rise(values: Sequence[int]) -> frozenset[int]:
    """Return the indices of a longest rising subsequence: the lines that needn't move."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, value in enumerate(values):
        length = bisect_left(ends, value)
        before.append(last[length - 1] if length else -1)
        if length == len(ends):
            ends.append(value)
            last.append(index)
        else:
            ends[length], last[length] = value, index
    kept: set[int] = set()
    index = last[-1] if last else -1
    while index >= 0:
        kept.add(index)
        index = before[index]
    return frozenset(kept)
