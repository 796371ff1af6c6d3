"""Verbs of cases: what is to be done about persons, who works on it, and till when.

A member who works on an open case sees its persons' data for its purposes, and nobody else's: just
in time, with no grant to ask for. She never gives a case to herself that she opened.

`open_case(tx, kind, persons, because) -> Case`       raises UnknownKindError, NobodyError
`assign(tx, case, member) -> CaseMember`              raises CaseClosedError, WrongRoleError
`take(tx, case) -> CaseMember`                        the same, and OwnCaseError
`leave(tx, case) -> None`
`close_case(tx, case) -> None`
"""

from collections.abc import Iterable
from typing import Final

from troth import vault
from troth.access import objects, turns
from troth.access.acting import Acting, acting
from troth.access.facts import roles_of
from troth.access.grants import end_these
from troth.access.kinds import CaseKind, known_kinds
from troth.access.models import Case, CaseMember, CasePerson, Grant, Member
from troth.access.notes import seal_note
from troth.access.standing import demand_sworn
from troth.ledger import LedgerEntry, record
from troth.policy.words import Message, mark
from troth.store import SYSTEM, Tx
from troth.store.locks import serialise
from troth.vault import PersonId

PERSON: Final = "person"
"""Who opened a case where the person did so herself."""
PERSONS_MAX: Final = 1_000


class CaseError(Exception):
    """It can't be done with this case; `message` says why."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.render(str))


class UnknownKindError(CaseError):
    """There is no such kind of case."""


class NobodyError(CaseError):
    """A case is about somebody, and not about too many."""


class CaseClosedError(CaseError):
    """The case is closed."""


class WrongRoleError(CaseError):
    """A member without a role of the case's kind works on none."""


class NotWorkingError(CaseError):
    """Who does not work on a case has nothing to give back."""


class OwnCaseError(CaseError):
    """Whoever opened a case doesn't give it to herself."""


def open_case(
    tx: Tx, kind: str, persons: Iterable[PersonId], because: str = "", *, by_person: bool = False
) -> Case:
    """Open a case about persons, who have to be there; nobody works on it yet.

    It is opened by the member who acts, by `system`, or (`by_person`) by the person herself, whose
    request a chapter has just taken.
    """
    opener = PERSON if by_person else tx.actor
    if opener not in {PERSON, SYSTEM}:
        objects.on_house(acting(tx), "case.open")
    if kind not in known_kinds():
        raise UnknownKindError(
            Message(mark("There is no kind of case called %(kind)s."), {"kind": kind})
        )
    named = sorted(set(persons))
    if not 0 < len(named) <= PERSONS_MAX:
        raise NobodyError(
            Message(mark("A case is about 1 to %(number)s persons."), {"number": PERSONS_MAX})
        )
    about = {
        "kind": kind,
        "persons": [vault.pseudonym(tx, person) for person in named],
        "opener": opener,
    }
    note = seal_note(tx, named[0], because)
    entry = record(tx, LedgerEntry("access.case-opened", about=about))
    case = Case.objects.using(tx.alias).create(
        kind=kind, opened_at=tx.now, opened_by=opener, because=note, entry=entry
    )
    CasePerson.objects.using(tx.alias).bulk_create(
        [CasePerson(case=case, person=person) for person in named]
    )
    return case


def assign(tx: Tx, case: Case, member: Member) -> CaseMember:
    """Give a case to another member, whose role its kind names."""
    turns.rely(tx)
    objects.on_giving(acting(tx), case, member)
    return _put_on(tx, case, member, tx.actor)


def take(tx: Tx, case: Case) -> CaseMember:
    """Take a case that another, the person herself or the server opened."""
    turns.rely(tx)
    actor = acting(tx)
    objects.on_self(actor, "case.take")
    if case.opened_by == actor.member.handle:
        raise OwnCaseError(
            Message(mark("You opened this case: another member has to give it to you."))
        )
    return _put_on(tx, case, actor.member, case.opened_by)


def _put_on(tx: Tx, case: Case, member: Member, giver: str) -> CaseMember:
    serialise(tx, f"access.case.{case.pk}")
    case.refresh_from_db(using=tx.alias)
    _demand_open(case)
    kind = _kind_of(case)
    if roles_of(member).isdisjoint(kind.roles):
        raise WrongRoleError(
            Message(mark("Cases of this kind are given to members with another role."))
        )
    works = CaseMember.objects.using(tx.alias)
    demand_sworn(tx, member)
    already = works.filter(case=case, member=member, until=None).first()
    if already is not None:
        return already
    about = {"case": case.name, "member": member.handle, "giver": giver}
    entry = record(tx, LedgerEntry("access.case-given", about=about))
    return works.create(case=case, member=member, since=tx.now, given_by=giver, entry=entry)


def leave(tx: Tx, case: Case) -> None:
    """Give a case back: its persons' data can't be seen by her any more."""
    turns.change(tx)
    actor = acting(tx)
    works = CaseMember.objects.using(tx.alias).filter(case=case, until=None)
    if not works.filter(member=actor.member).update(until=tx.now):
        raise NotWorkingError(Message(mark("You do not work on this case.")))
    record(tx, LedgerEntry("access.case-left", about=_named(case, actor)))


def close_case(tx: Tx, case: Case) -> None:
    """Close a case: whatever was seen on its ground can't be from this commit on."""
    turns.change(tx)
    if tx.actor != SYSTEM:
        objects.on_case(acting(tx), "case.close", case)
    serialise(tx, f"access.case.{case.pk}")
    case.refresh_from_db(using=tx.alias)
    _demand_open(case)
    case.closed_at, case.closed_by = tx.now, tx.actor
    case.save(using=tx.alias, update_fields=["closed_at", "closed_by"])
    CaseMember.objects.using(tx.alias).filter(case=case, until=None).update(until=tx.now)
    live = Grant.objects.using(tx.alias).filter(case=case, ended_at=None)
    about = {"case": case.name, "grants": end_these(tx, live, tx.actor)}
    record(tx, LedgerEntry("access.case-closed", about=about))


def _kind_of(case: Case) -> CaseKind:
    kind = known_kinds().get(case.kind)
    if kind is None:
        raise UnknownKindError(
            Message(mark("There is no kind of case called %(kind)s."), {"kind": case.kind})
        )
    return kind


def _demand_open(case: Case) -> None:
    if case.closed_at is not None:
        raise CaseClosedError(Message(mark("This case is closed.")))


def _named(case: Case, actor: Acting) -> dict[str, str]:
    return {"case": case.name, "member": actor.member.handle}
