"""One door for all verbs: the facts say which it is."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from troth.gate.collect import may_collect
from troth.gate.cookie import may_read_cookie, may_set_cookie
from troth.gate.decision import Decision
from troth.gate.effect import may_take_effect
from troth.gate.facts import (
    CollectFacts,
    Facts,
    ReadCookieFacts,
    ReleaseFacts,
    SetCookieFacts,
    TakeEffectFacts,
    UseFacts,
    ViewFacts,
)
from troth.gate.release import may_release
from troth.gate.use import may_use
from troth.gate.view import may_view
from troth.policy.rules import Rulebook

_VERBS: Final[Mapping[type[Any], Callable[[Rulebook, Any, datetime], Decision]]] = {
    CollectFacts: may_collect,
    UseFacts: may_use,
    SetCookieFacts: may_set_cookie,
    ReadCookieFacts: may_read_cookie,
    ReleaseFacts: may_release,
    ViewFacts: may_view,
    TakeEffectFacts: may_take_effect,
}


def decide(rules: Rulebook, facts: Facts, now: datetime) -> Decision:
    """Decide any facts by their verb. Equal arguments give equal decisions, for ever (replay)."""
    return _VERBS[type(facts)](rules, facts, now)
