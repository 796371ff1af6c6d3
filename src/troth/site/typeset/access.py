"""Access as the console shows it: requests, cases, the persons of a case, what waits for whom."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import get_language, gettext, gettext_noop
from msgspec import Struct

from troth import vault
from troth.access import objects
from troth.access.acting import Acting
from troth.access.grants import GrantError
from troth.access.kinds import known_kinds
from troth.access.map import AccessMap, Asked, Row
from troth.access.models import Approval, Break, Bulk, Case, CaseMember, Grant, Member
from troth.access.models.grants import ALL, CASE
from troth.access.notes import person_of_member, read_notes
from troth.access.roles import NAMES
from troth.access.settings import longest_life
from troth.people.models import Detail
from troth.policy.document import Version
from troth.policy.words import Message, Pseudonym, mark
from troth.site.language import as_lang
from troth.site.navigation import kept
from troth.store import Tx
from troth.vault import PersonId, Sealed
from troth.versions import facts

PAGE_ROWS: Final = 25
SHOWN_MAX: Final = 50
WAITING, LIVE, REFUSED, ENDED, LAPSED = "waiting", "live", "refused", "ended", "lapsed"
STATES: Final = {
    WAITING: gettext_noop("waits"),
    LIVE: gettext_noop("lives"),
    REFUSED: gettext_noop("refused"),
    ENDED: gettext_noop("ended"),
    LAPSED: gettext_noop("lapsed"),
}
LOOKED_FOR: Final = {
    "": gettext_noop("All"),
    WAITING: gettext_noop("Waiting"),
    LIVE: gettext_noop("Living"),
    ENDED: gettext_noop("Ended or refused"),
}


class GrantShown(Struct, frozen=True):
    """A request or grant as a row or page shows it."""

    row: Grant
    state: str
    says: str
    category: str
    use: str
    whom: str
    persons: tuple[str, ...] = ()
    reason: str = ""
    said: tuple["Said", ...] = ()
    left: timedelta | None = None
    may_decide: bool = False
    may_end: bool = False


class Said(Struct, frozen=True):
    """What a member said to a request."""

    member: str
    yes: bool
    at: datetime
    note: str


class CaseShown(Struct, frozen=True):
    """A case as a row or page shows it."""

    row: Case
    kind: str
    persons: int
    workers: tuple[str, ...]
    is_open: bool
    because: str = ""
    may_take: bool = False
    may_give: bool = False
    may_leave: bool = False
    may_close: bool = False


class ValueShown(Struct, frozen=True):
    """A value that is held of a person: its place in the register, and the text if it was opened.

    `number` names the row to be opened; `why` is what the gate said to the last attempt.
    """

    number: int
    category: str
    field: str
    label: str
    text: str = ""
    why: str = ""
    statement: str = ""
    allowed: bool = False


class Labels:
    """How the register names categories, fields and purposes, in the reader's language."""

    def __init__(self, alias: str, now: datetime) -> None:
        stored = facts.in_force(alias, now)
        self._version: Version | None = (
            None if stored is None else facts.document(alias, stored.hash)
        )
        self._lang = as_lang(get_language() or "en") or "en"

    def category(self, name: str) -> str:
        """Return a category's label; its name where the register has it no more."""
        found = None if self._version is None else self._version.register.category.get(name)
        return name if found is None else found.label[self._lang]

    def purpose(self, name: str) -> str:
        """Return a purpose's label."""
        found = None if self._version is None else self._version.register.purpose.get(name)
        return name if found is None else found.label[self._lang]

    def field(self, category: str, name: str) -> str:
        """Return a field's label."""
        found = None if self._version is None else self._version.register.category.get(category)
        field = None if found is None else found.fields.get(name)
        return name if field is None else field.label[self._lang]

    def categories(self) -> list[tuple[str, str]]:
        """Return the categories staff may ask for, by label."""
        known = {} if self._version is None else self._version.register.category
        return sorted(
            ((name, self.category(name)) for name, one in known.items() if not one.never_leaves),
            key=lambda pair: pair[1],
        )

    def purposes(self, category: str = "") -> list[tuple[str, str]]:
        """Return the purposes, or those of one category, by label."""
        known = {} if self._version is None else self._version.register.category
        named = {p for name, one in known.items() if category in ("", name) for p in one.purposes}
        return sorted(((name, self.purpose(name)) for name in named), key=lambda pair: pair[1])


def state_of(grant: Grant, now: datetime) -> str:
    """Return in which state a grant is."""
    if grant.decided_at is None:
        if grant.ended_at is not None:
            return LAPSED if grant.ended_by == "system" else ENDED
        return WAITING if now < grant.lapses_at else LAPSED
    if not grant.approved:
        return REFUSED
    over = grant.until is None or now >= grant.until
    return ENDED if grant.ended_at is not None or over else LIVE


