"""Kinds, demands and what happened, in words."""

from collections.abc import Iterable, Mapping
from typing import Final

from troth.policy.change import Change, Demand, Kind, What
from troth.policy.words import Translate, mark

KINDS: Final[Mapping[Kind, str]] = {
    "5.1": mark("5.1 what is collected, why, and how it is used"),
    "5.2": mark("5.2 controller, ownership, organisation"),
    "5.3": mark("5.3 recipients"),
    "5.4": mark("5.4 rights and how they are exercised"),
    "5.5": mark("5.5 responsible department, contact, complaints"),
    "5.6": mark("5.6 an assessment that ends high"),
    "other": mark("other"),
    "editorial": mark("editorial"),
}
DEMANDS: Final[Mapping[Demand, str]] = {
    "notice": mark("a notice"),
    "prominent": mark("shown prominently on the page"),
    "in_software": mark("shown in the software of the services marked so"),
    "acknowledgement": mark("an acknowledgement asked for in those services"),
    "consent": mark("consent of each person it concerns"),
    "separate_consent": mark("separate consent of each person it concerns"),
}
WHATS: Final[Mapping[What, str]] = {
    "added": mark("added"),
    "removed": mark("removed"),
    "moved": mark("moved"),
    "reworded": mark("reworded"),
    "changed": mark("changed"),
}
HARMFUL: Final = mark("harmful")
SEPARATOR: Final = mark(", ")


def kinds(change: Change, translate: Translate) -> str:
    """Return the kinds of a change in words."""
    return translate(SEPARATOR).join(translate(KINDS[k]) for k in KINDS if k in change.kinds)


def demands(found: Iterable[Demand], translate: Translate) -> str:
    """Return demands in words, the lightest first; "" for none."""
    known = set(found)
    return translate(SEPARATOR).join(translate(DEMANDS[d]) for d in DEMANDS if d in known)
