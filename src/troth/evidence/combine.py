"""From runs of controls to marks of statements: pure, so that the rules stand in one place."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from troth.evidence.marks import ControlMark, DayMark, Run, SabotageMark, StatementMark
from troth.policy.document import Statement
from troth.policy.promise import Control, PlannedControl, Verdict
from troth.policy.words import Message, mark

DAYS_SHOWN: Final = 30
STALE_PERIODS: Final = 3
"""An examination older than this many periods proves nothing any more."""

PERIOD_MIN: Final = timedelta(minutes=10)
WORST_FIRST: Final[tuple[Verdict, ...]] = ("broken", "unproven", "attested", "kept")

VERDICT_WORDS: Final[Mapping[Verdict, str]] = {
    "kept": mark("kept"),
    "broken": mark("broken"),
    "unproven": mark("unproven"),
    "attested": mark("attested"),
}
"""The word of each verdict, a gettext id."""

VERDICT_SIGNS: Final[Mapping[Verdict, str]] = {
    "kept": "✓",
    "broken": "✗",
    "unproven": "○",
    "attested": "◇",
}


class Known(Struct, frozen=True):
    """All that is known of controls at a time: built, planned, their runs, sabotages caught.

    `runs` are those of the days shown, the oldest first; `caught` by (control, sabotage).
    """

    at: datetime
    built: Mapping[str, Control]
    planned: Mapping[str, PlannedControl]
    runs: Mapping[str, Sequence[Run]]
    caught: Mapping[tuple[str, str], datetime]


def combined(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of a statement kept by controls of these verdicts: the worst of them.

    Nothing at all proves nothing: *unproven*.
    """
    found = set(verdicts)
    return next((verdict for verdict in WORST_FIRST if verdict in found), "unproven")


def control_mark(name: str, known: Known) -> ControlMark:
    """Return the mark of one control; one nobody knows is unproven and says so."""
    if name in known.planned:
        return ControlMark(
            name=name,
            verdict="unproven",
            why=known.planned[name].proves,
            proves=known.planned[name].proves,
            planned=True,
        )
    control = known.built.get(name)
    if control is None:
        return ControlMark(
            name=name,
            verdict="unproven",
            why=Message(mark("There is no control called %(control)s."), {"control": name}),
            proves=Message(mark("Nothing: this name belongs to no control.")),
            planned=True,
        )
    blank = ControlMark(
        name=name,
        verdict="unproven",
        why=Message(mark("%(control)s was not examined yet."), {"control": name}),
        proves=control.proves,
        period=control.period,
        sabotages=tuple(
            SabotageMark(s.name, known.caught.get((name, s.name))) for s in control.sabotages
        ),
    )
    runs = known.runs.get(name, ())
    if not runs:
        return blank
    found = _examined(blank, runs[-1], known.at)
    return found if control.resume is None else replace(found, full_at=runs[-1].full_at)


def _examined(blank: ControlMark, run: Run, at: datetime) -> ControlMark:
    verdict, why = run.verdict, run.why
    if run.verdict != "broken" and is_stale(run, blank.period or PERIOD_MIN, at):
        verdict = "unproven"
        why = Message(
            mark("%(control)s was last examined at %(at)s UTC, too long ago to prove anything."),
            {"control": run.control, "at": f"{run.at:%Y-%m-%d %H:%M}"},
        )
    return replace(
        blank,
        verdict=verdict,
        why=why,
        failed=run.failed,
        examined=run.examined,
        figures=run.figures,
        samples=run.samples,
        at=run.at,
        took_ms=run.took_ms,
        since=run.since,
    )


def is_stale(run: Run, period: timedelta, at: datetime) -> bool:
    """Tell whether the last examination is too old to prove anything at `at`."""
    return at - run.at > STALE_PERIODS * max(period, PERIOD_MIN)


def statement_mark(
    statement: Statement, marks: Mapping[str, ControlMark], known: Known
) -> StatementMark:
    """Return the mark of a statement from those of the controls that keep it."""
    controls = tuple(marks[name] for name in statement.kept_by)
    verdict = combined(control.verdict for control in controls)
    return StatementMark(
        statement=statement.id,
        verdict=verdict,
        why=_why(controls),
        controls=controls,
        since=_since(verdict, controls),
        days=_days(controls, known),
    )


def _why(controls: tuple[ControlMark, ...]) -> tuple[Message, ...]:
    if not controls:
        return (Message(mark("No control keeps this statement.")),)
    if len(controls) == 1:
        return (controls[0].why,)
    kept = sum(control.verdict == "kept" for control in controls)
    total = Message(
        mark("%(kept)s of %(total)s controls kept."), {"kept": kept, "total": len(controls)}
    )
    short = (c for word in WORST_FIRST[:-1] for c in controls if c.verdict == word)
    return (total, *(control.why for control in short))


def _since(verdict: Verdict, controls: tuple[ControlMark, ...]) -> datetime | None:
    """Return when the verdict became so: the first control that fell, the last that rose."""
    deciding = [c.since for c in controls if c.verdict == verdict]
    times = [since for since in deciding if since is not None]
    if not times or len(times) < len(deciding):
        return None
    return min(times) if verdict in {"broken", "unproven"} else max(times)


def _days(controls: tuple[ControlMark, ...], known: Known) -> tuple[DayMark, ...]:
    by_control = [_verdicts_by_day(known.runs.get(c.name, ())) for c in controls]
    shown = (known.at.date() - timedelta(days=ago) for ago in reversed(range(DAYS_SHOWN)))
    return tuple(
        DayMark(day, _verdict_of_day([days.get(day) for days in by_control])) for day in shown
    )


def _verdicts_by_day(runs: Sequence[Run]) -> dict[date, Verdict]:
    """Return each day's verdict: broken if it ever was that day, else the day's last."""
    days: dict[date, Verdict] = {}
    for run in runs:
        if days.get(run.day) != "broken":
            days[run.day] = run.verdict
    return days


def _verdict_of_day(verdicts: list[Verdict | None]) -> Verdict | None:
    """Combine the controls' verdicts of a day; one not examined that day proves nothing."""
    if all(verdict is None for verdict in verdicts):
        return None
    return combined(verdict or "unproven" for verdict in verdicts)
