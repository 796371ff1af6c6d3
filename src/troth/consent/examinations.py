"""Was each yes said to the words that were shown, and does the ledger tell the same of it?

Told from the rows, the entries and the stored versions alone. Choices grow without end, so an
examination can go on from the entries and rows before which the one before it found all right;
what was changed behind them is seen by the next full scan.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet
from msgspec import Struct

from troth import vault
from troth.consent.accepting import ACCEPTED, ACKNOWLEDGED
from troth.consent.holdings import EXPIRED
from troth.consent.models import Acceptance, Choice, Standing, Wording
from troth.consent.saying import BROUGHT, KINDS
from troth.consent.wording import ACCEPTANCE, ACKNOWLEDGEMENT, asked
from troth.ledger.entries import first_id
from troth.ledger.models import Entry
from troth.ledger.walk import Walk
from troth.policy.document import Version
from troth.policy.promise import Cursor, Evidence
from troth.policy.words import LANGS, Message, Pseudonym, mark
from troth.store import SYSTEM, Tx
from troth.vault import PersonId
from troth.versions import facts as versions

CONTROL: Final = "consent.shown-text"
SAMPLES_MAX: Final = 10
NO_CURSOR: Final[Cursor] = {}
NO_ENTRY: Final = UUID(int=0)
SETTLES: Final = timedelta(minutes=10)
"""A row this old has every row before it beside it: no transaction lasts that long."""
OF_ACCEPTANCES: Final = {ACKNOWLEDGED: ACKNOWLEDGEMENT, ACCEPTED: ACCEPTANCE}


class _About(Struct, frozen=True):
    """What an entry of choices tells; older releases' tell no `numbers`, `key` or `origin`."""

    choices: dict[str, bool]
    kinds: dict[str, str]
    texts: dict[str, str]
    bearer: str
    commitments: tuple[str, ...]
    key: str = ""
    origin: str = ""
    numbers: dict[str, int] = {}
    said_at: datetime | None = None


class _OfNotice(Struct, frozen=True):
    """What an entry of an acceptance or acknowledgement tells."""

    version: str
    bearer: str
    seen_at: datetime | None
    used_at: datetime | None
    commitments: tuple[str, ...]


class _Choices(Struct, frozen=True):
    at: datetime
    version: str
    subject: str | None
    about: _About


class _Notice(Struct, frozen=True):
    at: datetime
    version: str
    subject: str | None
    about: _OfNotice


_CHOICES: Final = msgspec.json.Decoder(_Choices)
_NOTICE: Final = msgspec.json.Decoder(_Notice)


def shown_text(alias: str, now: datetime, cursor: Cursor = NO_CURSOR) -> Evidence:
    """Hold choices and acceptances to their entries and words, and what stands to what was said."""
    told, look = Walk(alias, (*KINDS, *OF_ACCEPTANCES), cursor), _Look(alias, now)
    wrong: list[str] = []
    for batch in told:
        wrong += look.choices([one for one in batch if one.kind in KINDS])
        wrong += look.acceptances([one for one in batch if one.kind in OF_ACCEPTANCES])
    after = int(cursor.get("choice", 0))
    wrong += [*_unentered(alias, after), *_not_what_stands(alias, after)]
    return Evidence(
        control=CONTROL,
        verdict="broken" if wrong else "kept",
        examined=told.examined or len(wrong),
        at=now,
        why=Message(mark("A yes or no is not what was said, or not to what was shown."))
        if wrong
        else Message(
            mark(
                "Every yes was said to the words that were shown, and stands as it was entered"
                " (%(count)s entries)."
            ),
            {"count": told.examined},
        ),
        figures={
            mark("Entries of choices, notices seen and acceptances"): told.examined,
            mark("Yes and no that stand"): Standing.objects.using(alias).count(),
        },
        samples=tuple(wrong[:SAMPLES_MAX]),
        cursor={**told.cursor, "choice": _settled(alias, now, after)},
    )


