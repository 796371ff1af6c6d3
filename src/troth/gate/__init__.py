"""Every yes or no, decided from a rulebook and facts. Pure: no Django, no I/O, no clock."""

from troth.gate.collect import may_collect
from troth.gate.cookie import may_read_cookie, may_set_cookie
from troth.gate.decide import decide
from troth.gate.decision import Decision, Reason, Verb
from troth.gate.effect import may_take_effect
from troth.gate.facts import Facts, MalformedFactsError, NamedPersonError, parse
from troth.gate.permit import NotPermittedError, Permit, Permits, permit, permits
from troth.gate.release import may_release
from troth.gate.use import may_use
from troth.gate.view import may_view

__all__ = [
    "Decision",
    "Facts",
    "MalformedFactsError",
    "NamedPersonError",
    "NotPermittedError",
    "Permit",
    "Permits",
    "Reason",
    "Verb",
    "decide",
    "may_collect",
    "may_read_cookie",
    "may_release",
    "may_set_cookie",
    "may_take_effect",
    "may_use",
    "may_view",
    "parse",
    "permit",
    "permits",
]
