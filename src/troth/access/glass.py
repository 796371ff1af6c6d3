"""Breaking the glass: what nobody approved, taken for half an hour, and told at once.

`break_glass(tx, wish) -> Break`                 raises UnreviewedError, grants' errors
`review(tx, broken, justified, note) -> None`    raises SettledError; before it none again
"""

from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from troth.access import objects, turns
from troth.access.acting import acting
from troth.access.grants import (
    GrantError,
    SettledError,
    Wish,
    demand_declared,
    end_these,
    write,
)
from troth.access.models import Break, Grant
from troth.access.models.grants import GLASS
from troth.access.notes import person_of_member, seal_note
from troth.access.roles import OWNER, PRIVACY_OFFICER, SECURITY
from troth.access.standing import standing
from troth.access.telling import holders, tell
from troth.ledger import LedgerEntry, record
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.store.locks import serialise
from troth.store.signals import close_all, raise_signal

LIFE: Final = timedelta(minutes=30)
SIGNAL: Final = "glass-broken"
PERSONS_MAX: Final = 20


class UnreviewedError(GrantError):
    """Her last one was not reviewed yet."""


class NotSwornError(GrantError):
    """Without a current undertaking the glass does not break."""


def break_glass(tx: Tx, wish: Wish) -> Break:
    """Take leave to see certain persons' data at once; every approver who was skipped is told.

    Who has given an address is told by mail, all of them in the console until it was reviewed. A
    freeze and an overdue review don't hinder it, a missing undertaking does.
    """
    turns.rely(tx)
    actor = acting(tx)
    objects.on_self(actor, "glass.break")
    demand_declared(tx, wish)
    if not 0 < len(set(wish.persons)) <= PERSONS_MAX or wish.scope != "list":
        raise GrantError(
            Message(
                mark("Name 1 to %(number)s persons; the glass breaks for nobody else."),
                {"number": PERSONS_MAX},
            ),
            "persons",
        )
    until = standing(tx, actor.member).undertaking_until
    if until is None or until <= tx.now:
        raise NotSwornError(Message(mark("Sign the confidentiality undertaking first.")))
    serialise(tx, f"access.glass.{actor.member.pk}")
    broken = Break.objects.using(tx.alias).filter(member=actor.member)
    if broken.filter(reviewed_at=None).exists():
        raise UnreviewedError(
            Message(mark("Your last use of this has to be reviewed by another member first."))
        )
    grant = write(tx, actor.member, replace(wish, life=LIFE), needed=0, kind=GLASS)
    grant.decided_at, grant.approved, grant.until = tx.now, True, tx.now + LIFE
    grant.save(using=tx.alias, update_fields=["decided_at", "approved", "until"])
    skipped = holders(tx, (OWNER, PRIVACY_OFFICER, SECURITY), but=actor.member)
    values = {"member": actor.member.handle, "category": wish.category}
    mailed = tell(tx, skipped, "access.glass-broken", values, f"glass.{grant.pk}")
    about = {
        "member": actor.member.handle,
        "grant": grant.name,
        "skipped": [one.handle for one in skipped],
        "mailed": mailed,
    }
    entry = record(tx, LedgerEntry("access.glass-broken", about=about))
    raise_signal(tx, SIGNAL, actor.member.handle, {"grant": grant.name})
    return broken.create(
        grant=grant,
        member=actor.member,
        at=tx.now,
        told=mailed,
        unmailed=[one.handle for one in skipped if one.handle not in mailed],
        entry=entry,
    )


def review(tx: Tx, broken: Break, justified: bool, note: str) -> None:  # noqa: FBT001 - the finding
    """Say of another's broken glass whether it was justified, and end what is left of it."""
    turns.change(tx)
    actor = acting(tx)
    objects.on_break(actor, "glass.review", broken)
    waiting = Break.objects.using(tx.alias).filter(pk=broken.pk, reviewed_at=None)
    sealed = seal_note(tx, person_of_member(tx, broken.member), note, required=True)
    found = waiting.update(
        reviewed_at=tx.now, reviewed_by=actor.member.handle, justified=justified, note=sealed
    )
    if not found:
        raise SettledError(Message(mark("This was reviewed already.")))
    left = Grant.objects.using(tx.alias).filter(pk=broken.grant_id, ended_at=None)
    about = {
        "break": broken.pk,
        "member": broken.member.handle,
        "justified": justified,
        "grants": end_these(tx, left, actor.member.handle),
    }
    record(tx, LedgerEntry("access.glass-reviewed", about=about))
    close_all(tx, SIGNAL, broken.member.handle, actor.member.handle, "reviewed")
