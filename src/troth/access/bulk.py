"""Taking the record of access out: asked for by one member, confirmed by another, done once.

`ask(tx, asked, reason) -> Bulk`     raises UnfitError, NoteError; who may confirm is told by mail
`confirm(tx, bulk, yes) -> None`     raises SettledError
`use(tx, bulk) -> rows`              raises NotConfirmedError, ChangedError

What is confirmed is derived from the rows themselves as they are when it is asked for, and only
just these rows are handed out by it.
"""

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from troth.access import objects
from troth.access.acting import Acting, acting
from troth.access.asked import Asked, found
from troth.access.models import Bulk, View
from troth.access.notes import CATEGORY, PURPOSE, person_of_member, seal_note
from troth.access.roles import AUDITOR, OWNER, PRIVACY_OFFICER, SECURITY
from troth.access.telling import holders, tell
from troth.ledger import LedgerEntry, record
from troth.policy.ready import ready
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.store.locks import serialise

if TYPE_CHECKING:
    from django.db.models import QuerySet

EXPORT: Final = "access.log-export"
LAPSES: Final = timedelta(hours=24)
ROWS_MAX: Final = 1_000_000
CONFIRMERS: Final = (OWNER, PRIVACY_OFFICER, SECURITY, AUDITOR)


class BulkError(Exception):
    """It can't be asked for, confirmed or done; `message` says why."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.render(str))


class UnfitError(BulkError):
    """There is nothing to take out, or too much for one file."""


class SettledError(BulkError):
    """It was confirmed, refused or used already, or has lapsed."""


class NotConfirmedError(BulkError):
    """Nobody confirmed this, or it is another's, was used up or has lapsed."""


class ChangedError(BulkError):
    """What would be handed out is not what was confirmed."""


def ask(tx: Tx, asked: Asked, reason: str) -> Bulk:
    """Ask another member to confirm that what is found now is taken out; it waits for a day.

    Rows of after the asking are no part of it, whatever day it was to reach to.
    """
    actor = acting(tx)
    objects.on_self(actor, "bulk.ask")
    objects.on_house(actor, "log.export")
    until = tx.now if asked.until is None else min(asked.until, tx.now)
    exact = msgspec.structs.replace(asked, until=until)
    rows = found(tx.alias, exact)
    count, persons = rows.count(), rows.values("subject").distinct().count()
    _demand_fitting(count)
    why = seal_note(tx, person_of_member(tx, actor.member), reason, required=True)
    exactly = digest_of(tx.alias, exact)
    about = {
        "member": actor.member.handle,
        "what": EXPORT,
        "rows": count,
        "persons": persons,
        "digest": exactly,
    }
    entry = record(tx, LedgerEntry("access.bulk-asked", about=about))
    bulk = Bulk.objects.using(tx.alias).create(
        member=actor.member,
        what=EXPORT,
        category=CATEGORY,
        purpose=PURPOSE,
        asked=msgspec.to_builtins(exact),
        rows=count,
        persons=persons,
        digest=exactly,
        why=why,
        asked_at=tx.now,
        lapses_at=tx.now + LAPSES,
        entry=entry,
    )
    _tell(tx, actor, bulk)
    return bulk


def _tell(tx: Tx, actor: Acting, bulk: Bulk) -> None:
    values = {"member": actor.member.handle, "rows": str(bulk.rows)}
    others = holders(tx, CONFIRMERS, but=actor.member)
    tell(tx, others, "access.bulk-asked", values, f"bulk.{bulk.pk}")


def _demand_fitting(count: int) -> None:
    if not count:
        raise UnfitError(Message(mark("There is nothing to take out: no row fits.")))
    if count > ROWS_MAX:
        raise UnfitError(
            Message(
                mark("At most %(number)s rows fit into one file; narrow what is looked for."),
                {"number": ROWS_MAX},
            )
        )


ready(Asked)


def asked_of(bulk: Bulk) -> Asked:
    """Return what is looked for by what was asked to be taken out."""
    return msgspec.convert(bulk.asked, Asked)


def digest_of(alias: str, asked: Asked) -> str:
    """Return SHA-256 over what is looked for and every row it finds, in order."""
    digest = sha256(msgspec.json.encode(asked, order="sorted"))
    rows = found(alias, asked).order_by("at", "pk")
    for row, entry in rows.values_list("pk", "entry").iterator():
        digest.update(f"\n{row} {entry}".encode())
    return digest.hexdigest()


def confirm(tx: Tx, bulk: Bulk, yes: bool) -> None:  # noqa: FBT001 - the decision
    """Say yes or no to what another member wants to take out."""
    actor = acting(tx)
    objects.on_bulk(actor, "bulk.confirm", bulk)
    serialise(tx, f"access.bulk.{bulk.pk}")
    waiting = Bulk.objects.using(tx.alias).filter(pk=bulk.pk, decided_at=None, lapses_at__gt=tx.now)
    if not waiting.update(decided_at=tx.now, confirmed=yes, second=actor.member):
        raise SettledError(Message(mark("This was decided already, or has lapsed.")))
    about = {"bulk": bulk.pk, "digest": bulk.digest, "yes": yes}
    record(tx, LedgerEntry("access.bulk-decided", about=about))


def use(tx: Tx, bulk: Bulk) -> "QuerySet[View]":
    """Use a confirmation up and return the rows it is for, the newest last.

    It is good for one time and for its own member.
    """
    actor = acting(tx)
    objects.on_self(actor, "bulk.ask")
    usable = Bulk.objects.using(tx.alias).filter(
        pk=bulk.pk, member=actor.member, confirmed=True, used_at=None, lapses_at__gt=tx.now
    )
    if not usable.update(used_at=tx.now):
        raise NotConfirmedError(
            Message(mark("Another member has to confirm exactly this first; it is good once."))
        )
    asked = asked_of(bulk)
    rows = found(tx.alias, asked)
    if digest_of(tx.alias, asked) != bulk.digest:
        raise ChangedError(
            Message(
                mark(
                    "What was confirmed were %(then)s rows; what is found now are %(now)s rows, or"
                    " others. Ask again, so that another member confirms what there is now."
                ),
                {"then": bulk.rows, "now": rows.count()},
            )
        )
    record(tx, LedgerEntry("access.bulk-used", about={"bulk": bulk.pk}))
    return rows.order_by("at", "pk")
