"""Sites and their keys as the console shows them, in the active language."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop
from msgspec import Struct

from troth.policy.register import Register, Site
from troth.policy.words import Lang
from troth.site.typeset.inline import plain
from troth.sites.declared import ORIGIN
from troth.sites.models import Key
from troth.sites.words import SCOPES, SCOPES_OF, Kind, Scope
from troth.versions import facts

SOON: Final = timedelta(days=14)
MANY: Final = 8
"""From how many keys on the page offers a search."""
ENDED_SHOWN: Final = 50
SEARCH_LENGTH_MAX: Final = 60
LIVING: Final = frozenset({"works", "soon", "refused"})
STATES: Final[Mapping[str, str]] = {
    "": gettext_noop("every key"),
    "works": gettext_noop("works"),
    "soon": gettext_noop("ends soon"),
    "never": gettext_noop("works, and was never used"),
    "ended": gettext_noop("ended or revoked"),
}
KINDS: Final[Mapping[Kind, tuple[str, str]]] = {
    "secret": (
        gettext_noop("Secret key"),
        gettext_noop(
            "For your own servers. Whoever holds it may do all that is ticked below, so it belongs"
            " into no page, no app and no repository."
        ),
    ),
    "publishable": (
        gettext_noop("Publishable key"),
        gettext_noop(
            "For a web page or an app, where everybody can read it. It asks people for their"
            " choices, and nothing else."
        ),
    ),
}
TELLS: Final[Mapping[Scope, tuple[str, str]]] = {
    "records": (
        gettext_noop("Records"),
        gettext_noop("Hand in data of people, as far as the policy declares it."),
    ),
    "uses": (
        gettext_noop("Uses"),
        gettext_noop(
            "Read values for a purpose the policy declares and she has agreed to. Each use is"
            " recorded."
        ),
    ),
    "consents": (
        gettext_noop("Choices"),
        gettext_noop("Ask for choices, write them down and read what stands."),
    ),
    "assertions": (
        gettext_noop("Identity assertions"),
        gettext_noop("Sign which of your users looks at a page; the key itself never leaves you."),
    ),
}
CALLS: Final[Mapping[Scope, str]] = {
    "consents": '"%s/v1/consents?subject=user-42"',
    "uses": '--json \'{"subject": "user-42", "category": "account", "purpose": "account"}\''
    ' "%s/v1/uses"',
    "records": '--json @record.json "%s/v1/records"',
}
"""A first call by a secret key, the simplest it may make first."""
SENT: Final = 'curl -H "Authorization: Bearer $TROTH_KEY" '


class Choice(Struct, frozen=True):
    """A choice of a form: its value, what it is called, what it means."""

    name: str
    label: str
    tells: str


class Origin(Struct, frozen=True):
    """An origin as the register has it; `fit` where a key can be of it, as it is then written."""

    shown: SafeString
    fit: str


class KeyShown(Struct, frozen=True):
    """A key. `state` is `works`, `soon`, `ended`, `revoked`, or `refused` with its site gone."""

    row: Key
    state: str
    kind: str
    scopes: tuple[Choice, ...]
    replaced_by: Key | None

    @property
    def lives(self) -> bool:
        """Whether it can be ended still."""
        return self.state in LIVING


class SiteShown(Struct, frozen=True):
    """A site with its keys; one the policy tells of no more has neither label nor origins."""

    id: str
    label: SafeString
    service: SafeString
    origins: tuple[Origin, ...]
    living: tuple[KeyShown, ...]
    ended: tuple[KeyShown, ...]
    left_off: int = 0
    """How many ended ones are not shown."""


class Asked(Struct, frozen=True):
    """What of the keys was asked for."""

    search: str = ""
    state: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything was."""
        return bool(self.search or self.state)


class SitesPage(Struct, frozen=True):
    """The whole page."""

    declared: tuple[SiteShown, ...]
    gone: tuple[SiteShown, ...]
    living: int
    soon: int
    unused: int
    many: bool


def asked_of(query: Mapping[str, str]) -> Asked:
    """Parse what is asked for; what is not understood falls away."""
    state = query.get("state", "")
    return Asked(
        query.get("q", "").strip()[:SEARCH_LENGTH_MAX].lower(), state if state in STATES else ""
    )


def states_shown() -> list[tuple[str, str]]:
    """Return what the page can be narrowed to."""
    return [(name, gettext(label)) for name, label in STATES.items()]


def kinds_shown() -> tuple[Choice, ...]:
    """Return the kinds of keys."""
    return tuple(Choice(n, gettext(label), gettext(tells)) for n, (label, tells) in KINDS.items())


def scopes_shown(names: Iterable[str] = SCOPES) -> tuple[Choice, ...]:
    """Return scopes in their order; of one that is unknown, its name."""
    wanted = set(names)
    known = tuple(
        Choice(name, gettext(TELLS[name][0]), gettext(TELLS[name][1]))
        for name in SCOPES
        if name in wanted
    )
    return known + tuple(Choice(name, name, "") for name in sorted(wanted - set(SCOPES)))


