"""Sessions somebody is signed in by: noted, looked at, ended one by one or all at once.

`note(tx, account, session, browser, proof) -> bool`       right after a sign-in; False: too late
`end(tx, account, number) -> bool`     `end_others(tx, account, session) -> int`
`end_all(tx, account) -> int`                            a leaver, a changed password
"""

import re
from datetime import datetime, timedelta
from typing import Final

from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from msgspec import Struct

from troth.ledger import LedgerEntry, record
from troth.people.models import Account, SignedIn
from troth.store import Tx
from troth.store.locks import serialise

SEEN_EVERY: Final = timedelta(minutes=5)
FAMILIES: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Final = (
    ("iPhone|iPad", "iOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_of(agent: str) -> str:
    """Return the family of a browser, coarse on purpose: `Firefox, Linux`; "" for none known."""
    family = next((name for sign, name in FAMILIES if sign in agent), "")
    system = next((name for sign, name in SYSTEMS if re.search(sign, agent)), "")
    return ", ".join(part for part in (family, system) if part)


class Proof(Struct, frozen=True):
    """How whoever signed in has proved herself; `alone`: by one thing, with no second factor."""

    by: str
    alone: bool = False


def lock(tx: Tx, account: Account) -> bool:
    """Have second factors added and removed, and sign-ins noted, in turn; tell if there is none."""
    serialise(tx, f"people.factors.{account.pk}")
    return not account.factors.using(tx.alias).filter(confirmed_at__isnull=False).exists()


def is_noted(tx: Tx, account: Account, session: str) -> bool:
    """Tell whether a session of the account's lives, and was not ended."""
    return _rows(tx, account).filter(session=session).exists()


def note(tx: Tx, account: Account, session: str, browser: str, proof: Proof) -> bool:
    """Note a session that has just begun, and how whoever it is proved herself.

    False where that came too late: the account was ended meanwhile, or has a second factor by now
    that was not asked for. Then the session is ended, too.
    """
    none_yet = lock(tx, account)
    accounts = Account.objects.using(tx.alias).select_for_update(no_key=True)
    ended = not accounts.filter(pk=account.pk, is_active=True).exists()
    if ended or (proof.alone and not none_yet):
        Session.objects.using(tx.alias).filter(session_key=session).delete()
        return False
    about = {"handle": account.handle, "by": proof.by}
    entry = record(tx, LedgerEntry("people.signed-in", about=about))
    SignedIn.objects.using(tx.alias).create(
        account=account,
        session=session,
        browser=browser,
        by=proof.by,
        since=tx.now,
        seen_at=tx.now,
        entry=entry,
    )
    return True


def seen(alias: str, session: str, now: datetime) -> None:
    """Note that a session is in use, every few minutes at most; it is no deed of anybody's."""
    rows = SignedIn.objects.using(alias).filter(session=session, seen_at__lt=now - SEEN_EVERY)
    if rows.exists():  # asked first, as on SQLite even an update of nothing waits for the writer
        rows.update(seen_at=now)


def forget_ended(tx: Tx) -> int:
    """Delete what was noted of sessions that are no more; return how many those were."""
    living = Session.objects.using(tx.alias).values("session_key")
    rows = SignedIn.objects.using(tx.alias).exclude(session__in=living)
    deleted, _ = rows.delete()
    if deleted:
        record(tx, LedgerEntry("people.sessions-forgotten", about={"sessions": deleted}))
    return deleted


def of(account: Account, now: datetime) -> list[SignedIn]:
    """Return the sessions of an account that live, the one used last first."""
    living = Session.objects.filter(expire_date__gt=now).values("session_key")
    return list(account.sessions.filter(session__in=living).order_by("-seen_at", "-pk"))


def end(tx: Tx, account: Account, number: int) -> bool:
    """End one session; False where it is none of the account's."""
    return _end(tx, account, _rows(tx, account).filter(pk=number)) > 0


def end_others(tx: Tx, account: Account, session: str) -> int:
    """End all sessions but one; return how many those were."""
    return _end(tx, account, _rows(tx, account).exclude(session=session))


def end_all(tx: Tx, account: Account) -> int:
    """End all sessions; return how many those were."""
    return _end(tx, account, _rows(tx, account))


def _rows(tx: Tx, account: Account) -> "QuerySet[SignedIn]":
    return SignedIn.objects.using(tx.alias).filter(account=account)


def _end(tx: Tx, account: Account, rows: "QuerySet[SignedIn]") -> int:
    keys = list(rows.values_list("session", flat=True))
    if not keys:
        return 0
    Session.objects.using(tx.alias).filter(session_key__in=keys).delete()
    rows.delete()
    about = {"handle": account.handle, "sessions": len(keys)}
    record(tx, LedgerEntry("people.sessions-ended", about=about))
    return len(keys)
