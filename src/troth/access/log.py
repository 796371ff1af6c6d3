"""The record of access, read: by members who may, and by the person whose data were seen.

`search(actor, asked, alias) -> Page`           what a member may see of it
`export(tx, asked, confirmed) -> list[row]`      all that is found; confirmed by a second, entered
`seen_by(tx, person, page) -> SeenPage`          who saw a person's data and why
"""

from datetime import datetime
from typing import Any, Final

import msgspec
from django.db.models import QuerySet
from msgspec import Struct

from troth import vault
from troth.access import bulk, known, objects
from troth.access.acting import Acting, acting
from troth.access.models import Bulk, View
from troth.access.models.grants import GLASS
from troth.access.settings import NAMES_ON_ME, switch
from troth.ledger import LedgerEntry, record
from troth.store import Tx
from troth.vault import PersonId

PAGE_ROWS: Final = 50
EXPORT: Final = "access.log-export"
EXPORT_ROWS_MAX: Final = 1_000_000
COLUMNS: Final = (
    *("at", "member", "role", "subject", "category", "field", "purpose"),
    *("grant", "case", "allowed", "reason", "statement", "version", "entry"),
)


class Asked(Struct, frozen=True, kw_only=True):
    """What is looked for; "" and None are not asked about."""

    member: str = ""
    subject: str = ""
    category: str = ""
    purpose: str = ""
    case: int | None = None
    allowed: bool | None = None
    since: datetime | None = None
    until: datetime | None = None

    def digest(self) -> str:
        """Return what a second member confirms: an export of just this."""
        return bulk.digest_of({"what": EXPORT, "asked": msgspec.to_builtins(self)})


class Page(Struct, frozen=True):
    """One page of what was found, newest first; `count` is of all."""

    rows: tuple[View, ...]
    count: int
    page: int
    pages: int


def search(actor: Acting, asked: Asked, page: int = 1, alias: str = "default") -> Page:
    """Return what a member may see: others' views by who may, her own always."""
    found = _found(alias, asked)
    if not objects.may_house(actor, "log.see"):
        found = found.filter(member=actor.member)
    count = found.count()
    pages = max(1, -(-count // PAGE_ROWS))
    page = min(max(page, 1), pages)
    rows = found.select_related("member__account", "grant", "case").order_by("-at", "-pk")
    return Page(tuple(rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]), count, page, pages)


def _found(alias: str, asked: Asked) -> "QuerySet[View]":
    found = View.objects.using(alias).all()
    wanted: dict[str, Any] = {
        "member__account__handle": asked.member,
        "subject": asked.subject,
        "category": asked.category,
        "purpose": asked.purpose,
    }
    found = found.filter(**{name: value for name, value in wanted.items() if value})
    exact = {"case_id": asked.case, "allowed": asked.allowed}
    found = found.filter(**{name: value for name, value in exact.items() if value is not None})
    if asked.since is not None:
        found = found.filter(at__gte=asked.since)
    if asked.until is not None:
        found = found.filter(at__lt=asked.until)
    return found


def export(tx: Tx, asked: Asked, confirmed: Bulk) -> list[tuple[Any, ...]]:
    """Return all rows that were found, the newest last, for a file; entered like a view.

    Raises NotAllowedError, `bulk.NotConfirmedError`.
    """
    actor = acting(tx)
    objects.on_house(actor, "log.export")
    bulk.use(tx, confirmed, asked.digest())
    found = _found(tx.alias, asked).select_related("member__account", "grant", "case")
    rows = [_told(one) for one in found.order_by("at", "pk")[:EXPORT_ROWS_MAX]]
    about = {"member": actor.member.handle, "rows": len(rows), "bulk": confirmed.pk}
    record(tx, LedgerEntry("access.log-exported", about=about))
    return rows


def _told(one: View) -> tuple[Any, ...]:
    return (
        one.at.isoformat(),
        one.member.handle,
        one.role,
        one.subject,
        one.category,
        one.field,
        one.purpose,
        "" if one.grant is None else one.grant.name,
        "" if one.case is None else one.case.name,
        "yes" if one.allowed else "no",
        one.reason,
        one.statement,
        one.version,
        str(one.entry or ""),
    )


class Seen(Struct, frozen=True):
    """One view of a person's data as she is told of it.

    `name` is the member's where names are told and she gave one. `glass`: nobody had approved it.
    """

    at: datetime
    role: str
    name: str
    glass: bool
    category: str
    field: str
    purpose: str
    statement: str
    case: str


class SeenPage(Struct, frozen=True):
    """One page of who saw a person's data, newest first."""

    rows: tuple[Seen, ...]
    count: int
    page: int
    pages: int


def seen_by(tx: Tx, person: PersonId, page: int = 1) -> SeenPage:
    """Return who saw a person's data and why: the role, and the name where that is set.

    Refusals are not told: nobody saw anything.
    """
    subject = vault.pseudonym(tx, person)
    found = View.objects.using(tx.alias).filter(subject=subject, allowed=True)
    count = found.count()
    pages = max(1, -(-count // PAGE_ROWS))
    page = min(max(page, 1), pages)
    rows = found.select_related("member__account", "case", "grant").order_by("-at", "-pk")
    here = list(rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS])
    who = {one.member_id: one.member for one in here} if switch(tx, NAMES_ON_ME) else {}
    names = {number: known.name_of(tx, member) for number, member in who.items()}
    told = tuple(
        Seen(
            at=one.at,
            role=one.role,
            name=names.get(one.member_id, ""),
            glass=one.grant is not None and one.grant.kind == GLASS,
            category=one.category,
            field=one.field,
            purpose=one.purpose,
            statement=one.statement,
            case="" if one.case is None else one.case.kind,
        )
        for one in here
    )
    return SeenPage(told, count, page, pages)
