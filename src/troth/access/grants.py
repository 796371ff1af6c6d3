"""Verbs of grants: asked for with a reason, decided by others, ended in time.

`ask(tx, wish) -> Grant`                 raises NotDeclaredError, TooLongError, NobodyError, …
`decide(tx, grant, yes, note) -> Grant`  raises SettledError, UnswornError
`end(tx, grant) -> None`                 given back or taken away
`lapse(tx) -> None`                      requests nobody decided in time
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Literal

from django.db.models import Q, QuerySet
from msgspec import Struct

from troth import vault
from troth.access import objects, turns
from troth.access.acting import acting
from troth.access.models import Approval, Case, Freeze, Grant, GrantPerson, Member
from troth.access.models.grants import ALL, CASE, LIST
from troth.access.notes import person_of_member, seal_note
from troth.access.roles import OWNER, PRIVACY_OFFICER
from troth.access.settings import (
    APPROVALS_NEEDED,
    REQUEST_LAPSES_DAYS,
    longest_life,
    number,
)
from troth.access.standing import demand_sworn, standing
from troth.access.telling import holders, tell
from troth.ledger import LedgerEntry, record
from troth.ledger.entries import moment
from troth.policy.words import Message, mark
from troth.store import SYSTEM, Tx
from troth.store.locks import serialise
from troth.vault import PersonId
from troth.versions import facts

Scope = Literal["all", "case", "list"]
DECIDERS: Final = (OWNER, PRIVACY_OFFICER)
PERSONS_MAX: Final = 1_000
TOLD_MAX: Final = 1_000
"""So many grants an entry names; of more, several tell."""
LAPSED: Final = SYSTEM


class Wish(Struct, frozen=True, kw_only=True):
    """What a member asks to see: of whom, for what, for how long from the approval, and why."""

    category: str
    purpose: str
    scope: Scope
    life: timedelta
    reason: str
    case: Case | None = None
    persons: tuple[PersonId, ...] = ()


class GrantError(Exception):
    """It can't be asked, decided or ended so; `message` says why and `field` where."""

    def __init__(self, message: Message, field: str = "") -> None:
        self.message, self.field = message, field
        super().__init__(message.render(str))


class NotDeclaredError(GrantError):
    """The register knows no such category or does not let it be used for that."""


class TooLongError(GrantError):
    """Grants of that category end sooner."""


class ScopeError(GrantError):
    """Whose data are meant is not told, or too many are named."""


class SettledError(GrantError):
    """It was decided, withdrawn or has lapsed."""


class UnswornError(GrantError):
    """Without a current undertaking nobody is given anything."""


def ask(tx: Tx, wish: Wish) -> Grant:
    """Ask for leave; whoever may decide is told by mail."""
    turns.rely(tx)
    actor = acting(tx)
    objects.on_self(actor, "grant.ask")
    sensitive = demand_declared(tx, wish)
    _demand_scope(wish)
    longest = longest_life(tx, wish.category, sensitive=sensitive)
    if not timedelta() < wish.life <= longest:
        raise TooLongError(
            Message(mark("Days one may see this at most: %(days)s."), {"days": longest.days}),
            "life",
        )
    grant = write(tx, actor.member, wish, needed=number(tx, APPROVALS_NEEDED))
    approvers = holders(tx, DECIDERS, but=actor.member)
    tell(tx, approvers, "access.grant-asked", {"member": actor.member.handle}, grant.name)
    return grant


def write(tx: Tx, member: Member, wish: Wish, *, needed: int, kind: str = "asked") -> Grant:
    """Write a grant that waits, with its entry; for the verbs of access themselves."""
    reason = seal_note(tx, person_of_member(tx, member), wish.reason, required=True)
    return enter(tx, member, wish, reason, needed=needed, kind=kind)


