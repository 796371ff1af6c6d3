"""Verbs of the organisation: who is responsible, and by which procedures the house works.

`name_responsible(tx, zh, en, reach) -> Responsible`             raises TextError
`add_procedure(tx, draft, review) -> Procedure`                  raises TextError
`revise(tx, name, number, draft, review, note) -> Procedure`     raises TextError, OutdatedError
`confirm(tx, name, number, review, note) -> Procedure`           the same text, looked at again
`retire(tx, name, number, note) -> Procedure`
`procedures(alias) -> list[Procedure]`                           the newest version of each

Nothing is changed: each of these is a new row, and the older ones stay to be read.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max
from msgspec import Struct

from troth.access import objects
from troth.access.acting import acting
from troth.access.models import MemberRole, Procedure, Responsible
from troth.access.roles import ROLES, Role
from troth.access.undertakings import TextError, demand_text, text_hash, tidy
from troth.ledger import LedgerEntry, record
from troth.ledger.entries import moment
from troth.policy.words import Message, mark
from troth.store import Tx
from troth.store.locks import serialise

TITLE_LENGTH_MAX: Final = 120
REACH_LENGTH_MAX: Final = 200
NOTE_LENGTH_MAX: Final = 500
NAME_LENGTH_MAX: Final = 60
REVIEW_AFTER: Final = timedelta(days=365)
REVIEW_DAYS_MAX: Final = 3 * 366
SLUG: Final = re.compile(r"[^a-z0-9]+")
LOCK: Final = "access.procedures"


class Draft(Struct, frozen=True):
    """A procedure's text in each language."""

    title_zh: str
    title_en: str
    body_zh: str
    body_en: str


class OutdatedError(Exception):
    """Somebody else has made a newer version meanwhile, or retired it."""

    def __init__(self) -> None:
        self.message = Message(
            mark("Somebody has changed this procedure meanwhile; look at the newest version.")
        )
        super().__init__(self.message.render(str))


def responsible(alias: str) -> Responsible | None:
    """Return who is responsible for information security; None as long as nobody was named."""
    return Responsible.objects.using(alias).order_by("-pk").first()


def holders(alias: str) -> dict[Role, list[str]]:
    """Return the handles of each role's holders; an open role has none."""
    held = MemberRole.objects.using(alias).filter(until=None, member__left_at=None)
    found: dict[Role, list[str]] = {role: [] for role in ROLES}
    rows = held.order_by("since", "pk").values_list("role", "member__account__handle")
    for role in ROLES:
        found[role] = [handle for name, handle in rows if name == role]
    return found


def name_responsible(tx: Tx, zh: str, en: str, reach: str) -> Responsible:
    """Name the person responsible; her name is published on purpose, with how to reach her."""
    objects.on_house(acting(tx), "organisation.edit")
    given = {"zh": _line(zh), "en": _line(en), "reach": _line(reach)}
    for field, text in given.items():
        _demand_line(field, text, REACH_LENGTH_MAX if field == "reach" else TITLE_LENGTH_MAX)
    entry = record(tx, LedgerEntry("access.responsible-named", about=given))
    rows = Responsible.objects.using(tx.alias)
    return rows.create(**given, since=tx.now, by=tx.actor, entry=entry)


def procedures(alias: str) -> list[Procedure]:
    """Return the newest version of each procedure: those that hold by name, then the retired."""
    rows = Procedure.objects.using(alias)
    newest = rows.values("name").annotate(last=Max("number")).values_list("name", "last")
    wanted = dict(newest)
    found = [row for row in rows.order_by("pk") if wanted[row.name] == row.number]
    return sorted(found, key=lambda row: (row.retired, row.name))


def versions_of(alias: str, name: str) -> list[Procedure]:
    """Return all versions of a procedure, the newest first."""
    return list(Procedure.objects.using(alias).filter(name=name).order_by("-number"))


def overdue(alias: str, at: datetime) -> list[Procedure]:
    """Return the procedures whose review is due."""
    return [row for row in procedures(alias) if not row.retired and row.review_due <= at]


def add_procedure(tx: Tx, draft: Draft, review: timedelta = REVIEW_AFTER) -> Procedure:
    """Add a procedure; it is named after its English title, and the name stays."""
    serialise(tx, LOCK)
    objects.on_house(acting(tx), "organisation.edit")
    base = SLUG.sub("-", draft.title_en.lower()).strip("-")[: NAME_LENGTH_MAX - 4] or "procedure"
    taken = set(Procedure.objects.using(tx.alias).values_list("name", flat=True))
    names = (base if number == 1 else f"{base}-{number}" for number in range(1, 1_000))
    return write(tx, next(name for name in names if name not in taken), draft, review)


