"""What the slow evaluator answers with, and the small questions it asks on the way."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from troth.gate.facts import TakeEffectFacts
from troth.policy.register import Purpose, Region, Register, Source


class Answer(NamedTuple):
    """What the gate must say."""

    allowed: bool
    code: str
    statement: str


def yes(code: str, statement: str) -> Answer:
    """Allow."""
    return Answer(allowed=True, code=code, statement=statement)


def no(code: str, statement: str) -> Answer:
    """Refuse."""
    return Answer(allowed=False, code=code, statement=statement)


def names(consents: frozenset[str] | int) -> frozenset[str]:
    """Return consents, which this file is only ever given as names."""
    assert isinstance(consents, frozenset) or consents == 0
    return consents if isinstance(consents, frozenset) else frozenset()


def needs(purpose: Purpose) -> str:
    """Return the consent a purpose needs."""
    if purpose.basis == "consent" and purpose.consent == "none":
        return "consent"
    return purpose.consent


def home_of(register: Register) -> str | None:
    """Return the controller's country, None if nobody has filled it in."""
    if register.controller is None or not re.fullmatch("[A-Z]{2}", register.controller.country):
        return None
    return register.controller.country


def lacking(accepted: bool, code: str, statement: str) -> Answer:  # noqa: FBT001 (a fact)
    """Refuse for want of a yes, and say so if an acceptance was offered in its place."""
    return no("acceptance-is-no-consent" if accepted else code, statement)


def mode_of(regions: list[Region], place: str) -> str:
    """Return the choice of a place: its region, its country's, anywhere else's."""
    for wanted in (place, place[:2], "*"):
        modes = {r.mode for r in regions if wanted in r.places}
        if place and modes:
            return "opt-in" if "opt-in" in modes else "opt-out"
    return "opt-in"


def third_party(source: Source, place: str, now: datetime) -> str | None:
    """Return what third-party data lacks: permission in the place, licence, live review."""
    if not any(permitted in (place, place[:2]) for permitted in source.permissions):
        return "source-not-permitted"
    if source.licence is None:
        return "source-unlicensed"
    today: date = now.astimezone(UTC).date()
    if source.review is None or source.review < today:
        return "source-lapsed"
    return None


def take_effect(facts: TakeEffectFacts, now: datetime, new_days: int, cited: str) -> Answer:
    """The first at once, what demands nothing at once, the rest after the notice."""
    days = max(new_days, facts.old_period_days)
    if facts.first or len(facts.demands) == 0:
        return yes("first-version" if facts.first else "nothing-demanded", cited)
    if facts.announced_at is None:
        return no("not-announced", cited)
    if facts.shown_at is None:
        return no("not-shown", cited)
    if "prominent" in facts.demands and facts.prominently is False:
        return no("not-prominent", cited)
    for began in (facts.announced_at, facts.shown_at):
        if now - began < timedelta(days=days):
            return no("notice-too-short", cited)
    return yes("notice-given", cited)
