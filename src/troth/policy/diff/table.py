"""The table *What a change is*: for each register path its kinds and how it is weighed.

Exhaustive: a test takes every field of the register's classes and fails on a path without a rule.
`5.6` (an impact assessment that ends high) has no path: no change of a text produces it.
"""

import math
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from troth.policy.change import Kind
from troth.policy.diff import reasons
from troth.policy.diff import weighing as weigh
from troth.policy.diff.weighing import Weigh
from troth.policy.register import Cites


class Rule(Struct, frozen=True):
    """The kinds a difference at a path has (unless it is editorial) and how it is weighed."""

    kinds: frozenset[Kind]
    weigh: Weigh


def _rows(kinds: set[Kind], rows: Mapping[str, Weigh]) -> dict[str, Rule]:
    return {path: Rule(frozenset(kinds), how) for path, how in rows.items()}


CLASSES: Final = ("not-personal", "linkable", "personal")
_BASES: Final = {"consent": 1}
_CONSENTS: Final = {"consent": 1, "separate": 2}
_KINDS: Final = {
    "retired": 0,
    "heading": 0,
    "advice": 1,
    "definition": 2,
    "practice": 3,
    "right": 4,
    "promise": 4,
}
"""What a sentence binds us to, by its kind."""
_OFF_ON: Final = {False: 0, True: 1}
_SOURCES: Final = ("direct", "usage", "public", "commercial")
_INPUTS: Final = ("boolean", "choice", "date", "number", "text")
"""Inputs from the one that can hold least to the one that can hold anything."""

_PURPOSES_AND_DATA: Final = _rows(
    {"5.1"},
    {
        "purpose.*": weigh.entry_added_harms,
        "purpose.*.basis": weigh.leaving_consent_harms(_BASES),
        "purpose.*.consent": weigh.leaving_consent_harms(_CONSENTS),
        "purpose.*.dpv": weigh.widening_harms,
        "purpose.*.fideslang": weigh.widening_harms,
        "category.*": weigh.entry_added_harms,
        "category.*.class": weigh.rising_harms(
            CLASSES, reasons.SENSITIVITY_UP, reasons.SENSITIVITY_DOWN
        ),
        "category.*.fields.*": weigh.entry_added_harms,
        "category.*.fields.*.kind": weigh.rising_harms(
            _INPUTS, reasons.EXCHANGED_WORSE, reasons.EXCHANGED
        ),
        "category.*.fields.*.required": weigh.rising_harms(
            (False, True), reasons.EXCHANGED_WORSE, reasons.EXCHANGED
        ),
        "category.*.fields.*.without": weigh.reworded,
        "category.*.fields.*.max_length": weigh.more_harms(math.inf, wider=True),
        "category.*.fields.*.class": weigh.field_class(CLASSES),
        "category.*.purposes": weigh.widening_harms,
        "category.*.sources": weigh.widening_harms,
        "category.*.sensitive": weigh.rising_harms(
            (False, True), reasons.SENSITIVITY_UP, reasons.SENSITIVITY_DOWN
        ),
        "category.*.combinations": weigh.combinations,
        "category.*.dpv": weigh.widening_harms,
        "category.*.fideslang": weigh.widening_harms,
        "event.*": weigh.entry_added_harms,
        "event.*.category": weigh.exchange_harms,
        "event.*.purpose": weigh.exchange_harms,
        "event.*.attributes": weigh.widening_harms,
        "event.*.clients": weigh.widening_harms,
        "event.*.schema": weigh.harmless,
        "source.*": weigh.entry_added_harms,
        "source.*.kind": weigh.rising_harms(_SOURCES, reasons.EXCHANGED_WORSE, reasons.EXCHANGED),
        "source.*.permissions.*": weigh.entry_added_harms,
        "source.*.licence": weigh.removed_harms,
        "source.*.review": weigh.later_harms,
        # who may be a person at all: a lower age widens whose data is collected
        "controller.minimum_age": weigh.less_harms(0, wider=True),
    },
)

_COOKIES: Final = _rows(
    {"5.1"},
    {
        "cookie.*": weigh.entry_added_harms,
        "cookie.*.names": weigh.cookie_names,
        "cookie.*.class": weigh.cookie_class,
        "cookie.*.purposes": weigh.widening_harms,
        "cookie.*.lifetime_days": weigh.more_harms(0, wider=True),
        "cookie.*.provider": weigh.named(harmful=True),
        # whether one expression lets through more than another cannot be told in general
        "cookie.*.grammar": weigh.exchange_harms,
        "cookie.*.holds": weigh.widening_harms,
    },
) | _rows({"5.1", "5.3"}, {"cookie.*.partner": weigh.exchange_harms})

_CONTROL: Final = _rows(
    {"5.2"},
    {
        "controller": weigh.entry_removed_harms,
        "controller.name": weigh.controller_named,
        "controller.country": weigh.controller_named,
        "controller.address": weigh.named(harmful=False),
        "controller.ownership": weigh.named(harmful=False),
        "controller.organisation": weigh.named(harmful=False),
    },
)

