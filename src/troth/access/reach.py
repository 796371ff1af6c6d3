"""Which categories of a person a member may ask the door for: no more of what is held is told.

That something is held at all tells of a person: whom no grant and no case of hers is about, a
member is told nothing.
"""

from troth.access.acting import Acting
from troth.access.grants import covering
from troth.access.kinds import known_kinds
from troth.access.models import Case, CaseMember, CasePerson, Grant
from troth.store import Tx
from troth.vault import PersonId


def reach(tx: Tx, actor: Acting, person: PersonId, case: Case | None) -> frozenset[str] | None:
    """Return the categories that live grants, and the case she works on, are about; None: all."""
    ours = _works_on(tx, actor, person, case)
    kind = None if ours is None else known_kinds().get(ours.kind)
    if kind is not None and not actor.roles.isdisjoint(kind.roles) and not kind.categories:
        return None
    found = frozenset() if kind is None else kind.categories
    live = Grant.objects.using(tx.alias).filter(
        member=actor.member, approved=True, ended_at=None, until__gt=tx.now
    )
    covers = (one.category for one in live if covering(tx, [one], person, ours) is not None)
    return found | frozenset(covers)


def case_about(tx: Tx, actor: Acting, person: PersonId) -> Case | None:
    """Return the newest open case about a person that a member works on, if there is one."""
    works = CaseMember.objects.using(tx.alias).filter(member=actor.member, until=None)
    hers = Case.objects.using(tx.alias).filter(closed_at=None, pk__in=works.values("case"))
    return hers.filter(persons__person=person).order_by("-pk").first()


def _works_on(tx: Tx, actor: Acting, person: PersonId, case: Case | None) -> Case | None:
    """Return the case if it is open, hers to work on, and about this person."""
    if case is None or case.closed_at is not None:
        return None
    works = CaseMember.objects.using(tx.alias).filter(case=case, member=actor.member, until=None)
    about = CasePerson.objects.using(tx.alias).filter(case=case, person=person)
    return case if works.exists() and about.exists() else None