def revise(
    tx: Tx,
    name: str,
    number: int,
    draft: Draft,
    review: timedelta = REVIEW_AFTER,
    note: str = "",
) -> Procedure:
    """Make a new version of a procedure, `number` being the one it was made from.

    A retired one comes back by it.
    """
    newest = _newest(tx, name, number)
    if (newest.hash, newest.retired) == (hash_of(draft), False):
        raise TextError("body_en", Message(mark("Nothing was changed; confirm it instead.")))
    return write(tx, name, draft, review, note=note)


def confirm(
    tx: Tx, name: str, number: int, review: timedelta = REVIEW_AFTER, note: str = ""
) -> Procedure:
    """Note that a procedure was looked at and stays as it is, until the next review."""
    return write(tx, name, draft_of(_newest(tx, name, number)), review, note=note)


def retire(tx: Tx, name: str, number: int, note: str = "") -> Procedure:
    """End a procedure; it stays to be read, and a new version brings it back."""
    newest = _newest(tx, name, number)
    return write(tx, name, draft_of(newest), timedelta(), note=note, retired=True)


def _newest(tx: Tx, name: str, number: int) -> Procedure:
    serialise(tx, LOCK)
    objects.on_house(acting(tx), "organisation.edit")
    newest = Procedure.objects.using(tx.alias).filter(name=name).order_by("-number").first()
    if newest is None or newest.number != number:
        raise OutdatedError
    return newest


def write(
    tx: Tx,
    name: str,
    draft: Draft,
    review: timedelta,
    *,
    note: str = "",
    retired: bool = False,
) -> Procedure:
    """Write the next version of a procedure, for the verbs of access. Raises TextError."""
    draft = _tidied(draft)
    if not retired and not timedelta(days=1) <= review <= timedelta(days=REVIEW_DAYS_MAX):
        raise TextError(
            "review_days",
            Message(
                mark("Say in how many days it is looked at again: 1 to %(number)s."),
                {"number": REVIEW_DAYS_MAX},
            ),
        )
    if len(note) > NOTE_LENGTH_MAX:
        raise TextError(
            "note",
            Message(mark("At most %(number)s characters, please."), {"number": NOTE_LENGTH_MAX}),
        )
    rows = Procedure.objects.using(tx.alias)
    number = (rows.filter(name=name).aggregate(last=Max("number"))["last"] or 0) + 1
    about = {
        "procedure": name,
        "number": number,
        "hash": hash_of(draft),
        "retired": retired,
        "due": moment(tx.now + review),
    }
    entry = record(tx, LedgerEntry("access.procedure-written", about=about))
    return rows.create(
        name=name,
        number=number,
        title_zh=draft.title_zh,
        title_en=draft.title_en,
        body_zh=draft.body_zh,
        body_en=draft.body_en,
        hash=hash_of(draft),
        note=note,
        retired=retired,
        since=tx.now,
        review_due=tx.now + review,
        by=tx.actor,
        entry=entry,
    )


def draft_of(row: Procedure) -> Draft:
    """Return the text of a version."""
    return Draft(row.title_zh, row.title_en, row.body_zh, row.body_en)


def hash_of(draft: Draft) -> str:
    """Return SHA-256 over titles and texts in both languages."""
    draft = _tidied(draft, demand=False)
    return text_hash(f"{draft.title_zh}\n{draft.body_zh}", f"{draft.title_en}\n{draft.body_en}")


def text_unchanged(row: Procedure) -> bool:
    """Tell whether a version's text is what its hash was taken of."""
    return hash_of(draft_of(row)) == row.hash


def _tidied(draft: Draft, *, demand: bool = True) -> Draft:
    titles = {"title_zh": _line(draft.title_zh), "title_en": _line(draft.title_en)}
    bodies = {"body_zh": tidy(draft.body_zh), "body_en": tidy(draft.body_en)}
    if demand:
        for field, title in titles.items():
            _demand_line(field, title, TITLE_LENGTH_MAX)
        for field, body in bodies.items():
            demand_text(field, body)
    return Draft(**titles, **bodies)


def _line(text: str) -> str:
    return " ".join(text.split())


def _demand_line(field: str, text: str, most: int) -> None:
    if not 0 < len(text) <= most:
        raise TextError(
            field,
            Message(mark("This is needed, in at most %(number)s characters."), {"number": most}),
        )
