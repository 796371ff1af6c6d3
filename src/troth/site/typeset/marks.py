"""What is shown beside a sentence: a sign, a word, why, and what stands behind it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext, gettext_noop
from msgspec import Struct

from troth.evidence.board import VERDICT_SIGNS, VERDICT_WORDS, Board, ControlMark, StatementMark
from troth.policy.promise import Verdict
from troth.policy.words import StatementId

MEANINGS: Final[Mapping[Verdict, str]] = {
    "kept": gettext_noop("The server looked at what is stored, and it is so."),
    "broken": gettext_noop("The server looked at what is stored, and it is not so."),
    "unproven": gettext_noop("Nothing shows it yet, or nothing has happened to look at."),
    "attested": gettext_noop("A document with an owner and a date of expiry stands for it."),
}


class Caught(Struct, frozen=True):
    """A sabotage of a control, and when its fault was last found (None: not tried yet)."""

    name: str
    at: datetime | None


class Proof(Struct, frozen=True):
    """One control behind a mark: what it proves, and what its last examination found.

    `planned` controls are not built: they have neither verdict nor examination. `full_at` tells
    when one that goes on from where it got looked at everything last.
    """

    name: str
    verdict: Verdict
    sign: str
    word: str
    why: str
    proves: str
    planned: bool
    examined: int
    figures: Sequence[tuple[str, str | int]]
    samples: Sequence[str]
    at: datetime | None
    full_at: datetime | None
    took_ms: int
    sabotages: Sequence[Caught]

    @property
    def untried(self) -> bool:
        """Tell whether a sabotage of it was not tried yet."""
        return any(sabotage.at is None for sabotage in self.sabotages)


class Mark(Struct, frozen=True):
    """The mark of one statement, its words in the active language.

    `short` is the first reason, `why` all of them; `since` tells when it last changed.
    """

    statement: StatementId
    verdict: Verdict
    sign: str
    word: str
    short: str
    why: Sequence[str]
    since: datetime | None
    proofs: Sequence[Proof]


class LegendLine(Struct, frozen=True):
    """What one mark means."""

    verdict: Verdict
    sign: str
    word: str
    says: str


def marks_of(board: Board) -> Mapping[StatementId, Mark]:
    """Return every mark of a board in the active language."""
    return {id_: mark_of(mark) for id_, mark in board.marks.items()}


def mark_of(mark: StatementMark) -> Mark:
    """Return one mark in the active language."""
    why = [message.render(gettext) for message in mark.why]
    return Mark(
        statement=mark.statement,
        verdict=mark.verdict,
        sign=VERDICT_SIGNS[mark.verdict],
        word=gettext(VERDICT_WORDS[mark.verdict]),
        short=why[0],
        why=why,
        since=mark.since,
        proofs=[_proof(control) for control in mark.controls],
    )


def _proof(control: ControlMark) -> Proof:
    return Proof(
        name=control.name,
        verdict=control.verdict,
        sign=VERDICT_SIGNS[control.verdict],
        word=gettext(VERDICT_WORDS[control.verdict]),
        why=control.why.render(gettext),
        proves=control.proves.render(gettext),
        planned=control.planned,
        examined=control.examined,
        figures=[(gettext(label), value) for label, value in control.figures.items()],
        samples=control.samples,
        at=control.at,
        full_at=control.full_at,
        took_ms=control.took_ms,
        sabotages=[Caught(sabotage.name, sabotage.caught_at) for sabotage in control.sabotages],
    )


def legend() -> tuple[LegendLine, ...]:
    """Return what each mark means in the active language."""
    return tuple(
        LegendLine(verdict, VERDICT_SIGNS[verdict], gettext(VERDICT_WORDS[verdict]), gettext(says))
        for verdict, says in MEANINGS.items()
    )
