"""The record of access, read: by members who may, and by the person whose data were seen.

`search(actor, asked, alias) -> Page`           what a member may see of it
`look(tx, asked, page) -> Page`                  the same, entered as a view of the record is
`export(tx, confirmed) -> list[row]`             the rows a second member confirmed; entered
`seen_by(tx, person, page) -> SeenPage`          who saw a person's data and why
"""

from datetime import datetime
from typing import Any, Final

from msgspec import Struct, to_builtins

from troth import vault
from troth.access import bulk, known, objects
from troth.access.acting import Acting, acting
from troth.access.asked import Asked, found
from troth.access.models import Bulk, View
from troth.access.models.grants import GLASS
from troth.access.settings import NAMES_ON_ME, switch
from troth.ledger import LedgerEntry, record
from troth.policy.words import Pseudonym
from troth.store import Tx
from troth.vault import PersonId

PAGE_ROWS: Final = 50
COLUMNS: Final = (
    *("at", "member", "role", "subject", "category", "field", "purpose"),
    *("grant", "case", "allowed", "reason", "statement", "version", "entry"),
)


class Page(Struct, frozen=True):
    """One page of what was found, newest first; `count` is of all."""

    rows: tuple[View, ...]
    count: int
    page: int
    pages: int


def search(actor: Acting, asked: Asked, page: int = 1, alias: str = "default") -> Page:
    """Return what a member may see: others' views by who may, her own always."""
    fitting = found(alias, asked)
    if not objects.may_house(actor, "log.see"):
        fitting = fitting.filter(member=actor.member)
    count = fitting.count()
    pages = max(1, -(-count // PAGE_ROWS))
    page = min(max(page, 1), pages)
    rows = fitting.select_related("member__account", "grant", "case").order_by("-at", "-pk")
    return Page(tuple(rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]), count, page, pages)


def look(tx: Tx, asked: Asked, page: int = 1) -> Page:
    """Search the record as the acting member, and enter that it was looked at, if not her own.

    What she typed is told by the names of its fields alone, as anything may stand there; a person
    only where she was found.
    """
    actor = acting(tx)
    seen = search(actor, asked, page, tx.alias)
    if objects.may_house(actor, "log.see"):
        used = sorted(name for name, value in to_builtins(asked).items() if value not in ("", None))
        about = {"member": actor.member.handle, "by": used, "found": seen.count, "page": seen.page}
        subject = Pseudonym(asked.subject) if asked.subject and seen.count else None
        record(tx, LedgerEntry("access.log-searched", subject=subject, about=about))
    return seen


def export(tx: Tx, confirmed: Bulk) -> list[tuple[Any, ...]]:
    """Return the rows that were confirmed, the newest last, for a file; entered like a view.

    Raises NotAllowedError, `bulk.NotConfirmedError`, `bulk.ChangedError`.
    """
    actor = acting(tx)
    objects.on_house(actor, "log.export")
    taken = bulk.use(tx, confirmed).select_related("member__account", "grant", "case")
    rows = [_told(one) for one in taken]
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
    views = View.objects.using(tx.alias).filter(subject=subject, allowed=True)
    count = views.count()
    pages = max(1, -(-count // PAGE_ROWS))
    page = min(max(page, 1), pages)
    rows = views.select_related("member__account", "case", "grant").order_by("-at", "-pk")
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
