"""May a version take effect? At once if nothing is demanded, else after the notice period."""

from datetime import datetime, timedelta

from troth.gate.decision import Decision
from troth.gate.facts import TakeEffectFacts
from troth.gate.reasons import FIRST_VERSION, NOTHING_DEMANDED, NOTICE_GIVEN, no, yes
from troth.policy.rules import Rulebook


def may_take_effect(rules: Rulebook, facts: TakeEffectFacts, now: datetime) -> Decision:
    """Decide whether the version `rules` was compiled from may take effect.

    The period is the longer of the old and the new version's: a shorter one must not shorten the
    notice that announces it. It runs from the later of announcing and showing.
    """
    cited = rules.cites.take_effect
    if facts.first:
        return yes(rules, "take_effect", FIRST_VERSION, cited)
    if not facts.demands:
        return yes(rules, "take_effect", NOTHING_DEMANDED, cited)
    days = max(rules.period_days, facts.old_period_days)
    code = _short_of(facts, now, timedelta(days=min(days, timedelta.max.days)))
    if code is not None:
        return no(rules, "take_effect", code, cited, days=days)
    return yes(rules, "take_effect", NOTICE_GIVEN, cited)


def _short_of(facts: TakeEffectFacts, now: datetime, period: timedelta) -> str | None:
    """Return what the notice still lacks."""
    if facts.announced_at is None:
        return "not-announced"
    if facts.shown_at is None:
        return "not-shown"
    if "prominent" in facts.demands and not facts.prominently:
        return "not-prominent"
    if now - max(facts.announced_at, facts.shown_at) < period:  # a sum might pass the year 9999
        return "notice-too-short"
    return None
