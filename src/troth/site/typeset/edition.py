"""Which version a page shows, where it stands, and the marks beside it."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.db.models import Max
from msgspec import Struct

from troth.evidence.board import Board, board
from troth.evidence.models import Examination, Proof
from troth.policy.words import StatementId
from troth.site.typeset.document import State, Waiting
from troth.site.typeset.marks import Mark, marks_of
from troth.versions import facts

CACHED_BOARDS: Final = 8


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
    return Edition(
        hash=stored.hash,
        state=State(stored.number, stored.effect.from_at, waiting),
        board=_board(alias, stored.hash, now),
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


def _board(alias: str, version_hash: str, now: datetime) -> Board:
    """Return the board, put together anew when something was examined or a minute has passed.

    So a mark may be a minute late to say that its examination has grown too old, no more.
    """
    examined = Examination.objects.using(alias).aggregate(last=Max("at"))["last"]
    proven = Proof.objects.using(alias).aggregate(last=Max("at"))["last"]
    minute = now.replace(second=0, microsecond=0)
    at = max(moment for moment in (minute, examined, proven) if moment is not None)
    return _assembled(alias, version_hash, at, (examined, proven))


@lru_cache(maxsize=CACHED_BOARDS)
def _assembled(alias: str, version_hash: str, at: datetime, _known: object) -> Board:
    return board(alias, facts.document(alias, version_hash), at)
