"""What is unusual about a member's views: told at once, and stopped where that is set.

`watch(tx, member) -> list[str]`     after each view; the kinds of what was found
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import Max

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
from troth.ledger.entries import moment
from troth.store import SYSTEM, Tx
from troth.store.models import Signal
from troth.store.signals import close_all, raise_signal

VOLUME: Final = "access-volume"
BREADTH: Final = "access-breadth"
HOURS: Final = "access-hours"
NO_CASE: Final = "access-without-case"
KINDS: Final = (VOLUME, BREADTH, HOURS, NO_CASE)
COUNTED: Final = (VOLUME, BREADTH, NO_CASE)
LIFTED: Final = "lifted"
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def watch(tx: Tx, member: Member) -> list[str]:
    """Look at what a member has viewed lately; tell what is unusual, and stop her if so set.

    Counted from the rows of views, so that no counter has to be kept true. A signal tells each kind
    once a day until somebody has looked; from then on it is told, and stops her, again. What was
    looked at with a freeze that was lifted is not counted a second time.
    """
    if not View.objects.using(tx.alias).filter(member=member, allowed=True, at=tx.now).exists():
        return []
    since = _lifted_at(tx, member)
    found = [kind for kind in KINDS if _FINDERS[kind](tx, member, since)]
    day = f"{tx.now:%Y-%m-%d}"
    fresh = [kind for kind in found if not _is_open(tx, member, kind, day)]
    for kind in found:
        raise_signal(tx, kind, f"{member.handle}.{day}", {"member": member.handle, "day": day})
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


def looked_at(tx: Tx, member: Member) -> None:
    """Close what was counted for a member: somebody has looked, and lets her go on.

    That she worked at night stays told for its day, or each view of that night would stop her.
    """
    for kind in COUNTED:
        signals = Signal.objects.using(tx.alias).filter(kind=kind, closed_at=None)
        for key in signals.filter(key__startswith=f"{member.handle}.").values_list(
            "key", flat=True
        ):
            close_all(tx, kind, key, tx.actor, LIFTED)


def _lifted_at(tx: Tx, member: Member) -> datetime:
    """Return when a freeze of hers was last lifted, long ago where none was."""
    lifted = Freeze.objects.using(tx.alias).filter(member=member).aggregate(Max("lifted_at"))
    return lifted["lifted_at__max"] or LONG_AGO


def _is_open(tx: Tx, member: Member, kind: str, day: str) -> bool:
    signals = Signal.objects.using(tx.alias).filter(kind=kind, closed_at=None)
    return signals.filter(key=f"{member.handle}.{day}").exists()


def _tell(tx: Tx, member: Member, kind: str, day: str) -> None:
    about = {"kind": kind, "member": member.handle, "day": day}
    record(tx, LedgerEntry("access.alert", about=about))
    watchers = holders(tx, (OWNER, PRIVACY_OFFICER, SECURITY), but=member)
    values = {"member": member.handle, "kind": kind}
    tell(tx, watchers, "access.alert", values, f"alert.{kind}.{member.pk}.{moment(tx.now)}")


def _many(tx: Tx, member: Member, since: datetime) -> bool:
    begin = max(since, tx.now - timedelta(hours=1))
    views = View.objects.using(tx.alias).filter(member=member, allowed=True, at__gt=begin)
    return views.count() > number(tx, VOLUME_PER_HOUR)


def _broad(tx: Tx, member: Member, since: datetime) -> bool:
    begin = max(since, tx.now - timedelta(days=1))
    views = View.objects.using(tx.alias).filter(member=member, allowed=True, at__gt=begin)
    persons = views.values("subject").distinct().count()
    return persons > number(tx, PERSONS_PER_DAY)


def _late(tx: Tx, member: Member, since: datetime) -> bool:
    del member, since
    return not working_hours(tx).covers(tx.now)


def _caseless(tx: Tx, member: Member, since: datetime) -> bool:
    """Whether she has seen somebody just now whom no case is about and no list names."""
    del since
    views = View.objects.using(tx.alias).filter(member=member, allowed=True, at=tx.now, case=None)
    return views.filter(grant__scope=ALL).exists()


_FINDERS: Final = {VOLUME: _many, BREADTH: _broad, HOURS: _late, NO_CASE: _caseless}
