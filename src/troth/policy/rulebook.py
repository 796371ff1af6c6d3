"""A version compiled for the gate: dictionaries to look up and bits to compare. Default is no.

Only what a sentence tells of is in the rulebook: an entry whose statement is not in the version,
a purpose or source that is not in the register, a suspended entry are left out, and what is left
out is refused. A rulebook is made once a version, is never changed and may be pickled.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from msgspec import structs

from troth.policy.document import Version
from troth.policy.register import (
    Category,
    Cites,
    Cookie,
    Entry,
    Purpose,
    Recipient,
    Register,
    Source,
)
from troth.policy.rules import (
    CategoryRule,
    CookieRule,
    EventRule,
    Mode,
    RecipientRule,
    Rulebook,
    SourceRule,
    UseRule,
)
from troth.policy.words import StatementId

__all__ = ["Rulebook", "RulebookError", "compile"]

SECONDS_A_DAY: Final = 86_400
COUNTRY_LETTERS: Final = 2
"""An ISO 3166-1 code; a place-holder is none."""
ENTRY_TABLES: Final = (
    "purpose",
    "category",
    "event",
    "cookie",
    "partner",
    "source",
    "recipient",
)
"""The tables whose entries the gate looks up, and which may be suspended."""


class RulebookError(ValueError):
    """The register lacks what every refusal needs: `missing` names the paths."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(
            "policy.toml cannot be compiled, it lacks " + ", ".join(missing) + ". "
            "Each refusal names a statement: let [cites] name one of the policy for every verb."
        )
        self.missing = missing


def compile(version: Version, suspended: frozenset[str] = frozenset()) -> Rulebook:
    """Compile a version; register paths in `suspended` (`cookie.visitor`) are refused.

    Raises:
        RulebookError: `[cites]` is missing or names a statement the version does not have.
    """
    told = frozenset(s.id for s in version.statements)
    cites = _cites(version.register, told)
    register = _told_only(version.register, told)
    stopped = _suspended(register, suspended)
    live = _without(register, stopped)
    bits = _bits(register)
    lawful = {
        name: _recipient(name, recipient, register, bits)
        for name, recipient in register.recipient.items()
        if recipient.ground == "law"
    }
    exact, prefixes = _cookies(register, stopped, bits)
    return Rulebook(
        version=version.hash,
        cites=cites,
        categories={
            name: _category(name, category, live, bits, told=register)
            for name, category in live.category.items()
        },
        events={name: _event(live, name) for name in live.event},
        cookies=exact,
        cookie_prefixes=prefixes,
        recipients={
            name: _recipient(name, recipient, live, bits)
            for name, recipient in live.recipient.items()
        },
        lawful=lawful,
        never_leaving={k: c.statement for k, c in register.category.items() if c.never_leaves},
        law=next((rule.statement for rule in lawful.values()), cites.release),
        bits=bits,
        modes=_modes(register),
        suspended=stopped,
        period_days=register.notice.period_days if register.notice else 0,
        minimum_age=register.controller.minimum_age if register.controller else None,
        country=_country(register),
    )


def _country(register: Register) -> str:
    """Return the controller's own country, "" where none is filled in: then nothing is at home."""
    country = register.controller.country if register.controller else ""
    known = len(country) == COUNTRY_LETTERS and country.isascii() and country.isupper()
    return country if known else ""


def _cites(register: Register, told: frozenset[StatementId]) -> Cites:
    """Return `[cites]` if each verb cites a statement the policy has."""
    if register.cites is None:
        raise RulebookError(("[cites]",))
    missing = tuple(
        f'cites.{verb} ("{statement}" is no statement)'
        for verb, statement in structs.asdict(register.cites).items()
        if statement not in told
    )
    if missing:
        raise RulebookError(missing)
    return register.cites


def _told_only(register: Register, told: frozenset[StatementId]) -> Register:
    """Leave out every entry that no statement of the version tells of."""
    tables: dict[str, Any] = {
        table: {k: e for k, e in getattr(register, table).items() if e.statement in told}
        for table in (*ENTRY_TABLES, "region")
    }
    return structs.replace(register, **tables)


def _suspended(register: Register, paths: frozenset[str]) -> dict[str, StatementId]:
    """Return the suspended paths that name an entry, with the statement that tells of it."""
    found: dict[str, StatementId] = {}
    for table in ENTRY_TABLES:
        entries: Mapping[str, Entry] = getattr(register, table)
        for name, entry in entries.items():
            path = f"{table}.{name}"
            if path in paths:
                found[path] = entry.statement
    return found


def _without(register: Register, stopped: Mapping[str, StatementId]) -> Register:
    """Leave out the suspended entries."""
    if not stopped:
        return register
    tables: dict[str, Any] = {
        table: {
            name: entry
            for name, entry in getattr(register, table).items()
            if f"{table}.{name}" not in stopped
        }
        for table in ENTRY_TABLES
    }
    return structs.replace(register, **tables)


def _bits(register: Register) -> dict[str, int]:
    """Give each consent a person can give a bit of its own, suspended entries included.

    Suspending an entry must not move the other bits: masks outlive a suspension.
    """
    names = [f"purpose.{k}" for k, p in register.purpose.items() if p.need != "none"]
    names += [f"category.{k}" for k, c in register.category.items() if c.sensitive]
    names += [f"cookie.{k}" for k, c in register.cookie.items() if c.cookie_class != "necessary"]
    names += [f"partner.{k}" for k in register.partner]
    names += [f"recipient.{k}" for k in register.recipient]
    bits = {name: 1 << place for place, name in enumerate(names)}
    for key, cookie in register.cookie.items():
        if cookie.cookie_class != "necessary":
            name = f"class.{cookie.cookie_class}"
            bits[name] = bits.get(name, 0) | bits[f"cookie.{key}"]
    return bits


