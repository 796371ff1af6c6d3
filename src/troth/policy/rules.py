"""The rules a version is compiled into: what the gate looks up and compares.

Made by `troth.policy.rulebook.compile` alone; never changed afterwards.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from troth.policy.register import Cites, CookieClass, SourceKind
from troth.policy.words import StatementId, VersionHash

Mode = Literal["opt-in", "opt-out"]


class UseRule(Struct, frozen=True):
    """One category for one purpose: who tells of the purpose, which consents it needs.

    `consent` and `separate` are the purpose's bit or 0, `sensitive` the category's bit or 0.
    `free` is true where none is needed.
    """

    statement: StatementId
    consent: int
    separate: int
    sensitive: int
    free: bool


class SourceRule(Struct, frozen=True):
    """Where a category may come from.

    `own` sources need nothing more, the others a permission a place, a licence and a review.

    `lapses` is the first moment after the review day (UTC), None if no review day is set.
    """

    statement: StatementId
    kind: SourceKind
    own: bool
    permissions: frozenset[str]
    licensed: bool
    lapses: datetime | None


class CategoryRule(Struct, frozen=True):
    """What may be collected of one category.

    `events_only`: what comes from use comes as one of its declared events.
    """

    statement: StatementId
    fields: frozenset[str]
    required: frozenset[str]
    uses: Mapping[str, UseRule]
    sources: Mapping[str, SourceRule]
    events_only: bool


class EventRule(Struct, frozen=True):
    """One declared event: the fields it carries, those it must carry, who may send it."""

    statement: StatementId
    category: str
    purpose: str
    attributes: frozenset[str]
    required: frozenset[str]
    clients: frozenset[str]


class CookieRule(Struct, frozen=True):
    """One declared cookie.

    `choice` is the bit of the visitor's choice (0 if necessary), `separate` the bit of the
    partner's separate consent or 0; `stopped_by` the statement of the entry whose suspension
    stops it.
    """

    id: str
    statement: StatementId
    cookie_class: CookieClass
    purposes: Mapping[str, StatementId]
    lifetime_seconds: int
    choice: int
    separate: int
    stopped_by: StatementId | None


class RecipientRule(Struct, frozen=True):
    """Somebody data may go to: what, for what, on which ground, where; `bit` is her consent's.

    `sensitive` are those of the categories that leave with everyone's separate consent alone.
    """

    statement: StatementId
    ground: Literal["consent", "law", "contract"]
    categories: frozenset[str]
    sensitive: frozenset[str]
    purposes: frozenset[str]
    countries: frozenset[str]
    public: bool
    bit: int


class Rulebook(Struct, frozen=True):
    """A compiled version.

    `bits` names every consent that can be given, by register path (`purpose.search`,
    `partner.map`, `recipient.public`, `category.health`, `cookie.visitor`) and by cookie class
    (`class.statistics` stands for all its cookies). A mask belongs to its version: keep both.
    `suspended` are the suspended register paths with the statement that tells of each. `country` is
    the controller's own (ISO 3166-1), "" where it is not filled in. `lawful` are the recipients by
    law with all the register names for them, suspended or not: a suspension stops no order. `law`
    is what a refusal cites where the recipient is none of them. `never_leaving` are the categories
    no release and no view includes, with the statement that tells of each.
    """

    version: VersionHash
    cites: Cites
    categories: Mapping[str, CategoryRule]
    events: Mapping[str, EventRule]
    cookies: Mapping[str, CookieRule]
    cookie_prefixes: tuple[tuple[str, CookieRule], ...]
    recipients: Mapping[str, RecipientRule]
    lawful: Mapping[str, RecipientRule]
    never_leaving: Mapping[str, StatementId]
    law: StatementId
    bits: Mapping[str, int]
    modes: Mapping[str, Mode]
    suspended: Mapping[str, StatementId]
    period_days: int
    minimum_age: int | None
    country: str

    def mask(self, names: Iterable[str]) -> int:
        """Return the bits of the named consents; a name this version does not know adds none."""
        mask = 0
        for name in names:
            mask |= self.bits.get(name, 0)
        return mask

    def cookie(self, name: str) -> CookieRule | None:
        """Return the rule of a cookie by its name: an exact name, else the longest prefix."""
        rule = self.cookies.get(name)
        if rule is None:
            for prefix, candidate in self.cookie_prefixes:
                if name.startswith(prefix):
                    return candidate
        return rule

    def mode(self, place: str) -> Mode:
        """Return the choice a place demands; of an unknown place the stricter one, opt-in."""
        if not place:
            return "opt-in"
        modes = self.modes
        country = place.partition("-")[0]
        return modes.get(place) or modes.get(country) or modes.get("*") or "opt-in"
