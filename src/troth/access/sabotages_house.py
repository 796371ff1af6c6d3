"""A small house for the sabotages of access: members, grants, cases and views, honestly entered.

Each row is as its entry tells it, so that a sabotage is the one lie there is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connections
from msgspec import Struct

from troth import vault
from troth.access import cases, grants, undertakings
from troth.access.models import (
    Approval,
    Case,
    CaseMember,
    Freeze,
    Grant,
    Member,
    MemberRole,
    Signature,
    View,
)
from troth.access.roles import OWNER, SUPPORT, Role
from troth.access.views import VIEWED
from troth.gate import may_view
from troth.gate.facts import Grant as GrantFacts
from troth.gate.facts import ViewFacts
from troth.ledger import LedgerEntry, record
from troth.ledger.entries import moment
from troth.people.models import Account, new_handle
from troth.people.values import demand_rules
from troth.policy.promise import Store
from troth.store import SYSTEM, Tx, immutable
from troth.vault import PersonId

SABOTAGE: Final = "sabotage"
CATEGORY: Final = "account"
PURPOSE: Final = "rights"
CASE_KIND: Final = "question"
FIELD: Final = "email"
DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
TEXTS: Final = ("承诺保密。", "I keep it to myself.")


class House(Struct, frozen=True):
    """Who is in it; `now` is when a sabotage happens."""

    store: Store
    now: datetime
    support: Member
    owner: Member
    person: PersonId


@contextmanager
def telling(store: Store, at: datetime, actor: str = SABOTAGE) -> Iterator[Tx]:
    """Do something at a moment, and write down the entries that tell of it."""
    tx = Tx(store.alias, at, actor)
    yield tx
    tx.pending.flush(store.alias)


@contextmanager
def unguarded(store: Store, table: str) -> Iterator[None]:
    """Take the guard off a table, and put it on again."""
    connection = connections[store.alias]
    immutable.release(connection, [table])
    yield
    immutable.protect(connection, [table])


def house(store: Store, *, since: timedelta = DAY, sworn: bool = True) -> House:
    """Make a house of a member who works with data, an owner and a person."""
    now = datetime.now(UTC)
    with telling(store, now - since) as tx:
        support, owner = member(tx, SUPPORT), member(tx, OWNER)
        if undertakings.newest_text(store.alias) is None:
            undertakings.write_text(tx, *TEXTS)
        if sworn:
            sign(tx, support)
    return House(store, now, support, owner, somebody())


def somebody() -> PersonId:
    """Return a new person."""
    person = vault.new_person()
    vault.prepare([person])
    return person


def member(tx: Tx, role: Role) -> Member:
    """Make a member with a role."""
    accounts = Account.objects.using(tx.alias)
    account = accounts.create(handle=new_handle(role), created_at=tx.now, is_active=False)
    about = {"member": account.handle, "role": role}
    entry = record(tx, LedgerEntry("access.member-made", about=about))
    made = Member.objects.using(tx.alias).create(account=account, since=tx.now, entry=entry)
    MemberRole.objects.using(tx.alias).create(
        member=made, role=role, since=tx.now, given_by=SABOTAGE, entry=entry
    )
    return made


def sign(tx: Tx, signer: Member) -> Signature:
    """Have a member sign the undertaking that holds."""
    text = undertakings.newest_text(tx.alias)
    rules = demand_rules(Tx(tx.alias, datetime.now(UTC), tx.actor))
    if text is None:
        raise LookupError("there is no undertaking to sign")
    until = tx.now + timedelta(days=365)
    seal = undertakings.seal_of(text, signer.handle, tx.now, rules.version)
    about = {"member": signer.handle, "text": text.number, "seal": seal, "until": moment(until)}
    entry = record(tx, LedgerEntry("access.undertaking-signed", rules.version, about=about))
    return Signature.objects.using(tx.alias).create(
        member=signer,
        text=text,
        at=tx.now,
        until=until,
        lang="en",
        policy=rules.version,
        name_box=b"",
        seal=seal,
        entry=entry,
    )


def grant(
    here: House,
    *,
    to: Member | None = None,
    by: Member | None = None,
    life: timedelta = DAY,
    everybody: bool = False,
) -> Grant:
    """Give the support member (or `to`) a grant, an hour ago, to see the person or everybody."""
    holder, at = to or here.support, here.now - HOUR
    wish = grants.Wish(
        category=CATEGORY,
        purpose=PURPOSE,
        scope="all" if everybody else "list",
        life=life,
        reason=SABOTAGE,
        persons=() if everybody else (here.person,),
    )
    with telling(here.store, at) as tx:
        given = grants.enter(tx, holder, wish, b"", needed=1)
    given.decided_at, given.approved, given.until = at, True, at + life
    given.save(using=here.store.alias)
    approve(here, given, by or here.owner, at)
    return given


def approve(here: House, given: Grant, by: Member, at: datetime) -> None:
    """Say yes to a grant."""
    about = {"grant": given.name, "yes": True, "member": given.member.handle}
    with telling(here.store, at, by.handle) as tx:
        entry = record(tx, LedgerEntry("access.grant-decided", about=about))
        Approval.objects.using(tx.alias).create(
            grant=given, member=by, yes=True, at=tx.now, entry=entry
        )


def freeze(here: House) -> Freeze:
    """Stop the support member, a minute ago."""
    who = here.support
    with telling(here.store, here.now - MINUTE) as tx:
        about = {"member": who.handle, "by": SABOTAGE}
        return Freeze.objects.using(tx.alias).create(
            member=who,
            since=tx.now,
            by=SABOTAGE,
            reason=b"",
            entry=record(tx, LedgerEntry("access.member-frozen", about=about)),
        )


def case(here: House, worker: Member | None = None) -> Case:
    """Open a case about the person, an hour ago, and put a member on it."""
    who = worker or here.support
    with telling(here.store, here.now - HOUR, SYSTEM) as tx:
        opened = cases.open_case(tx, CASE_KIND, [here.person])
        about = {"case": opened.name, "member": who.handle, "giver": here.owner.handle}
        CaseMember.objects.using(tx.alias).create(
            case=opened,
            member=who,
            since=tx.now,
            given_by=here.owner.handle,
            entry=record(tx, LedgerEntry("access.case-given", about=about)),
        )
    return opened


def view(
    here: House,
    rests_on: Grant | Case | None,
    *,
    by: Member | None = None,
    person: PersonId | None = None,
    purpose: str = PURPOSE,
    role: Role = SUPPORT,
) -> View:
    """Write a view that was allowed, by facts of which the rows may know nothing."""
    viewer = by or here.support
    given = rests_on if isinstance(rests_on, Grant) else None
    about_case = rests_on if isinstance(rests_on, Case) else None
    with telling(here.store, here.now) as tx:
        rules = demand_rules(tx)
        who = vault.pseudonym(tx, person or here.person)
        said = ViewFacts(
            category=CATEGORY,
            purpose=purpose,
            undertaking_until=tx.now + DAY,
            review_due=tx.now + DAY,
            grant=GrantFacts(
                categories=frozenset({CATEGORY}),
                purposes=frozenset({purpose}),
                until=tx.now + DAY,
                requested_by=viewer.handle,
                approved_by=here.owner.handle,
                person=who,
            ),
            person=who,
            case=None if about_case is None else about_case.name,
        )
        decision = may_view(rules, said, tx.now)
        about = {
            "member": viewer.handle,
            "role": role,
            "field": FIELD,
            "grant": None if given is None else given.name,
        }
        return View.objects.using(tx.alias).create(
            at=tx.now,
            member=viewer,
            role=role,
            subject=who,
            category=CATEGORY,
            field=FIELD,
            purpose=purpose,
            grant=given,
            case=about_case,
            allowed=decision.allowed,
            reason=decision.reason.code,
            statement=decision.statement,
            version=decision.version,
            entry=record(tx, LedgerEntry(VIEWED, rules.version, who, about, said, decision)),
        )