class _Look:
    """Entries beside their rows; versions, texts and persons are looked up once."""

    def __init__(self, alias: str, now: datetime) -> None:
        self._alias, self._tx = alias, Tx(alias, now, SYSTEM)
        self._versions: dict[str, Version | None] = {}
        self._fitting: dict[tuple[str, str, str, bool], bool] = {}
        self._expired: UUID | None = None

    def choices(self, entries: list[Entry]) -> Iterable[str]:
        """Name the choices that are not what their entries tell, and the entries without any."""
        rows: dict[UUID | None, list[Choice]] = {}
        for row in Choice.objects.using(self._alias).filter(entry__in=[one.id for one in entries]):
            rows.setdefault(row.entry, []).append(row)
        for entry in entries:
            found = rows.get(entry.id, [])
            try:
                said = _CHOICES.decode(bytes(entry.body))
            except msgspec.DecodeError:
                yield f"entry {entry.id}: tells of no choices"
                continue
            if sorted(row.about for row in found) != sorted(said.about.choices):
                yield f"entry {entry.id}: its rows are not those it tells of"
            for row in found:
                if not self._as_entered(row, said):
                    yield f"choice {row.pk}: not what its entry tells"
                elif row.given and not self._fits(row, brought=entry.kind == BROUGHT):
                    yield f"choice {row.pk}: to other words than its version's"

    def acceptances(self, entries: list[Entry]) -> Iterable[str]:
        """The same of what was seen and accepted; an acceptance came after a notice seen."""
        ids = [one.id for one in entries]
        rows = {
            row.entry: row for row in Acceptance.objects.using(self._alias).filter(entry__in=ids)
        }
        for entry in entries:
            row = rows.get(entry.id)
            try:
                said = _NOTICE.decode(bytes(entry.body))
            except msgspec.DecodeError:
                yield f"entry {entry.id}: tells of no notice"
                continue
            if row is None:
                yield f"entry {entry.id}: its acceptance is gone"
            elif not self._as_told(row, said, OF_ACCEPTANCES[entry.kind]):
                yield f"acceptance {row.pk}: not what its entry tells"
            elif row.kind == ACCEPTANCE and not _seen_before(row):
                yield f"acceptance {row.pk}: without a notice seen before"

    def _as_entered(self, row: Choice, said: _Choices) -> bool:
        told = said.about
        return (
            self._same_person(row, said.subject)
            and _committed(row, told.commitments)
            and row.sequence == told.numbers.get(row.about, row.sequence)
            and (
                row.given,
                row.kind,
                row.text,
                row.bearer,
                row.key,
                row.origin,
                row.at,
                row.version,
            )
            == (
                told.choices.get(row.about),
                told.kinds.get(row.about),
                told.texts.get(row.about, ""),
                told.bearer,
                told.key,
                told.origin,
                told.said_at or said.at,
                said.version,
            )
        )

    def _as_told(self, row: Acceptance, said: _Notice, kind: str) -> bool:
        told = said.about
        return (
            self._same_person(row, said.subject)
            and _committed(row, told.commitments)
            and (row.kind, row.version, row.bearer, row.seen_at, row.used_at, row.at)
            == (kind, told.version, told.bearer, told.seen_at, told.used_at, said.at)
        )

    def _same_person(self, row: Choice | Acceptance, pseudonym: str | None) -> bool:
        """Tell whether a row is of whom its entry names.

        It is nobody's once she is erased, or its days are over: as an entry tells, and, of a
        choice, where another has taken its place.
        """
        person = self._person(pseudonym)
        if not row.subject:
            return person is None or (self._expired_since(row.entry) and _followed(row, person))
        known = vault.known_pseudonym(self._tx, PersonId(row.subject))
        return known == pseudonym or (known is None and person is None)

    def _person(self, pseudonym: str | None) -> PersonId | None:
        """Return whom a pseudonym stands for; None once she is erased."""
        return None if pseudonym is None else vault.person_of(self._tx, Pseudonym(pseudonym))

    def _expired_since(self, entry: UUID | None) -> bool:
        """Tell whether choices or acceptances were said to be over after an entry."""
        if self._expired is None:
            rows = Entry.objects.using(self._alias).filter(kind=EXPIRED)
            last = rows.order_by("-id").values_list("id", flat=True).first()
            self._expired = last or NO_ENTRY
        return entry is not None and entry < self._expired

    def _fits(self, row: Choice, *, brought: bool) -> bool:
        """Tell whether a yes is to words that were shown: of the version, or recorded ones."""
        place = (row.version, row.about, row.text, brought)
        if place not in self._fitting:
            find = self._recorded if brought else self._of_version
            self._fitting[place] = find(row)
        return self._fitting[place]

    def _recorded(self, row: Choice) -> bool:
        rows = Wording.objects.using(self._alias).filter(about=row.about, hash=row.text)
        found = rows.first()
        return found is not None and sha256(found.text.encode()).hexdigest() == row.text

    def _of_version(self, row: Choice) -> bool:
        version = self._version(row.version)
        if version is None:
            return False
        words = (asked(version, row.about, lang) for lang in LANGS)
        return row.text in {one.hash for one in words if one is not None}

    def _version(self, name: str) -> Version | None:
        if name not in self._versions:
            stored = versions.find(self._alias, name)
            try:
                found = None if stored is None else versions.stored_document(stored)
            except versions.TamperedVersionError:
                found = None
            self._versions[name] = found
        return self._versions[name]


