"""How members and grants stood at any moment, read from the rows alone: for who examines views.

Everything is derived anew from what is stored; nothing is taken from what the door has written.
That the rows are what the ledger tells of them is `examinations_rows`'s to find.
"""

from bisect import bisect_right
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from troth.access.kinds import known_kinds
from troth.access.models import (
    Approval,
    Case,
    CaseMember,
    CasePerson,
    Freeze,
    Grant,
    GrantPerson,
    Member,
    MemberRole,
    Review,
    Setting,
    Signature,
    View,
)
from troth.access.models.grants import ALL, CASE, GLASS
from troth.access.objects import Action, roles_may
from troth.access.roles import Role
from troth.access.settings import REVIEW_DAYS, SETTINGS
from troth.access.undertakings import until_at
from troth.vault import PersonId


class History:
    """What was so at a moment, looked up once a member or grant."""

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self._sworn: dict[int, list[tuple[datetime, datetime]]] = {}
        self._frozen: dict[int, list[tuple[datetime, datetime | None]]] = {}
        self._persons: dict[int, frozenset[str]] = {}
        self._cases: dict[int, frozenset[str]] = {}
        self._work: dict[tuple[int, int], list[CaseMember]] = {}
        self._approvals: dict[int, list[Approval]] = {}
        self._roles: dict[int, list[MemberRole]] | None = None
        self._set: dict[str, list[tuple[datetime, int, UUID | None]]] = {}
        self._reviews: dict[int, list[datetime]] | None = None

    def number(self, name: str, at: datetime) -> int:
        """Return what a setting that is a number was at a moment."""
        held = [number for since, number, _ in self.set_to(name) if since <= at]
        return held[-1] if held else int(SETTINGS[name].default)

    def set_to(self, name: str) -> list[tuple[datetime, int, UUID | None]]:
        """Return what a setting that is a number was set to: when, to what, and by which entry."""
        if name not in self._set:
            rows = Setting.objects.using(self._alias).filter(name=name).order_by("at", "pk")
            self._set[name] = [(row.at, int(row.value), row.entry) for row in rows]
        return self._set[name]

    def sworn(self, member: Member, at: datetime) -> bool:
        """Whether a signature of hers held, with its seal whole."""
        if member.pk not in self._sworn:
            signed = Signature.objects.using(self._alias).filter(member=member)
            spans = []
            for one in signed.select_related("text", "member__account"):
                until = until_at(self._alias, one)
                if until is not None:
                    spans.append((one.at, until))
            self._sworn[member.pk] = spans
        return any(begin <= at < end for begin, end in self._sworn[member.pk])

    def frozen(self, member: Member, at: datetime) -> bool:
        """Whether a freeze stopped her grants."""
        if member.pk not in self._frozen:
            rows = Freeze.objects.using(self._alias).filter(member=member)
            self._frozen[member.pk] = list(rows.values_list("since", "lifted_at"))
        return any(
            since < at and (lifted is None or at < lifted)
            for since, lifted in self._frozen[member.pk]
        )

    def reviewed(self, member: Member, at: datetime) -> bool:
        """Whether her access had been reviewed in time, by the setting of that moment."""
        times: list[datetime] = [member.since, *self._reviews_of().get(member.pk, ())]
        place = bisect_right(times, at)
        newest = times[max(place - 1, 0)]
        return at < newest + timedelta(days=self.number(REVIEW_DAYS, at))

    def _reviews_of(self) -> dict[int, list[datetime]]:
        """Return when each member was reviewed, all read at once: there are few of them."""
        if self._reviews is None:
            self._reviews = {}
            rows = Review.objects.using(self._alias).order_by("at").values_list("member", "at")
            for member, at in rows:
                self._reviews.setdefault(member, []).append(at)
        return self._reviews

    def might(self, member_id: int, action: Action, at: datetime, *, own: bool) -> bool:
        """Whether a member's roles allowed something then."""
        return roles_may(self._roles_at(member_id, at), action, own=own)

    def _roles_at(self, member_id: int, at: datetime) -> frozenset[Role]:
        """Return what a member was; all roles ever held are read at once, there are few."""
        if self._roles is None:
            self._roles = {}
            for row in MemberRole.objects.using(self._alias):
                self._roles.setdefault(row.member_id, []).append(row)
        held = self._roles.get(member_id, ())
        return frozenset(
            cast("Role", row.role)
            for row in held
            if row.since <= at and (row.until is None or at <= row.until)
        )

    def carries(self, view: View, person: PersonId | None) -> bool:
        """Whether what a view names as its ground stood at its moment and covers it.

        `person` is None for somebody who was erased since: whom a list named can't be told then.
        """
        if view.case is not None and view.grant is None:
            return self._works(view, view.case, person)
        grant = view.grant
        if grant is None or grant.member_id != view.member_id:
            return False
        if (grant.category, grant.purpose) != (view.category, view.purpose):
            return False
        lived = self._lived(grant, view.at) and self._given(grant, view.at)
        return lived and self._names(view, person)

    def _lived(self, grant: Grant, at: datetime) -> bool:
        if not grant.approved or grant.decided_at is None or grant.until is None:
            return False
        within = grant.decided_at <= at < grant.until <= grant.decided_at + grant.life
        return within and (grant.ended_at is None or at <= grant.ended_at)

    def _given(self, grant: Grant, at: datetime) -> bool:
        """Whether enough others who might say so had said yes; glass needs nobody's."""
        if grant.kind == GLASS:
            return True
        if grant.pk not in self._approvals:
            said = Approval.objects.using(self._alias).filter(grant=grant, yes=True)
            self._approvals[grant.pk] = list(said)
        others = {
            one.member_id
            for one in self._approvals[grant.pk]
            if one.member_id != grant.member_id
            and one.at <= at
            and self.might(one.member_id, "grant.decide", one.at, own=False)
        }
        return len(others) >= max(grant.approvals_needed, 1)

    def _names(self, view: View, person: PersonId | None) -> bool:
        grant = view.grant
        if grant is None or grant.scope == ALL or person is None:
            return grant is not None
        if grant.scope == CASE:
            return grant.case_id == view.case_id and person in self._case_persons(grant.case_id)
        if grant.pk not in self._persons:
            rows = GrantPerson.objects.using(self._alias).filter(grant=grant)
            self._persons[grant.pk] = frozenset(rows.values_list("person", flat=True))
        return person in self._persons[grant.pk]

    def _case_persons(self, case_id: int | None) -> frozenset[str]:
        if case_id is None:
            return frozenset()
        if case_id not in self._cases:
            rows = CasePerson.objects.using(self._alias).filter(case_id=case_id)
            self._cases[case_id] = frozenset(rows.values_list("person", flat=True))
        return self._cases[case_id]

    def _works(self, view: View, case: Case, person: PersonId | None) -> bool:
        """Whether she worked on the open case about this person, as its kind lets her."""
        if view.at < case.opened_at or (case.closed_at is not None and view.at > case.closed_at):
            return False
        kind = known_kinds().get(case.kind)
        if kind is None or not kind.lets(view.category, view.purpose):
            return False
        if kind.roles.isdisjoint(self._roles_at(view.member_id, view.at)):
            return False
        if person is not None and person not in self._case_persons(case.pk):
            return False
        key = (case.pk, view.member_id)
        if key not in self._work:
            rows = CaseMember.objects.using(self._alias).filter(case=case, member=view.member)
            self._work[key] = list(rows)
        return any(
            one.since <= view.at
            and (one.until is None or view.at <= one.until)
            and one.given_by != view.member.handle
            for one in self._work[key]
        )
