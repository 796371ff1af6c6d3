"""Cases as the console shows them, and the values of their persons behind the door."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext
from msgspec import Struct
from msgspec.structs import replace

from troth import vault
from troth.access import objects, views
from troth.access.acting import Acting, acting
from troth.access.kinds import known_kinds
from troth.access.models import Case, CaseMember, CasePerson, Member
from troth.access.reach import case_about, reach
from troth.people.models import Detail
from troth.policy.words import Pseudonym
from troth.site.navigation import row_number
from troth.site.typeset.access import SHOWN_MAX, Labels, pseudonyms
from troth.store import Tx
from troth.vault import PersonId, Sealed


class CaseShown(Struct, frozen=True):
    """A case as a row or page shows it; `why` is what kept shut what was written to it."""

    row: Case
    kind: str
    persons: int
    workers: tuple[str, ...]
    is_open: bool
    has_note: bool = False
    because: str = ""
    why: str = ""
    may_take: bool = False
    may_give: bool = False
    may_leave: bool = False
    may_close: bool = False


class ValueShown(Struct, frozen=True):
    """A value that is held of a person: its place in the register, and the text if it was opened.

    `number` names the row to be opened; `why` is what the gate said to the last attempt.
    """

    number: int
    name: str
    category: str
    field: str
    label: str
    text: str = ""
    why: str = ""
    statement: str = ""
    allowed: bool = False


def cases_for(actor: Acting, alias: str, *, ended: bool) -> "Any":
    """Return the cases a member may see: those she works on or opened, or all; newest first."""
    rows = Case.objects.using(alias).filter(closed_at__isnull=not ended)
    if not objects.may_house(actor, "case.see"):
        fit = [k.name for k in known_kinds().values() if not actor.roles.isdisjoint(k.roles)]
        hers = Q(members__member=actor.member) | Q(opened_by=actor.member.handle)
        rows = rows.filter(hers | Q(kind__in=fit)).distinct()
    return rows.order_by("-opened_at", "-pk")


def cases_shown(actor: Acting, cases: Iterable[Case]) -> list[CaseShown]:
    """Return cases with who works on each and what may be done with it."""
    found = list(cases)
    works = CaseMember.objects.filter(case__in=found, until=None).order_by("pk")
    workers: dict[int, list[str]] = {}
    for one in works.select_related("member__account"):
        workers.setdefault(one.case_id, []).append(one.member.handle)
    about = CasePerson.objects.filter(case__in=found).values_list("case").annotate(Count("pk"))
    persons = dict(about.order_by())
    return [
        _shown(actor, case, tuple(workers.get(case.pk, ())), persons.get(case.pk, 0))
        for case in found
    ]


def _shown(actor: Acting, case: Case, workers: tuple[str, ...], persons: int) -> CaseShown:
    kind = known_kinds().get(case.kind)
    is_open = case.closed_at is None
    ours = actor.member.handle in workers
    fits = kind is not None and not actor.roles.isdisjoint(kind.roles)
    hers = case.opened_by == actor.member.handle
    return CaseShown(
        row=case,
        kind=case.kind if kind is None else kind.what.render(gettext),
        persons=persons,
        workers=workers,
        is_open=is_open,
        has_note=bool(case.because),
        may_take=is_open and not ours and not hers and fits,
        may_give=is_open and objects.may_give(actor, case),
        may_leave=is_open and ours,
        may_close=is_open and objects.may_case(actor, "case.close", case),
    )


def case_opened(
    tx: Tx, actor: Acting, case: Case, *, more: bool
) -> tuple[CaseShown, tuple[str, ...]]:
    """Return a case and the pseudonyms of its persons; with `more`, what was written to it.

    Whose role its kind names may look at it, to take it; what was written is about its person, and
    opens by the door for who works on it now.
    """
    persons = [PersonId(p) for p in case.persons.order_by("pk").values_list("person", flat=True)]
    works = CaseMember.objects.using(tx.alias).filter(case=case, member=actor.member)
    ours = works.exists() or case.opened_by == actor.member.handle
    kind = known_kinds().get(case.kind)
    takes = kind is not None and not actor.roles.isdisjoint(kind.roles)
    if not (ours or takes):
        objects.on_case(actor, "case.see", case)
    (shown,) = cases_shown(actor, [case])
    if more and shown.may_leave:
        seen = views.view_note(tx, case)
        shown = replace(shown, **_written(seen))
    return shown, pseudonyms(tx, persons[:SHOWN_MAX])


def _written(seen: views.Viewed | None) -> dict[str, str]:
    if seen is None:
        return {}
    if seen.plain is None:
        return {"why": seen.decision.reason.message.render(gettext)}
    return {"because": seen.plain.reveal()}


def workers_for(case: Case, actor: Acting) -> list[tuple[str, str]]:
    """Return to whom a case may be given: others whose role its kind names."""
    kind = known_kinds().get(case.kind)
    roles = [] if kind is None else list(kind.roles)
    found = Member.objects.filter(
        left_at=None, roles_held__until=None, roles_held__role__in=roles
    ).exclude(pk=actor.member.pk)
    return [
        (one.handle, one.handle)
        for one in found.select_related("account").distinct().order_by("account__handle")
    ]


def values_of(
    tx: Tx, actor: Acting, person: PersonId, case: Case | None, labels: Labels
) -> tuple[ValueShown, ...]:
    """Return what is held of a person and within a member's reach, none of it opened."""
    rows = Detail.objects.using(tx.alias).filter(person=person).exclude(box=None)
    within = reach(tx, actor, person, case)
    rows = rows if within is None else rows.filter(category__in=within)
    return tuple(
        ValueShown(
            row.pk,
            row.category,
            labels.category(row.category),
            row.field,
            labels.field(row.category, row.field),
        )
        for row in rows.order_by("category", "field", "pk")
    )


def sealed_of(tx: Tx, person: PersonId, number: int) -> Sealed | None:
    """Return one value that is held of a person, to be opened by the door."""
    row = Detail.objects.using(tx.alias).filter(person=person, pk=number).first()
    if row is None or row.box is None:
        return None
    return Sealed(person, row.category, row.field, row.version, bytes(row.box))


def case_asked(number: str) -> Case | None:
    """Return the case of a number as it stands in an address; None for what is none."""
    return Case.objects.filter(pk=row_number(number)).first()


def looked(
    tx: Tx, name: str, labels: Labels, case: Case | None, number: int, use: str
) -> tuple[ValueShown, ...] | None:
    """Return a person's values, the asked one opened if the gate says yes; None for nobody."""
    person = vault.person_of(tx, Pseudonym(name))
    if person is None:
        return None
    actor = acting(tx)
    case = case or case_about(tx, actor, person)
    values = values_of(tx, actor, person, case, labels)
    return tuple(
        _opened(tx, person, one, case, use) if one.number == number and use else one
        for one in values
    )


def _opened(tx: Tx, person: PersonId, value: ValueShown, case: Case | None, use: str) -> ValueShown:
    sealed = sealed_of(tx, person, value.number)
    if sealed is None:
        return value
    seen = views.view(tx, sealed, case, use)
    return replace(
        value,
        text="" if seen.plain is None else seen.plain.reveal(),
        why=seen.decision.reason.message.render(gettext),
        statement=seen.decision.statement,
        allowed=seen.decision.allowed,
    )