def shown(actor: Acting, grant: Grant, labels: Labels, now: datetime) -> GrantShown:
    """Return a grant's row, without what is sealed."""
    state = state_of(grant, now)
    alive = state in {WAITING, LIVE}
    return GrantShown(
        row=grant,
        state=state,
        says=gettext(STATES[state]),
        category=labels.category(grant.category),
        use=labels.purpose(grant.purpose),
        whom=_whom(grant),
        left=grant.until - now if state == LIVE and grant.until is not None else None,
        may_decide=state == WAITING and objects.may_grant(actor, "grant.decide", grant),
        may_end=alive and objects.may_grant(actor, "grant.end", grant),
    )


def _whom(grant: Grant) -> str:
    if grant.scope == ALL:
        return gettext("everybody")
    if grant.scope == CASE and grant.case is not None:
        return gettext("the persons of %(case)s") % {"case": grant.case.name}
    count = grant.persons.count()
    return gettext("%(count)s persons by name") % {"count": count}


def opened(tx: Tx, actor: Acting, grant: Grant, now: datetime) -> GrantShown:
    """Return a grant with its reason and what was said to it, opened for who may see it."""
    objects.on_grant(actor, "grant.see", grant)
    person = person_of_member(tx, grant.member)
    said = list(grant.approvals.select_related("member__account").order_by("pk"))
    notes = [(person, bytes(grant.reason)), *((person, bytes(one.note)) for one in said)]
    reason, *words = read_notes(tx, notes)
    row = shown(actor, grant, Labels(tx.alias, now), now)
    names = [PersonId(p) for p in grant.persons.values_list("person", flat=True)[:SHOWN_MAX]]
    return GrantShown(
        row=row.row,
        state=row.state,
        says=row.says,
        category=row.category,
        use=row.use,
        whom=row.whom,
        persons=pseudonyms(tx, names),
        reason=reason,
        said=tuple(
            Said(one.member.handle, one.yes, one.at, word)
            for one, word in zip(said, words, strict=True)
        ),
        left=row.left,
        may_decide=row.may_decide and not _has_said(actor, said),
        may_end=row.may_end,
    )


def _has_said(actor: Acting, said: Iterable[Approval]) -> bool:
    return any(one.member_id == actor.member.pk for one in said)


def pseudonyms(tx: Tx, persons: Iterable[PersonId]) -> tuple[str, ...]:
    """Return what stands for persons, as far as they are still there."""
    return tuple(
        str(found)
        for found in (vault.known_pseudonym(tx, person) for person in persons)
        if found is not None
    )


def persons_named(tx: Tx, written: str) -> tuple[PersonId, ...]:
    """Return whom pseudonyms stand for. Raises GrantError naming the first that stands for none."""
    found = []
    for name in written.split():
        person = vault.person_of(tx, Pseudonym(name))
        if person is None:
            raise GrantError(
                Message(mark("%(name)s stands for nobody."), {"name": name[:40]}), "persons"
            )
        found.append(person)
    return tuple(dict.fromkeys(found))


def grants_for(actor: Acting, alias: str, wanted: str, now: datetime) -> "Any":
    """Return the grants a member may see, narrowed to a state, the newest first."""
    rows = Grant.objects.using(alias).select_related("member__account", "case")
    if not objects.may_house(actor, "grant.see"):
        rows = rows.filter(member=actor.member)
    waiting = rows.filter(decided_at=None, ended_at=None, lapses_at__gt=now)
    living = rows.filter(approved=True, ended_at=None, until__gt=now)
    if wanted == WAITING:
        rows = waiting
    elif wanted == LIVE:
        rows = living
    elif wanted == ENDED:
        rows = rows.exclude(pk__in=waiting.values("pk")).exclude(pk__in=living.values("pk"))
    return rows.order_by("-asked_at", "-pk")


def cases_for(actor: Acting, alias: str, *, ended: bool) -> "Any":
    """Return the cases a member may see: those she works on or opened, or all; newest first."""
    rows = Case.objects.using(alias).filter(closed_at__isnull=not ended)
    takes = objects.may_self(actor, "case.take") or objects.may_house(actor, "case.see")
    if not takes:
        rows = rows.filter(members__member=actor.member).distinct()
    return rows.order_by("-opened_at", "-pk")


def case_shown(actor: Acting, case: Case, *, because: str = "") -> CaseShown:
    """Return a case with who works on it and what may be done with it."""
    works = CaseMember.objects.filter(case=case, until=None).select_related("member__account")
    workers = tuple(one.member.handle for one in works.order_by("pk"))
    kind = known_kinds().get(case.kind)
    is_open = case.closed_at is None
    ours = actor.member.handle in workers
    fits = kind is not None and not actor.roles.isdisjoint(kind.roles)
    hers = case.opened_by == actor.member.handle
    return CaseShown(
        row=case,
        kind=case.kind if kind is None else kind.what.render(gettext),
        persons=case.persons.count(),
        workers=workers,
        is_open=is_open,
        because=because,
        may_take=is_open and not ours and not hers and fits,
        may_give=is_open and objects.may_house(actor, "case.assign"),
        may_leave=is_open and ours,
        may_close=is_open and objects.may_case(actor, "case.close", case),
    )


