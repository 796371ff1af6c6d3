"""Which consents a widened entry asks for: it follows from the basis of what was widened.

An acceptance never stands in for them (PIPL 14, 23, 29, 39; GDPR recital 32): until an explicit
yes the old version goes on for that person.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from troth.policy.change import Demand
from troth.policy.diff.paths import Difference
from troth.policy.diff.weighing import Context
from troth.policy.register import Category, Cookie, Event, Partner, Processor, Recipient, Register

Demands = frozenset[Demand]
NONE: Final[Demands] = frozenset()
CONSENT: Final[Demands] = frozenset({"consent"})
SEPARATE: Final[Demands] = frozenset({"separate_consent"})

_WITHOUT_CONSENT: Final = frozenset({"legal-obligation", "vital-interest", "public-task"})
"""Bases on which sensitive data may be handled without a separate consent (PIPL 13, GDPR 9(2))."""


def consents(d: Difference, context: Context) -> Demands:
    """Return the consents that a widened or newly consent-based path asks for."""
    table, *_ = d.path.split(".")
    ask = _BY_TABLE.get(table)
    return NONE if ask is None or not d.keys else ask(d, context)


def _of_purposes(ids: Iterable[str], register: Register) -> Demands:
    found: Demands = NONE
    for purpose in (register.purpose[i] for i in ids if i in register.purpose):
        if purpose.consent == "separate":
            found |= SEPARATE
        elif purpose.consent == "consent" or purpose.basis == "consent":
            found |= CONSENT
    return found


def _of_sensitive(ids: Iterable[str], purposes: Iterable[str], register: Register) -> Demands:
    """Ask separately where a category is sensitive and a purpose of it may need a yes."""
    sensitive = any(register.category[i].sensitive for i in ids if i in register.category)
    known = (register.purpose[p] for p in purposes if p in register.purpose)
    if sensitive and any(p.basis not in _WITHOUT_CONSENT for p in known):
        return SEPARATE
    return NONE


def _abroad(countries: Iterable[str], register: Register) -> bool:
    home = register.controller.country if register.controller else ""
    return any(country != home for country in countries)


def _purpose(d: Difference, context: Context) -> Demands:
    return _of_purposes(d.keys, context.new)


def _category(d: Difference, context: Context) -> Demands:
    category: Category = context.new.category[d.keys[0]]
    purposes = category.purposes
    if d.pattern == "category.*.purposes":
        purposes = tuple(p for p in d.new if p not in d.old)
    sensitive = _of_sensitive(d.keys[:1], purposes, context.new)
    return _of_purposes(purposes, context.new) | sensitive


def _event(d: Difference, context: Context) -> Demands:
    event: Event = context.new.event[d.keys[0]]
    sensitive = _of_sensitive((event.category,), (event.purpose,), context.new)
    return _of_purposes((event.purpose,), context.new) | sensitive


def _cookie(d: Difference, context: Context) -> Demands:
    cookie: Cookie = context.new.cookie[d.keys[0]]
    purposes = cookie.purposes
    if d.pattern == "cookie.*.purposes":
        purposes = tuple(p for p in d.new if p not in d.old)
    held = (name.partition(".")[0] for name in cookie.holds)
    found = _of_purposes(purposes, context.new) | _of_sensitive(held, purposes, context.new)
    if d.pattern == "cookie.*.partner" and found:  # who receives it is asked for separately
        found |= SEPARATE
    return found


def _source(d: Difference, context: Context) -> Demands:
    found: Demands = NONE
    for key, category in context.new.category.items():
        if d.keys[0] in category.sources:
            found |= _of_purposes(category.purposes, context.new)
            found |= _of_sensitive((key,), category.purposes, context.new)
    return found


def _partner(d: Difference, context: Context) -> Demands:
    partner: Partner = context.new.partner[d.keys[0]]
    rests = _of_purposes((partner.purpose,), context.new)
    return SEPARATE if rests else NONE


def _recipient(d: Difference, context: Context) -> Demands:
    recipient: Recipient = context.new.recipient[d.keys[0]]
    if recipient.ground == "law":  # a mandatory order asks nobody
        return NONE
    asked = (
        recipient.ground == "consent"
        or recipient.public
        or _abroad(recipient.countries, context.new)
        or _of_sensitive(recipient.categories, recipient.purposes, context.new)
    )
    return SEPARATE if asked else NONE


def _processor(d: Difference, context: Context) -> Demands:
    """Ask separately for a transfer abroad; a processor at home acts for the controller."""
    processor: Processor = context.new.processor[d.keys[0]]
    rests = _of_purposes(processor.purposes, context.new)
    return SEPARATE if rests and _abroad(processor.countries, context.new) else NONE


_BY_TABLE: Final[Mapping[str, Callable[[Difference, Context], Demands]]] = {
    "purpose": _purpose,
    "category": _category,
    "event": _event,
    "cookie": _cookie,
    "source": _source,
    "partner": _partner,
    "recipient": _recipient,
    "processor": _processor,
}
"""Tables whose entries can rest on a consent."""
