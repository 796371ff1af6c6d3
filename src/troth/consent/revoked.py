"""Which tokens are worth nothing any more: the least valid number of each subject, in memory.

`load(alias, now)`             begin with what was taken back, and who was erased, in the last day
`refresh(alias, now)`          take in what any process has committed since
`note(subject, least, now)`    what this one has committed; `saying` and `holdings` call it
`least(subject) -> int`        tokens with a smaller number are void; 0: none is
No token lives longer than a day, so nothing needs to be known for longer.
"""

import threading
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max

from troth.consent.models import Choice
from troth.ledger.entries import first_id
from troth.store import Tx
from troth.vault import PersonId
from troth.vault.models import Tombstone

KNOWN_FOR: Final = timedelta(hours=25)
"""A day, and an hour for clocks that differ."""
SETTLES: Final = timedelta(seconds=10)
"""Longer than a transaction lasts: what is older has every row with a smaller number beside it."""
STARTS_BEFORE: Final = timedelta(minutes=10)
"""The same at a start, where the time is told by the clocks of others."""
EVERY: Final = 1 << 32
"""More than any token's number."""

Place = tuple[int, int]
"""How far the rows were read: the last choice and the last tombstone."""


class Revoked:
    """What one process knows of it."""

    def __init__(self) -> None:
        self._least: dict[PersonId, int] = {}
        self._until: dict[PersonId, datetime] = {}
        self._ends: deque[tuple[datetime, PersonId]] = deque()
        self._read: deque[tuple[datetime, Place]] = deque()
        self._turn = threading.Lock()

    def least(self, subject: PersonId) -> int:
        """Return the number below which a subject's tokens are void; 0 where all are good."""
        return self._least.get(subject, 0)

    def note(self, subject: PersonId, least: int, now: datetime) -> None:
        """Have tokens with a smaller number than `least` be void from now on."""
        with self._turn:
            self._take(((subject, least),), now)

    def load(self, alias: str, now: datetime) -> None:
        """Begin anew. What was brought in or joined counts by when that was, not by when said."""
        with self._turn:
            self._begin(alias, now)

    def refresh(self, alias: str, now: datetime) -> None:
        """Read on from where everything had been committed, and forget what is a day old."""
        with self._turn:
            if not self._read:
                self._begin(alias, now)
                return
            choice, tombstone = self._read[0][1]
            newest = _newest(alias)
            self._take(_least_of(alias, after=choice), now)
            self._take(_erased(alias, after=tombstone), now)
            self._read.append((now, newest))
            while len(self._read) > 1 and self._read[1][0] <= now - SETTLES:
                self._read.popleft()
            self._forget(now)

    def _begin(self, alias: str, now: datetime) -> None:
        for known in (self._least, self._until, self._ends, self._read):
            known.clear()
        self._read.append((now, _settled(alias, now - STARTS_BEFORE)))
        self._take(_least_of(alias, since=now - KNOWN_FOR), now)
        self._take(_erased(alias, since=now - KNOWN_FOR), now)

    def _take(self, found: Iterable[tuple[PersonId, int]], now: datetime) -> None:
        until = now + KNOWN_FOR
        for subject, least in found:
            if least > self._least.get(subject, 0):
                self._least[subject] = least
                self._until[subject] = until
                self._ends.append((until, subject))

    def _forget(self, now: datetime) -> None:
        while self._ends and self._ends[0][0] <= now:
            _, subject = self._ends.popleft()
            if self._until[subject] <= now:
                self._least.pop(subject, None)


def _least_of(
    alias: str, *, after: int = 0, since: datetime | None = None
) -> list[tuple[PersonId, int]]:
    """Return the newest number by which each subject has said no, of later rows."""
    rows = Choice.objects.using(alias).filter(given=False, pk__gt=after).exclude(subject="")
    if since is not None:
        rows = rows.filter(entry__gte=first_id(since))
    return list(rows.values_list("subject").annotate(Max("sequence")).order_by())


def _erased(
    alias: str, *, after: int = 0, since: datetime | None = None
) -> list[tuple[PersonId, int]]:
    rows = Tombstone.objects.using(alias).filter(pk__gt=after)
    if since is not None:
        rows = rows.filter(at__gte=since)
    return [(PersonId(person), EVERY) for person in rows.values_list("person", flat=True)]


def _newest(alias: str) -> Place:
    choice = Choice.objects.using(alias).aggregate(last=Max("pk"))["last"]
    tombstone = Tombstone.objects.using(alias).aggregate(last=Max("pk"))["last"]
    return choice or 0, tombstone or 0


def _settled(alias: str, at: datetime) -> Place:
    """Return the last rows of before a moment: all with smaller numbers were committed."""
    choices = Choice.objects.using(alias).filter(entry__lt=first_id(at)).order_by("-entry")
    tombstones = Tombstone.objects.using(alias).filter(at__lt=at).order_by("-pk")
    choice = choices.values_list("pk", flat=True).first()
    tombstone = tombstones.values_list("pk", flat=True).first()
    return choice or 0, tombstone or 0


_HERE: Final = Revoked()
least: Final = _HERE.least
note: Final = _HERE.note
load: Final = _HERE.load
refresh: Final = _HERE.refresh


def note_committed(tx: Tx, subject: PersonId, sequence: int = EVERY) -> None:
    """Have it noted as soon as it is committed; without a number, every token is void."""
    now = tx.now
    transaction.on_commit(lambda: note(subject, sequence, now), using=tx.alias, robust=True)