def publishable_only() -> str:
    """Return, in words, what a publishable key may be given."""
    return ", ".join(one.label for one in scopes_shown(SCOPES_OF["publishable"]))


def sites_page(alias: str, asked: Asked, lang: Lang, now: datetime) -> SitesPage:
    """Return every site of the register in force, and every key, as far as it was asked for."""
    register = register_in_force(alias, now)
    declared: Mapping[str, Site] = {} if register is None else register.site
    keys = keys_shown(alias, frozenset(declared), now)
    of: dict[str, list[KeyShown]] = {}
    for key in keys:
        if _fits(key, asked):
            of.setdefault(key.row.site, []).append(key)
    wanted = [name for name in declared if name in of or not asked.narrows]
    living = [key for key in keys if key.lives]
    return SitesPage(
        tuple(_site(name, register, of.get(name, ()), lang) for name in wanted),
        tuple(_site(name, None, of[name], lang) for name in sorted(of.keys() - declared.keys())),
        living=len(living),
        soon=sum(key.state == "soon" for key in living),
        unused=sum(key.row.last_used_at is None for key in living),
        many=len(keys) > MANY or asked.narrows,
    )


def site_shown(alias: str, name: str, lang: Lang, now: datetime) -> SiteShown | None:
    """Return a site of the register in force, without its keys; None for what is none."""
    register = register_in_force(alias, now)
    if register is None or name not in register.site:
        return None
    return _site(name, register, (), lang)


def keys_shown(alias: str, declared: frozenset[str], now: datetime) -> list[KeyShown]:
    """Return every key, the newest first."""
    rows = list(Key.objects.using(alias).order_by("-made_at", "pk"))
    after = {row.replaces_id: row for row in reversed(rows) if row.replaces_id is not None}
    return [_key(row, after.get(row.pk), declared, now) for row in rows]


def key_shown(alias: str, row: Key, now: datetime) -> KeyShown:
    """Return one key."""
    register = register_in_force(alias, now)
    declared = frozenset() if register is None else frozenset(register.site)
    after = Key.objects.using(alias).filter(replaces=row).order_by("-made_at").first()
    return _key(row, after, declared, now)


def register_in_force(alias: str, now: datetime) -> Register | None:
    """Return the register that tells which sites there are; None before a version is in force."""
    stored = facts.in_force(alias, now)
    return None if stored is None else facts.document(alias, stored.hash).register


def first_call(key: Key, address: str) -> str:
    """Return a line that shows whether a key works; the key itself is not in it."""
    if key.kind == "publishable":
        origin = f'-H "Origin: {key.origins[0]}" ' if key.origins else ""
        return f'{SENT}{origin}"{address}/v1/consents?lang=en"'
    for scope, call in CALLS.items():
        if scope in key.scopes:
            return SENT + call % address
    return ""


def any_call(address: str) -> str:
    """Return how any secret key is sent."""
    return SENT + CALLS["consents"] % address


def _site(name: str, register: Register | None, keys: Sequence[KeyShown], lang: Lang) -> SiteShown:
    site = None if register is None else register.site[name]
    service = None if register is None or site is None else register.service.get(site.service or "")
    ended = tuple(key for key in keys if not key.lives)
    return SiteShown(
        id=name,
        label=plain(name if site is None else site.label[lang]),
        service=plain("" if service is None else service.label[lang]),
        origins=() if site is None else tuple(_origin(one) for one in site.origins),
        living=tuple(key for key in keys if key.lives),
        ended=ended[:ENDED_SHOWN],
        left_off=max(0, len(ended) - ENDED_SHOWN),
    )


def _origin(told: str) -> Origin:
    written = told.rstrip("/").lower()
    return Origin(plain(told), written if ORIGIN.fullmatch(written) else "")


def _key(row: Key, after: Key | None, declared: frozenset[str], now: datetime) -> KeyShown:
    kind: Kind = "secret" if row.kind == "secret" else "publishable"
    return KeyShown(
        row, _state(row, declared, now), gettext(KINDS[kind][0]), scopes_shown(row.scopes), after
    )


def _state(row: Key, declared: frozenset[str], now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at is not None and row.expires_at <= now:
        return "ended"
    if row.site not in declared:
        return "refused"
    return "soon" if row.expires_at is not None and row.expires_at <= now + SOON else "works"


def _fits(key: KeyShown, asked: Asked) -> bool:
    states = {
        "": True,
        "works": key.state in {"works", "soon"},
        "soon": key.state == "soon",
        "never": key.lives and key.row.last_used_at is None,
        "ended": not key.lives,
    }
    row = key.row
    found = asked.search in f"{row.label} {row.id} {row.site} {row.made_by}".lower()
    return states[asked.state] and found
