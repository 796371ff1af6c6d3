"""The audit and the proof as text and as JSON: pure, so that each is tested as a value."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from troth.evidence.combine import VERDICT_SIGNS, VERDICT_WORDS, WORST_FIRST
from troth.evidence.marks import Board, ControlMark, StatementMark
from troth.evidence.trial import Proving, Trial
from troth.policy.document import Version
from troth.policy.read import plain
from troth.policy.words import Lang, Message, StatementId, Translate, mark

VERDICT_WIDTH: Final = 9
SHOWN_CHARACTERS: Final = 96


class Audit(Struct, frozen=True):
    """The marks of the version in force just after everything was examined."""

    version: Version
    number: int
    board: Board

    @property
    def controls(self) -> Mapping[str, ControlMark]:
        """Every control that keeps a statement, by name."""
        return {c.name: c for m in self.board.marks.values() for c in m.controls}

    @property
    def holds(self) -> bool:
        """Whether no statement is broken and no control failed: what an exit of 0 says."""
        return not self.board.tally["broken"] and not any(
            control.failed for control in self.controls.values()
        )


def audit_json(audit: Audit, translate: Translate) -> bytes:
    """Return the audit as JSON; sentences in the language of `translate`."""
    board = audit.board
    return _formatted(
        {
            "version": board.version,
            "number": audit.number,
            "at": board.at,
            "examined_at": board.examined_at,
            "holds": audit.holds,
            "tally": board.tally,
            "statements": [
                _statement_json(found, audit.version, translate) for found in _in_order(board)
            ],
        }
    )


def _statement_json(found: StatementMark, version: Version, translate: Translate) -> dict[str, Any]:
    statement = next(s for s in version.promises if s.id == found.statement)
    return {
        "id": found.statement,
        "kind": statement.kind,
        "verdict": found.verdict,
        "why": [message.render(translate) for message in found.why],
        "since": found.since,
        "controls": [_control_json(control, translate) for control in found.controls],
    }


def _control_json(control: ControlMark, translate: Translate) -> dict[str, Any]:
    return {
        "name": control.name,
        "verdict": control.verdict,
        "why": control.why.render(translate),
        "planned": control.planned,
        "failed": control.failed,
        "examined": control.examined,
        "figures": {translate(label): value for label, value in control.figures.items()},
        "samples": control.samples,
        "at": control.at,
        "took_ms": control.took_ms,
        "sabotages": [
            {"name": sabotage.name, "caught_at": sabotage.caught_at}
            for sabotage in control.sabotages
        ],
    }


def audit_text(audit: Audit, lang: Lang, translate: Translate) -> str:
    """Return the audit for a terminal: each chapter, each statement with mark, word and why."""
    sentences = {s.id: plain(s.text[lang]) for s in audit.version.promises}
    lines = []
    for chapter in audit.board.chapters:
        lines.append(f"{plain(chapter.heading[lang])}  {chapter.kept} / {chapter.total}".strip())
        for found in chapter.marks:
            lines += _statement_lines(found, sentences[found.statement], translate)
        lines.append("")
    lines.append(_total(audit).render(translate))
    failed = [control.name for control in audit.controls.values() if control.failed]
    if failed:
        lines.append(
            Message(
                mark("Controls that failed: %(names)s; the log tells why."),
                {"names": ", ".join(failed)},
            ).render(translate)
        )
    return "\n".join(lines) + "\n"


def _statement_lines(found: StatementMark, sentence: str, translate: Translate) -> list[str]:
    word = translate(VERDICT_WORDS[found.verdict])
    said = sentence if len(sentence) <= SHOWN_CHARACTERS else f"{sentence[:SHOWN_CHARACTERS]}…"
    samples = [sample for control in found.controls for sample in control.samples]
    return [
        f"  {VERDICT_SIGNS[found.verdict]} {word:<{VERDICT_WIDTH}} {found.statement}",
        f"      {said}",
        *(f"      → {message.render(translate)}" for message in found.why),
        *(f"        · {sample}" for sample in samples),
    ]


def _total(audit: Audit) -> Message:
    board = audit.board
    return Message(
        mark(
            "Version %(number)s: of %(total)s statements %(kept)s kept, %(attested)s attested,"
            " %(unproven)s unproven, %(broken)s broken."
        ),
        {
            "number": audit.number,
            "total": board.total,
            **{verdict: board.tally[verdict] for verdict in WORST_FIRST},
        },
    )


def proof_json(proving: Proving, translate: Translate) -> bytes:
    """Return the proof as JSON."""
    return _formatted(
        {
            "holds": proving.holds,
            "took_ms": proving.took_ms,
            "faults": [fault.render(translate) for fault in proving.faults],
            "sabotages": [_trial_json(trial, translate) for trial in proving.trials],
        }
    )


def _trial_json(trial: Trial, translate: Translate) -> dict[str, Any]:
    return {
        "name": trial.sabotage,
        "control": trial.control,
        "caught": trial.caught,
        "breaks": sorted(trial.expected),
        "broke": sorted(trial.broke),
        "fault": trial.fault.render(translate) if trial.fault else None,
        "took_ms": trial.took_ms,
    }


def proof_text(proving: Proving, translate: Translate) -> str:
    """Return the proof as a table: each sabotage, whether it was caught, what it broke."""
    caught, missed = translate(mark("caught")), translate(mark("missed"))
    width = max((len(trial.sabotage) for trial in proving.trials), default=0)
    lines = [
        f"{'✓' if t.caught else '✗'} {caught if t.caught else missed}  "
        f"{t.sabotage:<{width}}  {_shown(t.broke)}"
        for t in proving.trials
    ]
    lines += [f"✗ {fault.render(translate)}" for fault in proving.defects]
    lines += [
        f"    {trial.sabotage}: {trial.fault.render(translate)}"
        for trial in proving.trials
        if trial.fault
    ]
    total = Message(
        mark("%(caught)s of %(total)s sabotages caught, in %(seconds)s s."),
        {
            "caught": sum(trial.caught for trial in proving.trials),
            "total": len(proving.trials),
            "seconds": f"{proving.took_ms / 1000:.1f}",
        },
    )
    return "\n".join([*lines, "", total.render(translate)]) + "\n"


def _shown(ids: Iterable[StatementId]) -> str:
    return ", ".join(sorted(ids)) or "–"


def _in_order(board: Board) -> tuple[StatementMark, ...]:
    return tuple(found for chapter in board.chapters for found in chapter.marks)


def _formatted(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
