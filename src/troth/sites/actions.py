"""Verbs of keys.

`make(tx, wanted) -> Made`                   raises UnfitKeyError
`rotate(tx, key_id, overlap) -> Made`        raises NoKeyError; the old one ends after the overlap
`revoke(tx, key_id) -> None`                 raises NoKeyError
"""

import secrets
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from troth import vault
from troth.ledger import LedgerEntry, record
from troth.people.models import HANDLE_LETTERS
from troth.policy.words import Message, mark
from troth.sites.declared import demand_declared, demand_origins
from troth.sites.errors import NoKeyError, UnfitKeyError
from troth.sites.models import LABEL_LENGTH_MAX, Key
from troth.sites.secrets import hash_of, written
from troth.sites.words import ID_LENGTH, SCOPES_OF, Kind, Scope
from troth.store import Tx

MADE: Final = "sites.key-made"
REVOKED: Final = "sites.key-revoked"
ENDING: Final = "sites.key-ending"
OVERLAPS: Final = (timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(days=7))
PER_MINUTE: Final = 600
PER_MINUTE_MAX: Final = 100_000
ORIGINS_MAX: Final = 20
LIFE_MAX: Final = timedelta(days=366 * 2)


class Wanted(Struct, frozen=True, kw_only=True):
    """A key somebody wants: `origins` for a publishable one, `until` None for no end."""

    site: str
    kind: Kind
    label: str
    scopes: frozenset[Scope]
    origins: tuple[str, ...] = ()
    per_minute: int = PER_MINUTE
    test: bool = False
    until: datetime | None = None


class Made(Struct, frozen=True):
    """A key that was made, and how it is written: to be shown once."""

    key: Key
    text: str

    def __repr__(self) -> str:
        return f"Made({self.key.id})"


def make(tx: Tx, wanted: Wanted) -> Made:
    """Make a key of a site that the policy in force tells of."""
    return _write(tx, _fit(tx, wanted), None)


def rotate(tx: Tx, key_id: str, overlap: timedelta) -> Made:
    """Make a key that may do the same; the old one works on for the overlap, so nothing stops."""
    old = _live(tx, key_id)
    if overlap not in OVERLAPS:
        raise UnfitKeyError("overlap", Message(mark("Choose one of the overlaps offered.")))
    life = None if old.expires_at is None else old.expires_at - old.made_at
    wanted = Wanted(
        site=old.site,
        kind=_kind(old),
        label=old.label,
        scopes=frozenset(old.scopes),
        origins=tuple(old.origins),
        per_minute=old.per_minute,
        test=old.test,
        until=None if life is None else tx.now + life,
    )
    made = _write(tx, _fit(tx, wanted), old)
    if not overlap:
        vault.revoke(old.id)
    _end(tx, old, tx.now + overlap)
    return made


def revoke(tx: Tx, key_id: str) -> None:
    """Have a key be refused from this commit on; it never works again.

    The key store remembers it before: where a copy of the data comes back, the key does not.
    """
    old = _live(tx, key_id)
    vault.revoke(old.id)
    _revoke(tx, old)


def revoke_again(tx: Tx, key_id: str) -> bool:
    """Have a key be refused that was revoked before, and that a restored copy does not know so.

    Tells whether it still worked: another start may have been first, and one that was rotated
    without an overlap has ended.
    """
    try:
        key = _live(tx, key_id)
    except NoKeyError:
        return False
    _revoke(tx, key)
    return True


def _revoke(tx: Tx, key: Key) -> None:
    key.revoked_at = tx.now
    key.save(using=tx.alias, update_fields=["revoked_at"])
    record(tx, LedgerEntry(REVOKED, about={"key": key.id, "site": key.site}))


def _fit(tx: Tx, wanted: Wanted) -> Wanted:
    label = " ".join(wanted.label.split())
    if not 1 <= len(label) <= LABEL_LENGTH_MAX or not label.isprintable():
        raise UnfitKeyError(
            "label",
            Message(mark("Name the key in 1 to %(most)s characters."), {"most": LABEL_LENGTH_MAX}),
        )
    if not wanted.scopes or not wanted.scopes <= set(SCOPES_OF[wanted.kind]):
        raise UnfitKeyError(
            "scopes",
            Message(
                mark("A key of this kind may be given: %(scopes)s."),
                {"scopes": ", ".join(SCOPES_OF[wanted.kind])},
            ),
        )
    if not 1 <= wanted.per_minute <= PER_MINUTE_MAX:
        raise UnfitKeyError(
            "per_minute",
            Message(mark("Allow 1 to %(most)s calls a minute."), {"most": PER_MINUTE_MAX}),
        )
    if wanted.until is not None and not tx.now < wanted.until <= tx.now + LIFE_MAX:
        raise UnfitKeyError("until", Message(mark("Let it end within two years from now.")))
    site = demand_declared(tx, wanted.site)
    origins = demand_origins(site, wanted.kind, wanted.origins, test=wanted.test)
    if len(origins) > ORIGINS_MAX:
        raise UnfitKeyError(
            "origins", Message(mark("Name %(most)s origins at most."), {"most": ORIGINS_MAX})
        )
    return replace(wanted, label=label, origins=origins)


def _write(tx: Tx, wanted: Wanted, old: Key | None) -> Made:
    key_id = "".join(secrets.choice(HANDLE_LETTERS) for _ in range(ID_LENGTH))
    text = written(key_id, wanted.kind, test=wanted.test)
    about = {
        "key": key_id,
        "site": wanted.site,
        "kind": wanted.kind,
        "scopes": sorted(wanted.scopes),
        "origins": list(wanted.origins),
        "per_minute": wanted.per_minute,
        "test": wanted.test,
        "until": "" if wanted.until is None else wanted.until.isoformat(),
        "replaces": "" if old is None else old.id,
    }
    key = Key.objects.using(tx.alias).create(
        id=key_id,
        site=wanted.site,
        kind=wanted.kind,
        label=wanted.label,
        scopes=sorted(wanted.scopes),
        origins=list(wanted.origins),
        per_minute=wanted.per_minute,
        test=wanted.test,
        hash=hash_of(text),
        made_at=tx.now,
        made_by=tx.actor,
        expires_at=wanted.until,
        replaces=old,
        entry=record(tx, LedgerEntry(MADE, about=about)),
    )
    return Made(key, text.text)


def _live(tx: Tx, key_id: str) -> Key:
    rows = Key.objects.using(tx.alias).select_for_update()
    found = rows.filter(pk=key_id, revoked_at=None).first()
    if found is None or (found.expires_at is not None and found.expires_at <= tx.now):
        raise NoKeyError
    return found


def _end(tx: Tx, key: Key, at: datetime) -> None:
    """Have a key end at a moment, unless it ends sooner by itself."""
    if key.expires_at is None or at < key.expires_at:
        key.expires_at = at
        key.save(using=tx.alias, update_fields=["expires_at"])
    about = {"key": key.id, "site": key.site, "until": key.expires_at.isoformat()}
    record(tx, LedgerEntry(ENDING, about=about))


def _kind(key: Key) -> Kind:
    return "secret" if key.kind == "secret" else "publishable"