_RECIPIENTS: Final = _rows(
    {"5.3"},
    {
        "partner.*": weigh.entry_added_harms,
        "partner.*.label": weigh.named(harmful=True),
        "partner.*.reading": weigh.rising_harms(
            ("embedded", "handed"), reasons.EXCHANGED_WORSE, reasons.EXCHANGED
        ),
        "partner.*.feature": weigh.named(harmful=True),
        "partner.*.identifier": weigh.named(harmful=True),
        "partner.*.destination": weigh.exchange_harms,
        "partner.*.purpose": weigh.exchange_harms,
        "partner.*.rotation_days": weigh.more_harms(math.inf, wider=True),
        "partner.*.countries": weigh.widening_harms,
        "recipient.*": weigh.entry_added_harms,
        "recipient.*.label": weigh.named(harmful=True),
        "recipient.*.ground": weigh.release_ground,
        "recipient.*.categories": weigh.widening_harms,
        "recipient.*.purposes": weigh.widening_harms,
        "recipient.*.countries": weigh.widening_harms,
        "recipient.*.public": weigh.rising_harms(
            (False, True), reasons.EXCHANGED_WORSE, reasons.EXCHANGED
        ),
        "recipient.*.main": weigh.falling_harms(_OFF_ON),
        "recipient.*.why_not_main": weigh.reworded,
        "processor.*": weigh.entry_added_harms,
        "processor.*.label": weigh.named(harmful=True),
        "processor.*.categories": weigh.widening_harms,
        "processor.*.purposes": weigh.widening_harms,
        "processor.*.countries": weigh.widening_harms,
        "processor.*.contract": weigh.reworded,
    },
)

_RIGHTS: Final = _rows(
    {"5.4"},
    {
        "right.*": weigh.entry_removed_harms,
        # what a right is called says what may be demanded: other words may grant less
        "right.*.label": weigh.rewording_harms,
        "right.*.channel": weigh.reworded,
        "right.*.address": weigh.right_address,
        "right.*.days": weigh.more_harms(math.inf),
        # how a consent is withdrawn is a right's channel (PIPL 15, GDPR 7(3))
        "purpose.*.withdraw": weigh.reworded,
    },
)

_CONTACT: Final = _rows(
    {"5.5"},
    {
        "contact": weigh.contact_edited,
        "contact.statement": weigh.contact_edited,
        "contact.email": weigh.contact_edited,
        "contact.department": weigh.contact_edited,
        "contact.complaint": weigh.contact_edited,
        "contact.phone": weigh.contact_edited,
        "contact.address": weigh.contact_edited,
        "contact.complaint_url": weigh.contact_edited,
    },
)

_PROTECTIONS: Final = _rows(
    {"other"},
    {
        "retention.*": weigh.entry_removed_harms,
        "retention.*.start": weigh.rewording_harms,
        "retention.*.days": weigh.more_harms(math.inf),
        "retention.visitor_secret_days": weigh.more_harms(math.inf),
        "category.*.retention": weigh.retention_used,
        "category.*.never_leaves": weigh.falling_harms(_OFF_ON),
        "region.*": weigh.region,
        "region.*.mode": weigh.falling_harms({"opt-out": 0, "opt-in": 1}),
        "region.*.places": weigh.region_places,
        "measure.*": weigh.entry_removed_harms,
        "measure.*.threats": weigh.narrowing_harms,
        "notice": weigh.entry_removed_harms,
        "notice.period_days": weigh.less_harms(0),
        "notice.drift_days": weigh.more_harms(math.inf),
        "notice.channels": weigh.narrowing_harms,
        "binding.*": weigh.harmless,
        "binding.*.kind": weigh.falling_harms(_KINDS),
        "binding.*.kept_by": weigh.narrowing_harms,
        "binding.*.closes": weigh.narrowing_harms,
        "binding.*.reading": weigh.reworded,
    },
)

_SERVICES: Final = _rows(
    {"other"},
    {
        "option.*": weigh.entry_removed_harms,
        "option.*.values": weigh.narrowing_harms,
        "option.*.default": weigh.harmless,
        "option.*.cookie": weigh.removed_harms,
        "site.*": weigh.entry_removed_harms,
        "site.*.origins": weigh.narrowing_harms,
        "site.*.service": weigh.removed_harms,
        # what was said as a visitor then counts for the account
        "site.*.joins_choices": weigh.rising_harms(
            (False, True), reasons.EXCHANGED_WORSE, reasons.EXCHANGED
        ),
        "service.*": weigh.entry_removed_harms,
        "service.*.in_software_notice": weigh.falling_harms(_OFF_ON),
        "obligation.*": weigh.entry_removed_harms,
        "obligation.*.law": weigh.reworded,
        "obligation.*.kept_by": weigh.narrowing_harms,
        "obligation.*.document": weigh.removed_harms,
        "obligation.*.expires": weigh.removed_harms,
        "cites": weigh.entry_removed_harms,
    },
)

_LABELLED: Final = (
    *("region", "site", "service", "purpose", "category", "event", "cookie", "option", "source"),
    *("measure", "retention", "obligation"),
)
"""Tables whose labels only describe.

A label of `_RECIPIENTS` names who receives, so it is 5.3; one of `_RIGHTS` is the right, so 5.4.
"""
_ENTRIES: Final = (*_LABELLED, "right", "partner", "recipient", "processor")

_NAMES: Final = _rows(
    {"other"},
    {f"{table}.*.label": weigh.reworded for table in _LABELLED}
    | {"category.*.fields.*.label": weigh.reworded}
    | {f"{table}.*.statement": weigh.pointer for table in _ENTRIES}
    | {f"{table}.statement": weigh.pointer for table in ("controller", "notice")}
    | {f"cites.{verb}": weigh.pointer for verb in Cites.__struct_fields__},
)

RULES: Final[Mapping[str, Rule]] = {
    **_PURPOSES_AND_DATA,
    **_COOKIES,
    **_CONTROL,
    **_RECIPIENTS,
    **_RIGHTS,
    **_CONTACT,
    **_PROTECTIONS,
    **_SERVICES,
    **_NAMES,
}
"""The rule of each path pattern (`paths.patterns` yields them all)."""