def _committed(row: Choice | Acceptance, told: tuple[str, ...]) -> bool:
    """Tell whether a box is the one its entry commits to, and is there unless she was erased."""
    kept = bytes(row.commitment)
    if kept.hex() not in told:
        return False
    if row.box is None:
        return not (kept and row.subject)
    return bool(row.subject) and sha256(bytes(row.box)).digest() == kept


def _followed(row: Choice | Acceptance, person: PersonId) -> bool:
    """Tell whether somebody has said another thing since; of an acceptance nobody asks."""
    if isinstance(row, Acceptance):
        return True
    later = Choice.objects.using(row._state.db).filter(subject=person, about=row.about)  # noqa: SLF001 - Django's own name for it
    return later.filter(sequence__gt=row.sequence).exists()


def _seen_before(row: Acceptance) -> bool:
    return row.seen_at is not None and row.used_at is not None and row.seen_at <= row.used_at


def _unentered(alias: str, after: int) -> list[str]:
    """Name the rows of which no entry tells."""
    told = Entry.objects.using(alias).filter(id=OuterRef("entry"))
    choices = Choice.objects.using(alias).filter(~Exists(told.filter(kind__in=KINDS)), pk__gt=after)
    accepted = Acceptance.objects.using(alias).filter(
        ~Exists(told.filter(kind__in=list(OF_ACCEPTANCES)))
    )
    return [
        *(f"choice {pk}: no entry tells of it" for pk in _first(choices)),
        *(f"acceptance {pk}: no entry tells of it" for pk in _first(accepted)),
    ]


def _first(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:SAMPLES_MAX])


def _not_what_stands(alias: str, after: int) -> list[str]:
    """Name what was said last and does not stand, and what stands and was not said last."""
    choices = Choice.objects.using(alias).exclude(subject="")
    later = choices.filter(
        subject=OuterRef("subject"), about=OuterRef("about"), sequence__gt=OuterRef("sequence")
    )
    stands = Standing.objects.using(alias).filter(
        choice=OuterRef("pk"),
        subject=OuterRef("subject"),
        about=OuterRef("about"),
        kind=OuterRef("kind"),
        given=OuterRef("given"),
    )
    fallen = choices.filter(~Exists(later), ~Exists(stands), pk__gt=after)
    said = Q(
        choice__subject=F("subject"),
        choice__about=F("about"),
        choice__kind=F("kind"),
        choice__given=F("given"),
    )
    newer = choices.filter(
        subject=OuterRef("subject"),
        about=OuterRef("about"),
        sequence__gt=OuterRef("choice__sequence"),
    )
    standing = Standing.objects.using(alias).filter(choice__gt=after)
    unsaid = standing.filter(~said | Exists(newer))
    return [
        *(f"choice {pk}: said last, and does not stand" for pk in _first(fallen)),
        *(f"standing {pk}: not what was said last" for pk in _first(unsaid)),
    ]


def _settled(alias: str, now: datetime, after: int) -> int:
    """Return the last choice before which every other is there."""
    rows = Choice.objects.using(alias).filter(pk__gt=after)
    unsettled = rows.filter(entry__gte=first_id(now - SETTLES)).aggregate(first=Min("pk"))["first"]
    settled = rows if unsettled is None else rows.filter(pk__lt=unsettled)
    return settled.aggregate(last=Max("pk"))["last"] or after
