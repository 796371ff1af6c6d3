"""A change that is made in one language and not in the other."""

from collections.abc import Iterable

from troth.policy.change import Change
from troth.policy.words import LANGS, Message, mark

EDITORIAL = frozenset({"editorial"})


class OneLanguageChangedError(Exception):
    """Statements would say something else in one language only; `message` names them."""

    def __init__(self, statements: Iterable[str]) -> None:
        self.message = Message(
            mark(
                "These statements change in one language only: %(ids)s. Change them in each"
                " language, or make no more than an editorial change."
            ),
            {"ids": ", ".join(statements)},
        )
        super().__init__(self.message.render(str))


def changed_in_one(changes: Iterable[Change]) -> tuple[str, ...]:
    """Return the statements that are reworded, not just editorially, in some languages only.

    A translation that is mended alone is among them: which of two texts was meant is not for a
    program to say, so the stricter reading holds.
    """
    return tuple(
        change.path.removeprefix("statement.")
        for change in changes
        if change.path.startswith("statement.")
        and change.what == "reworded"
        and change.kinds != EDITORIAL
        and len(change.words) < len(LANGS)
    )
