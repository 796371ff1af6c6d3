"""Views of many persons and exports: asked for by one member, confirmed by another, done once.

`ask(tx, wish) -> Bulk`                     raises NoteError
`confirm(tx, bulk, yes) -> None`            raises SettledError
`use(tx, bulk, digest) -> None`             raises NotConfirmedError
"""

from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from troth.access import objects
from troth.access.acting import acting
from troth.access.models import Bulk
from troth.access.notes import person_of_member, seal_note
from troth.ledger import LedgerEntry, record
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.store.locks import serialise
from troth.vault import PersonId

LAPSES: Final = timedelta(hours=24)


class Wish(Struct, frozen=True, kw_only=True):
    """What is to be seen or taken out, of how many persons, why; `digest` names exactly what."""

    what: str
    category: str
    purpose: str
    persons: int
    digest: str
    reason: str


class BulkError(Exception):
    """It can't be confirmed or done; `message` says why."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.render(str))


class SettledError(BulkError):
    """It was confirmed, refused or used already, or has lapsed."""


class NotConfirmedError(BulkError):
    """Nobody confirmed this, or something else than what is being done."""


def digest(persons: Iterable[PersonId], categories: Iterable[str], purpose: str) -> str:
    """Return what stands for exactly these persons, categories and purpose."""
    told = {"persons": sorted(persons), "categories": sorted(categories), "purpose": purpose}
    return digest_of(told)


def digest_of(told: object) -> str:
    """Return SHA-256 over the canonical JSON of whatever is to be done."""
    return sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


def ask(tx: Tx, wish: Wish) -> Bulk:
    """Ask another member to confirm; it waits for a day."""
    actor = acting(tx)
    objects.on_self(actor, "bulk.ask")
    why = seal_note(tx, person_of_member(tx, actor.member), wish.reason, required=True)
    about = {
        "member": actor.member.handle,
        "what": wish.what,
        "category": wish.category,
        "purpose": wish.purpose,
        "persons": wish.persons,
        "digest": wish.digest,
    }
    entry = record(tx, LedgerEntry("access.bulk-asked", about=about))
    return Bulk.objects.using(tx.alias).create(
        member=actor.member,
        what=wish.what,
        category=wish.category,
        purpose=wish.purpose,
        persons=wish.persons,
        digest=wish.digest,
        why=why,
        asked_at=tx.now,
        lapses_at=tx.now + LAPSES,
        entry=entry,
    )


def confirm(tx: Tx, bulk: Bulk, yes: bool) -> None:  # noqa: FBT001 - the decision
    """Say yes or no to what another member wants to do with many."""
    actor = acting(tx)
    objects.on_bulk(actor, "bulk.confirm", bulk)
    serialise(tx, f"access.bulk.{bulk.pk}")
    waiting = Bulk.objects.using(tx.alias).filter(pk=bulk.pk, decided_at=None, lapses_at__gt=tx.now)
    if not waiting.update(decided_at=tx.now, confirmed=yes, second=actor.member):
        raise SettledError(Message(mark("This was decided already, or has lapsed.")))
    record(tx, LedgerEntry("access.bulk-decided", about={"bulk": bulk.pk, "yes": yes}))


def use(tx: Tx, bulk: Bulk, what: str) -> None:
    """Use a confirmation up: it is good for one time, for its own member and for just this."""
    actor = acting(tx)
    objects.on_self(actor, "bulk.ask")
    usable = Bulk.objects.using(tx.alias).filter(
        pk=bulk.pk,
        member=actor.member,
        confirmed=True,
        used_at=None,
        digest=what,
        lapses_at__gt=tx.now,
    )
    if not usable.update(used_at=tx.now):
        raise NotConfirmedError(
            Message(mark("Another member has to confirm exactly this first; it is good once."))
        )
    record(tx, LedgerEntry("access.bulk-used", about={"bulk": bulk.pk}))
