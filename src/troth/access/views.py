"""The one door by which a member sees a value of a person.

`view(tx, sealed, case, purpose) -> Viewed`
    asks the gate, records the view whatever it answers, and opens the value if that is a yes
`view_note(tx, case) -> Viewed | None`
    the same for what was written to a case, for whoever works on it

A refusal is an answer and no error: it is recorded in the same transaction, which must go on.
"""

from datetime import timedelta
from typing import Final

from msgspec import Struct

from troth import vault
from troth.access import alerts, objects, turns
from troth.access.acting import Acting, acting
from troth.access.grants import covering, live
from troth.access.kinds import known_kinds
from troth.access.models import Case, CaseMember, CasePerson, Grant, View
from troth.access.models.grants import ALL, GLASS, LIST
from troth.access.notes import PURPOSE, sealed_note
from troth.access.roles import ROLES
from troth.access.settings import PERSONS_PER_HOUR, number
from troth.access.standing import standing
from troth.gate import Decision, may_view, permit
from troth.gate.facts import Grant as GrantFacts
from troth.gate.facts import ViewFacts
from troth.ledger import EntryId, LedgerEntry, record
from troth.people.values import demand_rules
from troth.policy.words import Pseudonym
from troth.store import Tx
from troth.vault import PersonId, Plain, Sealed

VIEWED: Final = "access.viewed"
BROKEN: Final = "glass"
"""Who approved what nobody did: a member broke the glass."""
CASE_MOMENT: Final = timedelta(minutes=1)
"""A case has no end that is known beforehand: its leave is asked for at every view."""
WINDOW: Final = timedelta(hours=1)
"""Over how long the persons are counted whom she sees by leave for everybody."""


class Viewed(Struct, frozen=True):
    """The gate's answer, and the value where it is a yes."""

    decision: Decision
    plain: Plain | None = None


class Basis(Struct, frozen=True):
    """What a view would rest on: a grant's row, a case, and how the gate is told of it."""

    told: GrantFacts | None = None
    grant: Grant | None = None
    case: Case | None = None


def view(tx: Tx, sealed: Sealed, case: Case | None, purpose: str) -> Viewed:
    """Show the acting member one value of one person. Raises NotAllowedError, vault's errors."""
    turns.look(tx)
    actor = acting(tx)
    objects.on_self(actor, "view.ask")
    seen = _one(tx, actor, sealed, case, purpose)
    alerts.watch(tx, actor.member)
    return seen


def view_note(tx: Tx, case: Case) -> Viewed | None:
    """Show the acting member what was written to a case; None where nothing was, or is any more.

    It is about the case's first person, and a view of her data like any other.
    """
    first = case.persons.order_by("pk").values_list("person", flat=True).first()
    note = bytes(case.because)
    if first is None or not note:
        return None
    return view(tx, sealed_note(PersonId(first), note), case, PURPOSE)


def _one(tx: Tx, actor: Acting, sealed: Sealed, case: Case | None, purpose: str) -> Viewed:
    rules = demand_rules(tx)
    who = vault.pseudonym(tx, sealed.person)
    basis = _basis(tx, actor, sealed, case, purpose, who)
    asked = _asked(tx, actor, sealed, purpose, who, basis)
    decision = may_view(rules, asked, tx.now)
    plain = vault.unseal(tx, sealed, permit(decision, asked)) if decision.allowed else None
    about = {
        "member": actor.member.handle,
        "role": _role(actor),
        "field": sealed.field,
        "grant": None if basis.grant is None else basis.grant.name,
    }
    entry = record(tx, LedgerEntry(VIEWED, rules.version, who, about, asked, decision))
    _write(tx, actor, sealed, decision, _Row(who, purpose, basis, entry))
    return Viewed(decision, plain)


class _Row(Struct, frozen=True):
    subject: Pseudonym
    purpose: str
    basis: Basis
    entry: EntryId


def _write(tx: Tx, actor: Acting, sealed: Sealed, decision: Decision, row: _Row) -> None:
    View.objects.using(tx.alias).create(
        at=tx.now,
        member=actor.member,
        role=_role(actor),
        subject=row.subject,
        category=sealed.category,
        field=sealed.field,
        purpose=row.purpose,
        grant=row.basis.grant,
        case=row.basis.case,
        allowed=decision.allowed,
        reason=decision.reason.code,
        statement=decision.statement,
        version=decision.version,
        entry=row.entry,
    )


