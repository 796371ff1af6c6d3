"""Which version a page shows, where it stands, and the marks beside it."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from troth.evidence.board import Board, board
from troth.policy.words import StatementId
from troth.site.typeset.document import State, Waiting
from troth.site.typeset.marks import Mark, marks_of
from troth.versions import facts


class Edition(Struct, frozen=True):
    """A version as a page shows it; `board` is None of a version that is not in force."""

    hash: str
    state: State
    board: Board | None

    @property
    def depends_on(self) -> tuple[object, ...]:
        """All that changes what the page shows."""
        return (self.hash, self.state, None if self.board is None else self.board.revision)


def in_force(alias: str, now: datetime) -> Edition | None:
    """Return the version in force with its marks; None before the first version."""
    stored = facts.in_force(alias, now)
    if stored is None:
        return None
    waits = facts.waiting(alias)
    waiting = None if waits is None else Waiting(waits.number, waits.recorded_at)
    document = facts.document(alias, stored.hash)
    return Edition(
        hash=stored.hash,
        state=State(stored.number, stored.effect.from_at, waiting),
        board=board(alias, document, now),
    )


def recorded(alias: str, number: int, now: datetime) -> Edition | None:
    """Return one version as it was recorded; None if there was none of that number.

    Only the version in force has marks: what is examined is what holds now.
    """
    current = facts.in_force(alias, now)
    if current is not None and current.number == number:
        return in_force(alias, now)
    stored = facts.find(alias, str(number))
    if stored is None:
        return None
    return Edition(hash=stored.hash, state=State(number, None, is_past=True), board=None)


def marks(shown: Edition) -> Mapping[StatementId, Mark]:
    """Return the marks of an edition in the active language."""
    return {} if shown.board is None else marks_of(shown.board)