def enter(
    tx: Tx, member: Member, wish: Wish, reason: bytes, *, needed: int, kind: str = "asked"
) -> Grant:
    """Write a grant that waits, whose reason is sealed already."""
    lapses = tx.now + timedelta(days=number(tx, REQUEST_LAPSES_DAYS))
    persons = sorted(set(wish.persons))
    about = {
        "member": member.handle,
        "category": wish.category,
        "purpose": wish.purpose,
        "scope": wish.scope,
        "case": None if wish.case is None else wish.case.name,
        "persons": [vault.pseudonym(tx, person) for person in persons],
        "life_s": int(wish.life.total_seconds()),
        "lapses": moment(lapses),
        "needed": needed,
        "kind": kind,
    }
    entry = record(tx, LedgerEntry("access.grant-asked", about=about))
    grant = Grant.objects.using(tx.alias).create(
        member=member,
        kind=kind,
        category=wish.category,
        purpose=wish.purpose,
        scope=wish.scope,
        case=wish.case,
        reason=reason,
        asked_at=tx.now,
        lapses_at=lapses,
        life_s=int(wish.life.total_seconds()),
        approvals_needed=needed,
        entry=entry,
    )
    GrantPerson.objects.using(tx.alias).bulk_create(
        [GrantPerson(grant=grant, person=person) for person in persons]
    )
    return grant


def demand_declared(tx: Tx, wish: Wish) -> bool:
    """Refuse what the register does not let staff see so; tell whether the category is sensitive.

    Raises NotDeclaredError.
    """
    rules = facts.current_rulebook(tx)
    category = None if rules is None else rules.categories.get(wish.category)
    if category is None or (rules is not None and wish.category in rules.never_leaving):
        raise NotDeclaredError(
            Message(
                mark("The policy does not declare “%(category)s” as something staff may see."),
                {"category": wish.category},
            ),
            "category",
        )
    if wish.purpose not in category.uses:
        raise NotDeclaredError(
            Message(
                mark("The policy does not let “%(category)s” be used for “%(purpose)s”."),
                {"category": wish.category, "purpose": wish.purpose},
            ),
            "purpose",
        )
    return any(use.sensitive for use in category.uses.values())


def _demand_scope(wish: Wish) -> None:
    if wish.scope == LIST and not 0 < len(set(wish.persons)) <= PERSONS_MAX:
        raise ScopeError(
            Message(mark("Name 1 to %(number)s persons."), {"number": PERSONS_MAX}), "persons"
        )
    if wish.scope == CASE and (wish.case is None or wish.case.closed_at is not None):
        raise ScopeError(Message(mark("Name a case that is open.")), "case")


def decide(tx: Tx, grant: Grant, yes: bool, note: str = "") -> Grant:  # noqa: FBT001 - the decision
    """Say yes or no to another's request; time runs from the last yes that was needed."""
    turns.rely(tx)
    actor = acting(tx)
    objects.on_grant(actor, "grant.decide", grant)
    demand_sworn(tx, actor.member)
    serialise(tx, f"access.grant.{grant.pk}")
    grant = Grant.objects.using(tx.alias).select_related("member__account", "case").get(pk=grant.pk)
    _demand_waiting(tx, grant)
    until = standing(tx, grant.member).undertaking_until
    if yes and (until is None or until <= tx.now):
        raise UnswornError(
            Message(mark("The member has not signed the undertaking in force; nothing is given."))
        )
    said = Approval.objects.using(tx.alias).filter(grant=grant)
    if said.filter(member=actor.member).exists():
        raise SettledError(Message(mark("You have decided on this request already.")))
    given = _counted(said).count() + yes
    settled = not yes or given >= grant.approvals_needed
    about = {
        "grant": grant.name,
        "yes": yes,
        "member": grant.member.handle,
        "until": moment(tx.now + grant.life) if yes and settled else None,
    }
    entry = record(tx, LedgerEntry("access.grant-decided", about=about))
    said.create(
        grant=grant,
        member=actor.member,
        yes=yes,
        note=seal_note(tx, person_of_member(tx, grant.member), note),
        at=tx.now,
        entry=entry,
    )
    if settled:
        _settle(tx, grant, yes=yes)
    return grant


