"""Signals: what people should look at, told once and then counted, however often it happens.

`raise_signal(tx, kind, key, about) -> None`       opens one, or counts up the open one
`close(tx, signal_id, by, reason) -> bool`          False where it is closed already
`close_all(tx, kind, key, by, reason) -> bool`      the open one of that kind and key
`open_signals(alias, kind=None, page=1) -> Signals` newest first

Strangers may cause signals, so of each kind only so many keys are open at once; those beyond are
counted by one signal of kind `overflow`.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Least
from msgspec import Struct

from troth.store.models import KEY_LENGTH_MAX, NAME_LENGTH_MAX, Signal
from troth.store.transaction import Tx

OPEN_KEYS_MAX: Final = 1_000
"""How many keys of one kind may be open at once."""
ABOUT_BYTES_MAX: Final = 2_000
PAGE_ROWS: Final = 50
OVERFLOW: Final = "overflow"


class Signals(Struct, frozen=True):
    """One page of open signals."""

    rows: tuple[Signal, ...]
    count: int
    page: int
    pages: int


def raise_signal(tx: Tx, kind: str, key: str = "", about: Mapping[str, Any] | None = None) -> None:
    """Open a signal, or count up the open one of this kind and key and tell what is newest.

    `about` is small and holds nothing of a person. Raises ValueError on one that is too large.
    """
    told = dict(about or {})
    if len(json.dumps(told)) > ABOUT_BYTES_MAX:
        raise ValueError(f"about is larger than {ABOUT_BYTES_MAX} bytes")
    kind, key = kind[:NAME_LENGTH_MAX], key[:KEY_LENGTH_MAX]
    if _count_up(tx, kind, key, told):
        return
    opened = _open(tx).filter(kind=kind)
    if kind != OVERFLOW and opened[OPEN_KEYS_MAX - 1 : OPEN_KEYS_MAX].exists():
        raise_signal(tx, OVERFLOW, kind, {"kind": kind, "keys": OPEN_KEYS_MAX})
        return
    try:
        with transaction.atomic(using=tx.alias):
            Signal.objects.using(tx.alias).create(
                kind=kind, key=key, about=told, first_at=tx.now, last_at=tx.now
            )
    except IntegrityError:  # another transaction opened it since we looked
        _count_up(tx, kind, key, told)


def close(tx: Tx, signal_id: int, by: str, reason: str) -> bool:
    """Close a signal: somebody has looked, or what it told is mended."""
    return _close(tx, _open(tx).filter(pk=signal_id), by, reason)


def close_all(tx: Tx, kind: str, key: str, by: str, reason: str) -> bool:
    """Close the open signal of a kind and key, if there is one."""
    return _close(tx, _open(tx).filter(kind=kind, key=key), by, reason)


def open_signals(alias: str = DEFAULT_DB_ALIAS, kind: str | None = None, page: int = 1) -> Signals:
    """Return a page of the open signals; a page that isn't there is the nearest that is."""
    found = Signal.objects.using(alias).filter(closed_at=None)
    if kind is not None:
        found = found.filter(kind=kind)
    count = found.count()
    pages = max(1, -(-count // PAGE_ROWS))
    page = min(max(page, 1), pages)
    rows = found.order_by("-last_at", "-id")[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    return Signals(tuple(rows), count, page, pages)


def _open(tx: Tx) -> "Any":
    return Signal.objects.using(tx.alias).filter(closed_at=None)


def _count_up(tx: Tx, kind: str, key: str, about: dict[str, Any]) -> bool:
    same = _open(tx).filter(kind=kind, key=key)
    first_at = Least("first_at", tx.now)  # the clock may have been put back since
    return bool(same.update(times=F("times") + 1, first_at=first_at, last_at=tx.now, about=about))


def _close(tx: Tx, found: "Any", by: str, reason: str) -> bool:
    told = {"closed_by": by[:NAME_LENGTH_MAX], "reason": reason[:KEY_LENGTH_MAX]}
    return bool(found.update(closed_at=tx.now, **told))
