"""Faults put behind the application's back, to show that the controls of access catch them.

Each makes a small house of its own in the scratch store, honestly, and then one lie.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connections
from msgspec import Struct

from troth import vault
from troth.access import undertakings
from troth.access.models import (
    Approval,
    Freeze,
    Grant,
    GrantPerson,
    Member,
    MemberRole,
    Signature,
    UndertakingText,
    View,
)
from troth.access.notes import person_of_member, seal_note
from troth.access.organisation import Draft, write
from troth.access.roles import OWNER, SUPPORT, Role
from troth.access.views import VIEWED
from troth.gate import may_view
from troth.gate.facts import Grant as GrantFacts
from troth.gate.facts import ViewFacts
from troth.ledger import LedgerEntry, record
from troth.people.models import Account, new_handle
from troth.people.values import demand_rules
from troth.policy.promise import Store
from troth.store import Tx, immutable
from troth.vault import PersonId

SABOTAGE: Final = "sabotage"
CATEGORY: Final = "account"
PURPOSE: Final = "rights"
FIELD: Final = "email"
AGO: Final = timedelta(days=1)
TEXTS: Final = ("承诺保密。", "I keep it to myself.")


class _House(Struct, frozen=True):
    tx: Tx
    support: Member
    owner: Member
    person: PersonId


def _tx(store: Store, at: datetime | None = None) -> Tx:
    return Tx(store.alias, at or datetime.now(UTC), SABOTAGE)


def _house(store: Store, *, since: timedelta = AGO, sworn: bool = True) -> _House:
    tx = _tx(store, datetime.now(UTC) - since)
    support, owner = _member(tx, SUPPORT), _member(tx, OWNER)
    if undertakings.newest_text(store.alias) is None:
        undertakings.write_text(tx, *TEXTS)
    if sworn:
        _sign(tx, support)
    tx.pending.flush(store.alias)
    person = vault.new_person()
    vault.prepare([person])
    return _House(_tx(store), support, owner, person)


def _member(tx: Tx, role: Role) -> Member:
    accounts = Account.objects.using(tx.alias)
    account = accounts.create(handle=new_handle(role), created_at=tx.now, is_active=False)
    about = {"member": account.handle, "role": role}
    entry = record(tx, LedgerEntry("access.member-made", about=about))
    member = Member.objects.using(tx.alias).create(account=account, since=tx.now, entry=entry)
    MemberRole.objects.using(tx.alias).create(
        member=member, role=role, since=tx.now, given_by=SABOTAGE, entry=entry
    )
    return member


def _sign(tx: Tx, member: Member) -> Signature:
    text = undertakings.newest_text(tx.alias)
    rules = demand_rules(Tx(tx.alias, datetime.now(UTC), tx.actor))
    if text is None:
        raise LookupError("there is no undertaking to sign")
    entry = record(tx, LedgerEntry("access.undertaking-signed", rules.version))
    return Signature.objects.using(tx.alias).create(
        member=member,
        text=text,
        at=tx.now,
        until=tx.now + timedelta(days=365),
        lang="en",
        policy=rules.version,
        name_box=b"",
        seal=undertakings.seal_of(text, member.handle, tx.now, rules.version),
        entry=entry,
    )


def _grant(house: _House, *, by: Member | None = None, until: datetime | None = None) -> Grant:
    """Give the support member a grant, an hour ago, in an honest row with its entries."""
    tx = house.tx
    at = tx.now - timedelta(hours=1)
    about = {"member": house.support.handle}
    grant = Grant.objects.using(tx.alias).create(
        member=house.support,
        category=CATEGORY,
        purpose=PURPOSE,
        scope="list",
        reason=seal_note(tx, person_of_member(tx, house.support), "sabotage"),
        asked_at=at,
        lapses_at=at + AGO,
        life_s=int(AGO.total_seconds()),
        approvals_needed=1,
        decided_at=at,
        approved=True,
        until=until or at + AGO,
        entry=record(tx, LedgerEntry("access.grant-asked", about=about)),
    )
    GrantPerson.objects.using(tx.alias).create(grant=grant, person=house.person)
    Approval.objects.using(tx.alias).create(
        grant=grant,
        member=by or house.owner,
        yes=True,
        at=at,
        entry=record(tx, LedgerEntry("access.grant-decided", about=about)),
    )
    return grant


def _view(house: _House, grant: Grant | None) -> View:
    """Write a view that was allowed, by facts of which the rows may know nothing."""
    tx = house.tx
    rules = demand_rules(tx)
    who = vault.pseudonym(tx, house.person)
    said = ViewFacts(
        category=CATEGORY,
        purpose=PURPOSE,
        undertaking_until=tx.now + AGO,
        review_due=tx.now + AGO,
        grant=GrantFacts(
            categories=frozenset({CATEGORY}),
            purposes=frozenset({PURPOSE}),
            until=tx.now + AGO,
            requested_by=house.support.handle,
            approved_by=house.owner.handle,
            person=who,
        ),
        person=who,
    )
    decision = may_view(rules, said, tx.now)
    about = {"member": house.support.handle, "field": FIELD, "grant": None, "bulk": None}
    entry = record(tx, LedgerEntry(VIEWED, rules.version, who, about, said, decision))
    view = View.objects.using(tx.alias).create(
        at=tx.now,
        member=house.support,
        role=SUPPORT,
        subject=who,
        category=CATEGORY,
        field=FIELD,
        purpose=PURPOSE,
        grant=grant,
        allowed=decision.allowed,
        reason=decision.reason.code,
        statement=decision.statement,
        version=decision.version,
        entry=entry,
    )
    tx.pending.flush(tx.alias)
    return view


@contextmanager
def _unguarded(store: Store, table: str) -> Iterator[None]:
    connection = connections[store.alias]
    immutable.release(connection, [table])
    yield
    immutable.protect(connection, [table])


def view_without_grant(store: Store) -> None:
    """Let a member see somebody on the ground of no grant."""
    _view(_house(store), None)


def grant_past_its_end(store: Store) -> None:
    """Let a grant open something though it ended a minute ago."""
    house = _house(store)
    _view(house, _grant(house, until=house.tx.now - timedelta(minutes=1)))


def grant_approved_by_herself(store: Store) -> None:
    """Let a member see somebody by a grant that she approved herself."""
    house = _house(store)
    _view(house, _grant(house, by=house.support))


def view_after_freeze(store: Store) -> None:
    """Let a member see somebody though her access was frozen a minute before."""
    house = _house(store)
    grant = _grant(house)
    about = {"member": house.support.handle}
    Freeze.objects.using(store.alias).create(
        member=house.support,
        since=house.tx.now - timedelta(minutes=1),
        by=SABOTAGE,
        reason=seal_note(house.tx, person_of_member(house.tx, house.support), "sabotage"),
        entry=record(house.tx, LedgerEntry("access.member-frozen", about=about)),
    )
    _view(house, grant)


def grant_unsworn(store: Store) -> None:
    """Give a grant to a member who never signed."""
    house = _house(store, sworn=False)
    _grant(house)
    house.tx.pending.flush(store.alias)


def signed_text_edited(store: Store) -> None:
    """Edit the text of an undertaking after somebody has signed it."""
    _house(store)
    with _unguarded(store, "access_undertakingtext"):
        UndertakingText.objects.using(store.alias).update(en="I tell everybody.\n")


def review_overdue(store: Store) -> None:
    """Let a member see somebody though the review of her access is long overdue."""
    house = _house(store, since=timedelta(days=200))
    _view(house, _grant(house))


def row_deleted(store: Store) -> None:
    """Delete a row of the record of access."""
    house = _house(store)
    view = _view(house, _grant(house))
    with _unguarded(store, "access_view"):
        View.objects.using(store.alias).filter(pk=view.pk).delete()


def row_changed(store: Store) -> None:
    """Have a row of the record of access tell of another field."""
    house = _house(store)
    view = _view(house, _grant(house))
    with _unguarded(store, "access_view"):
        View.objects.using(store.alias).filter(pk=view.pk).update(field="display_name")


def procedure_overdue(store: Store) -> None:
    """Let the review of a procedure become overdue."""
    tx = _tx(store, datetime.now(UTC) - 400 * AGO)
    write(tx, SABOTAGE, Draft("破坏", "Sabotage", "破坏。\n", "Sabotage.\n"), AGO)
    tx.pending.flush(store.alias)


def role_without_holder(store: Store) -> None:
    """Let the last holder of a role go."""
    house = _house(store)
    roles = MemberRole.objects.using(store.alias).filter(role=OWNER)
    roles.update(until=house.tx.now)
