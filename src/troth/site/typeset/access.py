"""Access as the console shows it: requests, cases, the persons of a case, what waits for whom."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import get_language, gettext, gettext_noop, ngettext
from msgspec import Struct

from troth import vault
from troth.access import objects
from troth.access.acting import Acting
from troth.access.grants import GrantError, Scope, Wish
from troth.access.models import Approval, Break, Case, Grant
from troth.access.models.grants import ALL, CASE
from troth.access.notes import person_of_member, read_notes
from troth.access.settings import longest_days
from troth.policy.document import Version
from troth.policy.words import Message, Pseudonym, mark
from troth.site.language import as_lang
from troth.store import Tx
from troth.vault import PersonId
from troth.versions import facts

PAGE_ROWS: Final = 25
SHOWN_MAX: Final = 50
APART: Final = "/"
"""Between category and purpose in what a form offers: no name of the register has it."""
Grouped = list[tuple[str, str | list[tuple[str, str]]]]
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

    def uses(self) -> dict[str, frozenset[str]]:
        """Return what each category that staff may see is used for."""
        known = {} if self._version is None else self._version.register.category
        return {
            name: frozenset(one.purposes) for name, one in known.items() if not one.never_leaves
        }

    def pairs(self, days: Mapping[str, int] | None = None) -> Grouped:
        """Return each category with what it is used for, and for how many days one may ask."""
        uses, days = self.uses(), days or {}
        found: Grouped = [("", "—")]
        for name, label in self.categories():
            ways = sorted((self.purpose(use), f"{name}{APART}{use}") for use in uses[name])
            told = [(pair, self._offer(f"{label} · {way}", days.get(name))) for way, pair in ways]
            found.append((label, told))
        return found

    @staticmethod
    def _offer(label: str, days: int | None) -> str:
        if days is None:
            return label
        most = ngettext("at most %(days)s day", "at most %(days)s days", days) % {"days": days}
        return gettext("%(what)s (%(most)s)") % {"what": label, "most": most}

    def longest_days(self, alias: str) -> dict[str, int]:
        """Return for how many days each category may be asked for at most."""
        known = {} if self._version is None else self._version.register.category
        return longest_days(alias, {name: known[name].sensitive for name in self.uses()})

    def purposes(self, *categories: str) -> list[tuple[str, str]]:
        """Return the purposes there are, or those of some categories, by label."""
        uses = self.uses()
        named = {p for name, of in uses.items() if name in (categories or uses) for p in of}
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
    return ngettext("%(count)s person by name", "%(count)s persons by name", count) % {
        "count": count
    }


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


def state_asked(asked: str) -> str:
    """Return the state the list is narrowed to; what is none is all."""
    return asked if asked in LOOKED_FOR else ""


def wish_of(tx: Tx, given: Mapping[str, Any]) -> Wish:
    """Return what a form asks for. Raises GrantError where somebody named is not there."""
    if not given["what"]:
        raise GrantError(Message(mark("Choose what you need to see, and for what.")), "what")
    category, _, purpose = given["what"].partition(APART)
    scope: Scope = given.get("scope") or "list"
    case = given.get("case") if scope == "case" else None
    return Wish(
        category=category,
        purpose=purpose,
        scope=scope,
        life=timedelta(days=given.get("days") or 0),
        reason=given["reason"],
        case=Case.objects.using(tx.alias).filter(pk=int(case)).first() if case else None,
        persons=persons_named(tx, given.get("persons", "")) if scope == "list" else (),
    )


def grants_for(actor: Acting, alias: str, wanted: str, now: datetime) -> Any:
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


class ViewShown(Struct, frozen=True):
    """What was viewed by a grant: when, of whom, and which field by its label."""

    at: datetime
    subject: str
    what: str


def viewed_by(grant: Grant, labels: Labels) -> list[ViewShown]:
    """Return what was viewed by a grant, the first view first."""
    return [
        ViewShown(
            view.at,
            view.subject,
            f"{labels.category(view.category)} · {labels.field(view.category, view.field)}",
        )
        for view in grant.views.order_by("at")
    ]


def glass_waiting(actor: Acting, alias: str) -> list[Break]:
    """Return broken glass that this member may review."""
    rows = Break.objects.using(alias).filter(reviewed_at=None)
    found = rows.select_related("member__account", "grant").order_by("at")
    return [one for one in found if objects.may_break(actor, "glass.review", one)]
