"""What is unusual about a member's views: told at once, and stopped where that is set.

`watch(tx, member) -> list[str]`     after each view; the kinds of what was found
"""

from datetime import timedelta
from typing import Final

from troth.access.models import Freeze, Member, View
from troth.access.models.grants import ALL
from troth.access.notes import person_of_member, seal_note
from troth.access.roles import OWNER, PRIVACY_OFFICER, SECURITY
from troth.access.settings import (
    FREEZE_ON_ALERT,
    PERSONS_PER_DAY,
    VOLUME_PER_HOUR,
    number,
    switch,
    working_hours,
)
from troth.access.standing import forget
from troth.access.telling import holders, tell
from troth.ledger import LedgerEntry, record
from troth.store import SYSTEM, Tx
from troth.store.models import Signal
from troth.store.signals import raise_signal

VOLUME: Final = "access-volume"
BREADTH: Final = "access-breadth"
HOURS: Final = "access-hours"
NO_CASE: Final = "access-without-case"
KINDS: Final = (VOLUME, BREADTH, HOURS, NO_CASE)


def watch(tx: Tx, member: Member) -> list[str]:
    """Look at what a member has viewed lately; tell what is unusual once a day and kind.

    Counted from the rows of views, so that no counter has to be kept true.
    """
    found = [kind for kind in KINDS if _FINDERS[kind](tx, member)]
    day = f"{tx.now:%Y-%m-%d}"
    fresh = [kind for kind in found if _first_today(tx, member, kind, day)]
    for kind in fresh:
        _tell(tx, member, kind, day)
    if fresh and switch(tx, FREEZE_ON_ALERT):
        _freeze(tx, member, fresh)
    return found


def _freeze(tx: Tx, member: Member, kinds: list[str]) -> None:
    """Stop her grants until somebody has looked."""
    frozen = Freeze.objects.using(tx.alias)
    if frozen.filter(member=member, lifted_at=None).exists():
        return
    about = {"member": member.handle, "by": SYSTEM, "kinds": kinds}
    entry = record(tx, LedgerEntry("access.member-frozen", about=about))
    reason = seal_note(tx, person_of_member(tx, member), ", ".join(kinds))
    frozen.create(member=member, since=tx.now, by=SYSTEM, reason=reason, entry=entry)
    forget(tx)
    tell(tx, [member], "access.frozen", {}, f"frozen.{member.pk}.{tx.now:%Y-%m-%dT%H:%M:%S}")


def _first_today(tx: Tx, member: Member, kind: str, day: str) -> bool:
    key = f"{member.handle}.{day}"
    return not Signal.objects.using(tx.alias).filter(kind=kind, key=key).exists()


def _tell(tx: Tx, member: Member, kind: str, day: str) -> None:
    about = {"member": member.handle, "day": day}
    raise_signal(tx, kind, f"{member.handle}.{day}", about)
    record(tx, LedgerEntry("access.alert", about={"kind": kind, **about}))
    watchers = holders(tx, (OWNER, PRIVACY_OFFICER, SECURITY), but=member)
    values = {"member": member.handle, "kind": kind}
    tell(tx, watchers, "access.alert", values, f"alert.{kind}.{member.pk}.{day}")


def _many(tx: Tx, member: Member) -> bool:
    views = View.objects.using(tx.alias).filter(
        member=member, allowed=True, at__gt=tx.now - timedelta(hours=1)
    )
    return views.count() > number(tx, VOLUME_PER_HOUR)


def _broad(tx: Tx, member: Member) -> bool:
    views = View.objects.using(tx.alias).filter(
        member=member, allowed=True, at__gt=tx.now - timedelta(days=1)
    )
    persons = views.values("subject").distinct().count()
    return persons > number(tx, PERSONS_PER_DAY)


def _late(tx: Tx, member: Member) -> bool:
    del member
    return not working_hours(tx).covers(tx.now)


def _caseless(tx: Tx, member: Member) -> bool:
    """Whether she has seen somebody just now whom no case is about and no list names."""
    views = View.objects.using(tx.alias).filter(member=member, allowed=True, at=tx.now, case=None)
    return views.filter(grant__scope=ALL).exists()


_FINDERS: Final = {VOLUME: _many, BREADTH: _broad, HOURS: _late, NO_CASE: _caseless}
