"""What access holds of a person: a member she may be, what was written about her, who looked.

The record of access keeps her pseudonym alone, which leads to nobody once her key is destroyed.
So do the notes and names in rows that are never changed: they end with her key.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from heapq import merge
from operator import attrgetter
from typing import Any, Final, TypeVar

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery
from msgspec import Struct, json

from troth.access import members, notes, turns, undertakings
from troth.access.facts import roles_of
from troth.access.known import CATEGORY, PURPOSE
from troth.access.models import (
    Approval,
    Break,
    Bulk,
    Case,
    CasePerson,
    Freeze,
    Grant,
    GrantPerson,
    Invitation,
    Member,
    MemberRole,
    Review,
    Signature,
    View,
)
from troth.access.roles import OWNER
from troth.people import factors
from troth.people.held import Held, Opening, Place, over
from troth.people.holdings import enter_expired, erase_details
from troth.people.models import Account, SecondFactor, SignedIn
from troth.people.sealing import VERSION_LENGTH
from troth.store import SYSTEM, Tx
from troth.vault import PersonId, Sealed
from troth.vault.models import Tombstone

Row = TypeVar("Row", bound=Model)

CHUNK: Final = 500
SESSION: Final = "staff-session"
EXPIRED: Final = "access.expired"
COVERS: Final = frozenset(
    f"access.{name}"
    for name in (
        "Approval",
        "Break",
        "Bulk",
        "Case",
        "CaseMember",
        "CasePerson",
        "Freeze",
        "Grant",
        "GrantPerson",
        "Invitation",
        "Member",
        "MemberRole",
        "Review",
        "Signature",
        "View",
    )
)
LASTING: Final = frozenset({CATEGORY, undertakings.CATEGORY})
"""The days of a member's own data begin when she has left."""


class Written(Struct, frozen=True):
    """Notes of one table: in which column, since when, about whom; `ended` where they may go.

    None: the rows are never changed.
    """

    model: type[Model]
    column: str
    at: str
    about: str
    ended: str | None = None

    def written(self, alias: str) -> "QuerySet[Any]":
        """Return the rows in which something is written."""
        rows: QuerySet[Any] = self.model._default_manager.using(alias).all()  # noqa: SLF001 - Django's own name for it
        return rows.exclude(**{self.column: b""})

    def rows(self, alias: str) -> "QuerySet[Any]":
        """Return them with `whose` key each is sealed under."""
        whose: Any = F(self.about)
        if self.model is Case:  # under that of its first person
            persons = CasePerson.objects.using(alias).filter(case=OuterRef("pk")).order_by("pk")
            whose = Subquery(persons.values("person")[:1])
        rows: QuerySet[Any] = self.written(alias).annotate(whose=whose)
        return rows


MEMBER: Final = "member__account__person"
WRITTEN: Final = (
    Written(Grant, "reason", "asked_at", MEMBER, "asked_at"),
    Written(Approval, "note", "at", "grant__member__account__person"),
    Written(Break, "note", "reviewed_at", MEMBER, "reviewed_at"),
    Written(Freeze, "reason", "since", MEMBER, "lifted_at"),
    Written(Freeze, "lifted_because", "lifted_at", MEMBER, "lifted_at"),
    Written(Review, "note", "at", MEMBER),
    Written(Bulk, "why", "asked_at", MEMBER, "asked_at"),
    Written(Case, "because", "opened_at", "", "closed_at"),
)