def _role(actor: Acting) -> str:
    """Return what she is as far as the person is told."""
    return min(actor.roles, key=ROLES.index, default="")


def _asked(
    tx: Tx, actor: Acting, sealed: Sealed, purpose: str, who: Pseudonym, basis: Basis
) -> ViewFacts:
    """Gather what the gate decides on; broken glass needs no review and heeds no freeze."""
    stands = standing(tx, actor.member)
    broken = basis.grant is not None and basis.grant.kind == GLASS
    return ViewFacts(
        category=sealed.category,
        purpose=purpose,
        undertaking_until=stands.undertaking_until,
        review_due=basis.grant.until if broken and basis.grant is not None else stands.review_due,
        frozen=stands.frozen and not broken,
        grant=basis.told,
        person=who,
        case=None if basis.case is None else basis.case.name,
        many=_sees_many(tx, actor, basis, who),
    )


def _sees_many(tx: Tx, actor: Acting, basis: Basis, who: Pseudonym) -> bool:
    """Whether she has seen as many of late, by leave for everybody, as she may, and not this one.

    Whom a list or a case names another member has named or confirmed; these are not counted.
    """
    if basis.grant is None or basis.grant.scope != ALL:
        return False
    since = tx.now - WINDOW
    views = View.objects.using(tx.alias).filter(member=actor.member, allowed=True, at__gt=since)
    seen = views.filter(grant__scope=ALL).exclude(subject=who).values("subject").distinct()
    return seen.count() >= number(tx, PERSONS_PER_HOUR)


def _basis(
    tx: Tx, actor: Acting, sealed: Sealed, case: Case | None, purpose: str, who: Pseudonym
) -> Basis:
    """Find what the view may rest on: the open case she works on, else a live grant of hers."""
    ours = _open_case_of(tx, sealed, case)
    grants = list(
        live(tx, actor.member, sealed.category, purpose)
        .select_related("case")
        .order_by("kind", "-until")
    )
    found = covering(tx, grants, sealed.person, ours)
    if ours is not None:
        by_case = _just_in_time(tx, actor, sealed, ours, purpose)
        if by_case is not None:
            return Basis(by_case, None, ours)
    if found is None:
        return Basis(None, None, ours)
    return Basis(_told(found, who), found, ours)


def _open_case_of(tx: Tx, sealed: Sealed, case: Case | None) -> Case | None:
    """Return the case if it is open now and about this person."""
    if case is None:
        return None
    about = CasePerson.objects.using(tx.alias).filter(case=case, person=sealed.person)
    stands = about.filter(case__closed_at=None).select_related("case").first()
    return None if stands is None else stands.case


def _just_in_time(
    tx: Tx, actor: Acting, sealed: Sealed, case: Case, purpose: str
) -> GrantFacts | None:
    """Return the leave that comes of working on a case, for its kind's purposes and categories."""
    kind = known_kinds().get(case.kind)
    if kind is None or not kind.lets(sealed.category, purpose):
        return None
    works = CaseMember.objects.using(tx.alias).filter(case=case, member=actor.member, until=None)
    given = works.first()
    if given is None or actor.roles.isdisjoint(kind.roles):
        return None
    return GrantFacts(
        categories=frozenset({sealed.category}),
        purposes=frozenset({purpose}),
        until=tx.now + CASE_MOMENT,
        requested_by=actor.member.handle,
        approved_by=given.given_by,
        case=case.name,
    )


def _told(grant: Grant, who: Pseudonym) -> GrantFacts:
    """Return how the gate is told of a grant that names the person."""
    assert grant.until is not None  # noqa: S101 - a live grant has an end
    listed = grant.scope == LIST
    approvals = grant.approvals.filter(yes=True).select_related("member__account").order_by("at")
    last = approvals.last()
    return GrantFacts(
        categories=frozenset({grant.category}),
        purposes=frozenset({grant.purpose}),
        until=grant.until,
        requested_by=grant.member.handle,
        approved_by=BROKEN if grant.kind == GLASS else ("" if last is None else last.member.handle),
        person=who if listed else None,
        case=None if grant.case is None else grant.case.name,
        everyone=grant.scope == ALL,
    )
