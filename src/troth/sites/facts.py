"""Who calls: a key is looked up, held against what it may do, and counted.

`authenticate(call, scope, now) -> Caller`     raises KeyRefusedError
A publishable key without origins is for software on a device, which sends none; one with origins
is obeyed from those alone.
"""

import hmac
from datetime import datetime, timedelta
from typing import Final

from django.db import DEFAULT_DB_ALIAS
from msgspec import Struct

from troth.policy.register import Site
from troth.policy.words import Message, mark
from troth.sites.declared import sites, told_origins
from troth.sites.errors import KeyRefusedError
from troth.sites.models import Key
from troth.sites.secrets import hash_of
from troth.sites.words import Kind, Scope, parse
from troth.store.rate import Limit, network_of

BEARER: Final = "bearer "
NOTED_EVERY: Final = timedelta(minutes=1)
PER_ADDRESS: Final = Limit("publishable-address", times=300, seconds=60)
"""What one address may call by publishable keys: they stand in a page's source, for everybody."""
PER_SITE: Final = Limit("publishable-site", times=30_000, seconds=60)
UNKNOWN_PER_ADDRESS: Final = Limit("unknown-keys", times=60, seconds=60)
MINUTE: Final = 60


class Call(Struct, frozen=True):
    """What a call says of itself: headers `Authorization` and `Origin`, and its address."""

    authorization: str
    origin: str
    address: str

    def __repr__(self) -> str:
        return "Call()"


class Caller(Struct, frozen=True):
    """By which key something is done."""

    key: str
    site: str
    kind: Kind
    test: bool
    origin: str = ""


def authenticate(call: Call, scope: Scope, now: datetime, alias: str = DEFAULT_DB_ALIAS) -> Caller:
    """Return by which key a call is made, if that key may do this from there, now, once more."""
    key = _known(call, alias)
    _demand_live(key, now)
    site = sites(alias, now).get(key.site)
    if site is None:
        raise refused(
            403, "key-site", mark("The policy in force does not tell of the key's site any more.")
        )
    if scope not in key.scopes:
        raise refused(
            403,
            "key-scope",
            mark("This key may not do this: it needs the scope “%(scope)s”."),
            scope=scope,
        )
    caller = Caller(key.id, key.site, _kind(key), key.test, _origin(key, call, site))
    _demand_patience(key, call)
    _note(key, now, alias)
    return caller


def _known(call: Call, alias: str) -> Key:
    if call.authorization[: len(BEARER)].lower() != BEARER:
        raise refused(
            401, "key-missing", mark("Send a key of the site: Authorization: Bearer troth_…")
        )
    sent = parse(call.authorization[len(BEARER) :].strip())
    key = None if sent is None else Key.objects.using(alias).filter(pk=sent.id).first()
    if sent is None or key is None or not hmac.compare_digest(key.hash, hash_of(sent)):
        wait = UNKNOWN_PER_ADDRESS.wait_seconds(network_of(call.address))
        if wait:
            raise _patience(wait)
        raise refused(401, "key-unknown", mark("This is no key of this server."))
    return key


def _demand_live(key: Key, now: datetime) -> None:
    if key.revoked_at is not None:
        raise refused(401, "key-revoked", mark("This key was revoked; make another."))
    if key.expires_at is not None and key.expires_at <= now:
        raise refused(401, "key-expired", mark("This key has ended; make another."))


def _origin(key: Key, call: Call, site: Site) -> str:
    """Return the origin a call comes from: one of the key's, which the policy still tells of."""
    origin = call.origin.lower()
    if key.kind == "secret":
        if origin:
            raise refused(
                403,
                "key-origin",
                mark(
                    "A secret key was sent by a browser: revoke it, make another, and keep that one"
                    " on your server."
                ),
            )
        return ""
    if not key.origins and origin:
        raise refused(
            403, "key-origin", mark("This key is for software on a device, not for a browser.")
        )
    if key.origins and origin not in key.origins:
        raise refused(
            403,
            "key-origin",
            mark("This key is not for this origin; it is for: %(origins)s."),
            origins=", ".join(key.origins),
        )
    if origin and not key.test and origin not in told_origins(site):
        raise refused(
            403, "key-origin", mark("The policy in force does not tell of this origin any more.")
        )
    return origin


def _demand_patience(key: Key, call: Call) -> None:
    """Refuse who calls too often: an address first, so that one can't use up what all may."""
    own = Limit("key", times=key.per_minute, seconds=MINUTE)
    if key.kind == "publishable":
        wait = (
            PER_ADDRESS.wait_seconds(network_of(call.address))
            or own.wait_seconds(key.id)
            or PER_SITE.wait_seconds(key.site)
        )
    else:
        wait = own.wait_seconds(key.id)
    if wait:
        raise _patience(wait)


def _patience(wait: int) -> KeyRefusedError:
    says = mark("Too many calls; call again in %(wait)s seconds.")
    return KeyRefusedError(429, "key-quota", Message(says, {"wait": wait}), retry_after=wait)


def _note(key: Key, now: datetime, alias: str) -> None:
    """Note that a key is in use, once a minute at most; it is no deed of anybody's."""
    if key.last_used_at is None or now - key.last_used_at >= NOTED_EVERY:
        Key.objects.using(alias).filter(pk=key.id).update(last_used_at=now)


def refused(status: int, code: str, says: str, **values: str) -> KeyRefusedError:
    """Return the refusal of a call, for who raises it."""
    return KeyRefusedError(status, code, Message(says, values))


def _kind(key: Key) -> Kind:
    return "secret" if key.kind == "secret" else "publishable"