def erase(tx: Tx, person: PersonId) -> int:
    """Take a person out of cases, lists and invitations; return how many rows that were.

    If she is a member she leaves by it: without her key nothing of hers could be written any more.
    Raises LastOwnerError, unless the server itself erases again who was erased before.
    """
    mine = list(Member.objects.using(tx.alias).filter(account__person=person))
    for member in (one for one in mine if one.left_at is None):
        turns.change(tx)
        if OWNER in roles_of(member) and tx.actor != SYSTEM:
            members.demand_other_owner(tx, member)
        members.leave(tx, member)
    named = CasePerson.objects.using(tx.alias).filter(person=person).exists()
    # most are no members and in no case: nothing is asked of tables where nothing is sealed for her
    written = [one for one in WRITTEN if (named if one.model is Case else mine)]
    said = sum(_empty(tx, one, one.rows(tx.alias).filter(whose=person)) for one in written)
    cases, _ = CasePerson.objects.using(tx.alias).filter(person=person).delete()
    lists, _ = GrantPerson.objects.using(tx.alias).filter(person=person).delete()
    invited = Invitation.objects.using(tx.alias).filter(person=person).update(person="")
    return said + cases + lists + invited


def _empty(tx: Tx, one: Written, rows: "QuerySet[Any]") -> int:
    """Take what is written out of rows that may be changed; return how many those were."""
    if one.ended is None:
        return 0
    numbers = list(rows.values_list("pk", flat=True))
    count = 0
    for begin in range(0, len(numbers), CHUNK):
        some = one.written(tx.alias).filter(pk__in=numbers[begin : begin + CHUNK])
        count += some.update(**{one.column: b""})
    return count


def export(tx: Tx, person: PersonId, purpose: str) -> Iterator[Held]:
    """Yield what is held of a member, what was written about her, and who has looked at her data.

    Who looked is told by role. What a second factor proves itself by is not told: whoever has it
    could sign in as her.
    """
    opening = Opening(tx, person, purpose)
    streams = [_account(opening), _roles(opening), _factors(opening), _sessions(opening)]
    streams += [_names(opening), _views(opening), *(_notes(opening, one) for one in WRITTEN)]
    return merge(*streams, key=attrgetter("at"))


def _each(rows: "QuerySet[Row]", at: str) -> Iterator[Row]:
    return rows.order_by(at, "pk").iterator(CHUNK)


def _account(opening: Opening) -> Iterator[Held]:
    rows = Account.objects.using(opening.tx.alias).filter(person=opening.person)
    for row in _each(rows.exclude(member=None), "created_at"):
        yield from opening.plain(CATEGORY, "handle", row.handle, row.created_at, PURPOSE, "usage")


def _roles(opening: Opening) -> Iterator[Held]:
    rows = MemberRole.objects.using(opening.tx.alias)
    for row in _each(rows.filter(**{MEMBER: opening.person}), "since"):
        yield from opening.plain(CATEGORY, "role", row.role, row.since, PURPOSE, "usage")


def _factors(opening: Opening) -> Iterator[Held]:
    rows = SecondFactor.objects.using(opening.tx.alias).filter(account__person=opening.person)
    for row in _each(rows, "added_at"):
        field = factors.FIELD
        yield from opening.plain(CATEGORY, field, row.label, row.added_at, PURPOSE, "direct")


def _sessions(opening: Opening) -> Iterator[Held]:
    rows = SignedIn.objects.using(opening.tx.alias).filter(account__person=opening.person)
    for row in _each(rows, "since"):
        yield from opening.plain(SESSION, "browser", row.browser, row.since, PURPOSE, "usage")


def _names(opening: Opening) -> Iterator[Held]:
    rows = Signature.objects.using(opening.tx.alias).exclude(name_box=b"")
    for row in _each(rows.filter(**{MEMBER: opening.person}), "at"):
        box = bytes(row.name_box)
        one = Sealed(opening.person, undertakings.CATEGORY, undertakings.NAME, row.policy, box)
        under = undertakings.UNDER
        yield from opening.sealed(one, row.at, under.purpose, under.source)


def _notes(opening: Opening, one: Written) -> Iterator[Held]:
    rows = one.rows(opening.tx.alias).filter(whose=opening.person)
    for row in _each(rows, one.at):
        sealed = notes.sealed_note(opening.person, bytes(getattr(row, one.column)))
        under = notes.UNDER
        yield from opening.sealed(sealed, getattr(row, one.at), under.purpose, under.source)