def _modes(register: Register) -> dict[str, Mode]:
    """Return the choice each place demands; of two regions that name it, the stricter one."""
    modes: dict[str, Mode] = {}
    for region in register.region.values():
        for place in region.places:
            modes[place] = region.mode if modes.get(place) != "opt-in" else "opt-in"
    return modes


def _category(
    name: str, category: Category, live: Register, bits: Mapping[str, int], *, told: Register
) -> CategoryRule:
    return CategoryRule(
        statement=category.statement,
        fields=frozenset(category.fields),
        required=frozenset(k for k, f in category.fields.items() if f.required),
        uses={
            key: _use(name, category, key, live.purpose[key], bits)
            for key in category.purposes
            if key in live.purpose
        },
        sources={key: _source(live.source[key]) for key in category.sources if key in live.source},
        # Suspended events count: stopping one must not let its data in without one.
        events_only=any(e.category == name for e in told.event.values()),
    )


def _use(
    name: str, category: Category, key: str, purpose: Purpose, bits: Mapping[str, int]
) -> UseRule:
    need = purpose.need
    bit = bits.get(f"purpose.{key}", 0)
    sensitive = bits[f"category.{name}"] if category.sensitive else 0
    return UseRule(
        statement=purpose.statement,
        consent=bit if need == "consent" else 0,
        separate=bit if need == "separate" else 0,
        sensitive=sensitive,
        free=need == "none" and not sensitive,
    )


def _source(source: Source) -> SourceRule:
    lapses = None
    if source.review is not None:
        lapses = datetime.combine(source.review, time(), UTC) + timedelta(days=1)
    own = source.kind in {"direct", "usage"}
    return SourceRule(
        statement=source.statement,
        kind=source.kind,
        own=own,
        permissions=frozenset(source.permissions),
        licensed=own or source.licence is not None,
        lapses=lapses,
    )


def _event(live: Register, name: str) -> EventRule:
    event = live.event[name]
    category = live.category.get(event.category)
    fields = category.fields if category else {}
    attributes = frozenset(event.attributes) & frozenset(fields)
    return EventRule(
        statement=event.statement,
        category=event.category,
        purpose=event.purpose,
        attributes=attributes,
        # A field the event cannot carry cannot be demanded of it.
        required=frozenset(k for k in attributes if fields[k].required),
        clients=frozenset(event.clients),
    )


def _cookies(
    register: Register, stopped: Mapping[str, StatementId], bits: Mapping[str, int]
) -> tuple[dict[str, CookieRule], tuple[tuple[str, CookieRule], ...]]:
    """Return the cookies by exact name and by prefix, longest prefix first; first declared wins."""
    exact: dict[str, CookieRule] = {}
    prefixes: dict[str, CookieRule] = {}
    for key, cookie in register.cookie.items():
        rule = _cookie(key, cookie, register, stopped, bits)
        for name in cookie.names:
            if name.endswith("*"):
                prefixes.setdefault(name[:-1], rule)
            else:
                exact.setdefault(name, rule)
    ordered = sorted(prefixes.items(), key=lambda item: len(item[0]), reverse=True)
    return exact, tuple(ordered)


def _cookie(
    key: str,
    cookie: Cookie,
    register: Register,
    stopped: Mapping[str, StatementId],
    bits: Mapping[str, int],
) -> CookieRule:
    necessary = cookie.cookie_class == "necessary"
    choice = 0 if necessary else bits[f"cookie.{key}"]
    separate = 0
    if choice and (cookie.cookie_class == "partner" or cookie.partner is not None):
        # Without a declared partner nobody can have agreed to it: ask for the cookie itself.
        separate = bits.get(f"partner.{cookie.partner}", 0) or choice
    return CookieRule(
        id=key,
        statement=cookie.statement,
        cookie_class=cookie.cookie_class,
        purposes={
            p: register.purpose[p].statement
            for p in cookie.purposes
            if p in register.purpose and f"purpose.{p}" not in stopped
        },
        lifetime_seconds=cookie.lifetime_days * SECONDS_A_DAY,
        choice=choice,
        separate=separate,
        stopped_by=_stopped_by(key, cookie, stopped),
    )


def _stopped_by(key: str, cookie: Cookie, stopped: Mapping[str, StatementId]) -> StatementId | None:
    """Return who stops a cookie: its own suspension, its partner's, or that of all its purposes."""
    own = stopped.get(f"cookie.{key}") or stopped.get(f"partner.{cookie.partner}")
    if own is not None:
        return own
    purposes = [stopped.get(f"purpose.{p}") for p in cookie.purposes]
    return purposes[0] if purposes and all(purposes) else None


def _recipient(
    name: str, recipient: Recipient, live: Register, bits: Mapping[str, int]
) -> RecipientRule:
    categories = frozenset(c for c in recipient.categories if c in live.category)
    return RecipientRule(
        statement=recipient.statement,
        ground=recipient.ground,
        categories=categories,
        sensitive=frozenset(c for c in categories if live.category[c].sensitive),
        purposes=frozenset(p for p in recipient.purposes if p in live.purpose),
        countries=frozenset(recipient.countries),
        public=recipient.public,
        bit=bits[f"recipient.{name}"],
    )