def _counted(said: "QuerySet[Approval]") -> "QuerySet[Approval]":
    """Return each yes of who may decide still: who was moved or has left since does not count."""
    deciders = Q(member__roles_held__until=None, member__roles_held__role__in=DECIDERS)
    frozen = Freeze.objects.using(said.db).filter(lifted_at=None).values("member")
    present = said.filter(deciders, yes=True, member__left_at=None)
    return present.exclude(member__in=frozen).distinct()


def _settle(tx: Tx, grant: Grant, *, yes: bool) -> None:
    grant.decided_at, grant.approved = tx.now, yes
    grant.until = tx.now + grant.life if yes else None
    grant.save(using=tx.alias, update_fields=["decided_at", "approved", "until"])
    template = "access.grant-decided"
    values = {"grant": grant.name}
    tell(tx, [grant.member], template, values, f"{grant.name}.decided")


def _demand_waiting(tx: Tx, grant: Grant) -> None:
    if grant.decided_at is not None or grant.ended_at is not None:
        raise SettledError(Message(mark("This request is settled already.")))
    if tx.now >= grant.lapses_at:
        raise SettledError(Message(mark("This request has lapsed; it has to be asked anew.")))


def end(tx: Tx, grant: Grant) -> None:
    """Withdraw a request or end a grant: her own, or another's by who may."""
    turns.change(tx)
    objects.on_grant(acting(tx), "grant.end", grant)
    live = Grant.objects.using(tx.alias).filter(pk=grant.pk, ended_at=None)
    if not live.update(ended_at=tx.now, ended_by=tx.actor):
        raise SettledError(Message(mark("This has ended already.")))
    record(tx, LedgerEntry("access.grant-ended", about={"grant": grant.name}))


def end_all_of(tx: Tx, member: Member) -> int:
    """End whatever a member has asked for or holds; return how many those were."""
    live = Grant.objects.using(tx.alias).filter(member=member, ended_at=None)
    live = live.filter(Q(until=None, decided_at=None) | Q(until__gt=tx.now))
    ended = end_these(tx, live, tx.actor)
    for begin in range(0, len(ended), TOLD_MAX):
        about = {"member": member.handle, "grants": ended[begin : begin + TOLD_MAX]}
        record(tx, LedgerEntry("access.grants-ended", about=about))
    return len(ended)


def end_these(tx: Tx, grants: "QuerySet[Grant]", by: str) -> list[str]:
    """End grants and return their names, for the entry of the verb that does so."""
    ended = list(grants.select_for_update().order_by("pk"))
    for grant in ended:
        grant.ended_at, grant.ended_by = tx.now, by
    Grant.objects.using(tx.alias).bulk_update(ended, ["ended_at", "ended_by"], batch_size=100)
    return [grant.name for grant in ended]


def lapse(tx: Tx) -> None:
    """End the requests nobody decided in time; their members may ask anew."""
    late = Grant.objects.using(tx.alias).filter(
        decided_at=None, ended_at=None, lapses_at__lte=tx.now
    )
    ended = end_these(tx, late, LAPSED)
    for begin in range(0, len(ended), TOLD_MAX):
        about = {"grants": ended[begin : begin + TOLD_MAX]}
        record(tx, LedgerEntry("access.requests-lapsed", about=about))


def live(tx: Tx, member: Member, category: str, purpose: str) -> "QuerySet[Grant]":
    """Return a member's grants of a category and purpose that have not ended."""
    return Grant.objects.using(tx.alias).filter(
        member=member,
        category=category,
        purpose=purpose,
        approved=True,
        ended_at=None,
        until__gt=tx.now,
    )


def covering(tx: Tx, grants: Sequence[Grant], person: PersonId, case: Case | None) -> Grant | None:
    """Return which of these grants names a person: by herself, by the case, or as one of all."""
    named = GrantPerson.objects.using(tx.alias).filter(person=person, grant__in=list(grants))
    listed = set(named.values_list("grant_id", flat=True))
    for grant in grants:
        about = grant.scope == ALL or grant.pk in listed
        if about or (grant.scope == CASE and case is not None and grant.case_id == case.pk):
            return grant
    return None