def _views(opening: Opening) -> Iterator[Held]:
    rows = View.objects.using(opening.tx.alias).filter(subject=opening.who)
    for row in _each(rows, "at"):
        seen = {
            "role": row.role,
            "field": f"{row.category}.{row.field}",
            "purpose": row.purpose,
            "allowed": row.allowed,
        }
        text = json.encode(seen).decode()
        yield from opening.plain(notes.CATEGORY, "category", text, row.at, PURPOSE, "usage")


def expire(tx: Tx, days: Mapping[str, int | None], limit: int) -> int:
    """Erase the data of members who left, and notes on what has ended, once their days are over."""
    ends = over(days, tx.now)
    tx.pending.flush(tx.alias)
    counts: Counter[str] = Counter()
    if CATEGORY in ends:
        counts[CATEGORY] = _expire_members(tx, ends[CATEGORY], limit)
    if notes.CATEGORY in ends:
        left = limit - counts[CATEGORY]
        counts[notes.CATEGORY] = _expire_notes(tx, ends[notes.CATEGORY], left)
    return enter_expired(tx, EXPIRED, counts, days)


def _expire_members(tx: Tx, end: datetime, limit: int) -> int:
    """Erase what members gave who left before a moment, unless they are back since then."""
    of = Member.objects.using(tx.alias).filter(account__person=OuterRef("person"))
    gone = Exists(of.filter(left_at__lte=end)) & ~Exists(of.exclude(left_at__lte=end))
    done = erase_details(tx, Q(gone, category=CATEGORY, at__lte=end), limit).total()
    accounts = Account.objects.using(tx.alias).exclude(person="").filter(gone)
    rows = SecondFactor.objects.using(tx.alias)
    late = rows.filter(account__in=accounts, added_at__lte=end).order_by("added_at", "pk")
    numbers = list(late.values_list("pk", flat=True)[: limit - done])
    deleted, _ = rows.filter(pk__in=numbers).delete()
    return done + deleted


def _expire_notes(tx: Tx, end: datetime, limit: int) -> int:
    count = 0
    for one in WRITTEN:
        if one.ended is not None and count < limit:
            late = one.rows(tx.alias).filter(**{f"{one.ended}__lte": end})
            count += _empty(tx, one, late.order_by(one.ended, "pk")[: limit - count])
    return count


def stored(alias: str) -> Iterator[Place]:
    """Yield what is sealed in tables of access, and by what members prove who they are."""
    erased = Tombstone.objects.using(alias).values("person")
    for one in WRITTEN:
        rows = one.rows(alias).exclude(whose__in=erased).values_list(one.column, flat=True)
        where = f"access.{one.model.__name__}"
        yield from _places(notes.CATEGORY, notes.FIELD, rows, where)
    signed = Signature.objects.using(alias).exclude(name_box=b"")
    signed = signed.exclude(**{f"{MEMBER}__in": erased})
    for version, count in Counter(signed.values_list("policy", flat=True).iterator(CHUNK)).items():
        field = undertakings.NAME
        yield Place(undertakings.CATEGORY, field, version, count, "access.Signature")
    secrets = SecondFactor.objects.using(alias).exclude(secret=b"")
    yield from _places(
        CATEGORY, factors.FIELD, secrets.values_list("secret", flat=True), "people.SecondFactor"
    )


def _places(
    category: str, field: str, boxes: "QuerySet[Any, Any]", model: str
) -> Iterator[Place]:  # fmt: skip
    """Count boxes by the version before them (`people.sealing`)."""
    counts = Counter(bytes(box[:VERSION_LENGTH]).decode() for box in boxes.iterator(CHUNK))
    for version, count in sorted(counts.items()):
        yield Place(category, field, version, count, model)