def case_opened(tx: Tx, actor: Acting, case: Case) -> tuple[CaseShown, tuple[str, ...]]:
    """Return a case with what it is about, opened, and the pseudonyms of its persons.

    Whose role its kind names may look at it, to take it; what was written to it is for those who
    work on it, opened it or watch.
    """
    persons = [PersonId(p) for p in case.persons.order_by("pk").values_list("person", flat=True)]
    works = CaseMember.objects.using(tx.alias).filter(case=case, member=actor.member)
    ours = works.exists() or case.opened_by == actor.member.handle
    kind = known_kinds().get(case.kind)
    takes = kind is not None and not actor.roles.isdisjoint(kind.roles)
    watches = objects.may_case(actor, "case.see", case)
    if not (ours or takes):
        objects.on_case(actor, "case.see", case)
    told = persons[:1] if ours or watches else []
    because = read_notes(tx, [(person, bytes(case.because)) for person in told])
    return case_shown(actor, case, because="".join(because)), pseudonyms(tx, persons[:SHOWN_MAX])


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


def values_of(tx: Tx, person: PersonId, labels: Labels) -> tuple[ValueShown, ...]:
    """Return what is held of a person, none of it opened."""
    rows = Detail.objects.using(tx.alias).filter(person=person).exclude(box=None)
    return tuple(
        ValueShown(
            row.pk,
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


def glass_waiting(actor: Acting, alias: str) -> list[Break]:
    """Return broken glass that this member may review."""
    rows = Break.objects.using(alias).filter(reviewed_at=None)
    found = rows.select_related("member__account", "grant").order_by("at")
    return [one for one in found if objects.may_break(actor, "glass.review", one)]


def bulk_waiting(actor: Acting, alias: str, now: datetime) -> list[Bulk]:
    """Return what this member may confirm."""
    rows = Bulk.objects.using(alias).filter(decided_at=None, lapses_at__gt=now)
    found = rows.select_related("member__account").order_by("asked_at")
    return [one for one in found if objects.may_bulk(actor, "bulk.confirm", one)]


def longest_days(tx: Tx, categories: Sequence[str]) -> int:
    """Return the longest any of these may be asked for, to be told beside the field."""
    return max((longest_life(tx, name, sensitive=False).days for name in categories), default=30)


class CellShown(Struct, frozen=True):
    """One cell of the map: how widely, for what, until when; "" breadth for nothing."""

    breadth: str
    says: str
    uses: str = ""
    until: datetime | None = None
    soon: bool = False
    grants: int = 0
    cases: int = 0


class MapRow(Struct, frozen=True):
    """One member's row of the map."""

    member: str
    roles: tuple[str, ...]
    frozen: bool
    cells: tuple[tuple[str, CellShown], ...]


BREADTHS: Final = {
    "all": gettext_noop("everybody"),
    "list": gettext_noop("by name"),
    "case": gettext_noop("of a case"),
    "glass": gettext_noop("broken glass"),
}
SOON: Final = timedelta(days=1)
NOTHING: Final = CellShown("", "")


def columns(found: AccessMap, labels: Labels) -> list[tuple[str, str]]:
    """Return the map's columns: the categories of this page that somebody can see."""
    seen = {name for row in found.rows for name in row.cells}
    return [(name, labels.category(name)) for name in found.categories if name in seen]


def map_rows(found: AccessMap, labels: Labels, now: datetime) -> list[MapRow]:
    """Return the map's rows, a cell for each column."""
    names = columns(found, labels)

    def cell(row: Row, name: str) -> CellShown:
        held = row.cells.get(name)
        if held is None:
            return NOTHING
        return CellShown(
            held.breadth,
            gettext(BREADTHS[held.breadth]),
            ", ".join(labels.purpose(one) for one in held.purposes),
            held.until,
            held.until is not None and held.until - now < SOON,
            held.grants,
            held.cases,
        )

    return [
        MapRow(
            row.member,
            tuple(gettext(NAMES[role]) for role in row.roles if role in NAMES),
            row.frozen,
            tuple((label, cell(row, name)) for name, label in names),
        )
        for row in found.rows
    ]


def map_kept(asked: Asked, found: AccessMap) -> dict[str, str]:
    """Return what of the map's address is kept when the language is switched."""
    return kept(
        q=asked.member,
        category=asked.category,
        all="" if asked.holding else "1",
        page=str(found.page) if found.page > 1 else "",
    )
