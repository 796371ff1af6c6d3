"""Faults in how the house is run, to show that the control of the organisation catches them."""

from datetime import UTC, datetime, timedelta

from troth.access.models import MemberRole, Procedure, Responsible
from troth.access.organisation import Draft, write
from troth.access.roles import OWNER
from troth.access.sabotages_house import DAY, SABOTAGE, house, telling, unguarded
from troth.ledger import LedgerEntry, record
from troth.policy.promise import Store


def _procedure(store: Store, since: timedelta = DAY, review: timedelta = 30 * DAY) -> Procedure:
    draft = Draft("破坏", "Sabotage", "破坏。\n", "Sabotage.\n")
    with telling(store, datetime.now(UTC) - since) as tx:
        return write(tx, SABOTAGE, draft, review)


def procedure_overdue(store: Store) -> None:
    """Let the review of a procedure become overdue."""
    _procedure(store, since=400 * DAY, review=DAY)


def procedure_text_edited(store: Store) -> None:
    """Edit the text of a procedure in place."""
    written = _procedure(store)
    with unguarded(store, "access_procedure"):
        rows = Procedure.objects.using(store.alias).filter(pk=written.pk)
        rows.update(body_en="Do as you like.\n")


def procedure_postponed(store: Store) -> None:
    """Move the review of a procedure far into the future."""
    written = _procedure(store)
    with unguarded(store, "access_procedure"):
        rows = Procedure.objects.using(store.alias).filter(pk=written.pk)
        rows.update(review_due=written.review_due + 9_999 * DAY)


def procedure_deleted(store: Store) -> None:
    """Delete a procedure."""
    written = _procedure(store)
    with unguarded(store, "access_procedure"):
        Procedure.objects.using(store.alias).filter(pk=written.pk).delete()


def responsible_renamed(store: Store) -> None:
    """Have somebody else be responsible than who was named."""
    named = {"zh": "示例", "en": "Robin Example", "reach": "robin@example.com"}
    with telling(store, datetime.now(UTC)) as tx:
        entry = record(tx, LedgerEntry("access.responsible-named", about=named))
        row = Responsible.objects.using(tx.alias).create(
            **named, since=tx.now, by=SABOTAGE, entry=entry
        )
    with unguarded(store, "access_responsible"):
        Responsible.objects.using(store.alias).filter(pk=row.pk).update(en="Nobody")


def role_without_holder(store: Store) -> None:
    """Let the last holder of a role go."""
    here = house(store)
    held = MemberRole.objects.using(store.alias).filter(role=OWNER, until=None)
    for row in held.select_related("member__account"):
        about = {"member": row.member.handle, "given": [], "taken": [OWNER]}
        with telling(store, here.now) as tx:
            record(tx, LedgerEntry("access.roles-set", about=about))
        row.until = here.now
        row.save(using=store.alias)


def role_deleted(store: Store) -> None:
    """Delete every trace of a role in the tables: who is what can't be told from them any more."""
    house(store)
    MemberRole.objects.using(store.alias).filter(role=OWNER).delete()
