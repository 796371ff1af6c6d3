"""Do the languages hold the same statements, as the same sort of line, in the same order?"""

from collections.abc import Iterator

from troth.policy.check.scope import Scope
from troth.policy.codes import finding
from troth.policy.diagnostic import Diagnostic
from troth.policy.moves import unmoved
from troth.policy.reader.files import LANG_FILES
from troth.policy.words import mark


def order(scope: Scope) -> Iterator[Diagnostic]:
    """Yield lines that stand elsewhere, or are of another sort, than in the other language."""
    places = {line.id: place for place, line in enumerate(scope.version.lines["en"])}
    common = [line for line in scope.version.lines["zh"] if line.id in places]
    kept = unmoved([places[line.id] for line in common])
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
