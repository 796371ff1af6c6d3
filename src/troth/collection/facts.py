"""What is known of records and refusals, for those who look after them; never a value.

`figure(number, persons) -> Figure`          the one way a figure over persons is shown
`counts(alias, asked, by) -> tuple[Counted, …]`
`people(alias, asked) -> Figure`             of how many the records are
`ways(alias, asked) -> tuple[Way, …]`        for what, where from and by which key each kind came
`taken_by_day(alias, asked) -> {day: Figure}`
`refused(alias, asked) -> tuple[Refusal, …]` how often what was refused, the most often first
`refused_by_day(alias, asked) -> {day: int}`
`records(alias, asked, page) -> Page`        newest first, with pseudonyms
`last_taken(alias, key) -> datetime | None`
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from uuid import UUID

from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import TruncDate
from msgspec import Struct

from troth import vault
from troth.collection.models import Record
from troth.collection.models import Refusal as RefusalRow
from troth.ledger.models import Entry
from troth.policy.words import Message, Pseudonym, mark
from troth.sites.models import Key
from troth.vault import PersonId

FEWEST: Final = 5
"""No figure is shown that comes from fewer people."""
PAGE_ROWS: Final = 25
ROWS_MAX: Final = 200
"""How many lines a table of counts has at most."""
WAYS_MAX: Final = 2_000
Dimension = Literal["category", "purpose", "source", "key"]
NAMES: Final = ("category", "purpose", "source", "key", "site")


class Figure(Struct, frozen=True):
    """A number as it may be shown: None where it comes from too few people."""

    number: int | None

    @property
    def message(self) -> Message:
        """The figure as a sentence's part: itself, or "fewer than 5"."""
        if self.number is None:
            return Message(mark("fewer than %(number)s"), {"number": FEWEST})
        return Message("%(number)s", {"number": self.number})


def figure(number: int, persons: int) -> Figure:
    """Return a number that comes from so many people as it may be shown.

    A nought comes from nobody and tells of nobody.
    """
    return Figure(number if persons >= FEWEST or number == persons == 0 else None)


class Span(Struct, frozen=True):
    """Days (UTC), the first and the last; None: no end on that side."""

    first: date | None = None
    last: date | None = None


class Counted(Struct, frozen=True):
    """One line of counts: what is held under a name, and of how many people."""

    name: str
    records: Figure
    persons: Figure
    last_at: datetime


class Way(Struct, frozen=True):
    """One way in which data of a kind came in."""

    category: str
    purpose: str
    source: str
    key: str


class Refusal(Struct, frozen=True):
    """One way of being refused, and how often it was. It counts calls, not people."""

    key: str
    verb: str
    code: str
    category: str
    statement: str
    fields: tuple[str, ...]
    times: int
    last_at: datetime


class Asked(Struct, frozen=True):
    """Which records are looked for; "" or None is any."""

    category: str = ""
    purpose: str = ""
    source: str = ""
    key: str = ""
    site: str = ""
    person: PersonId | None = None
    span: Span = Span()


class Line(Struct, frozen=True):
    """One record without its values; `subject` is "" once its person was erased.

    `entered` tells whether the ledger has its entry, which bears the same id.
    """

    id: UUID
    subject: Pseudonym | Literal[""]
    category: str
    purpose: str
    source: str
    version: str
    key: str
    site: str
    fields: tuple[str, ...]
    at: datetime
    entered: bool


class Page(Struct, frozen=True):
    """One page of what was found, newest first; `count` is of all."""

    lines: tuple[Line, ...]
    count: int
    page: int
    pages: int


def counts(alias: str, asked: Asked, by: Dimension) -> tuple[Counted, ...]:
    """Count the records that are asked for by one of their names.

    Whose person was erased is of nobody any more, and not counted.
    """
    found = (
        _of_somebody(alias, asked)
        .values(by)
        .annotate(records=Count("id"), persons=Count("person", distinct=True), last=Max("at"))
    )
    lines = found.order_by("-records", by)[:ROWS_MAX]
    return tuple(
        Counted(
            name=line[by],
            records=figure(line["records"], line["persons"]),
            persons=figure(line["persons"], line["persons"]),
            last_at=line["last"],
        )
        for line in lines
    )


def people(alias: str, asked: Asked) -> Figure:
    """Count of how many people the records are that are asked for."""
    number = _of_somebody(alias, asked).aggregate(persons=Count("person", distinct=True))["persons"]
    return figure(number, number)


def ways(alias: str, asked: Asked) -> tuple[Way, ...]:
    """Return for what, where from and by which key data of each kind came: names alone."""
    rows = _of_somebody(alias, asked).values_list("category", "purpose", "source", "key")
    return tuple(Way(*row) for row in rows.distinct().order_by(*NAMES[:4])[:WAYS_MAX])


def taken_by_day(alias: str, asked: Asked) -> dict[date, Figure]:
    """Count the records of each day (UTC) on which any came in."""
    days = (
        _of_somebody(alias, asked)
        .annotate(day=TruncDate("at", tzinfo=UTC))
        .values("day")
        .annotate(records=Count("id"), persons=Count("person", distinct=True))
    )
    return {one["day"]: figure(one["records"], one["persons"]) for one in days}


def refused(alias: str, asked: Asked) -> tuple[Refusal, ...]:
    """Return how often what was refused, the most often first.

    What is refused may have no purpose or source, so by these it is not told apart; a site's are
    those of its keys.
    """
    names = ("key", "verb", "code", "category", "statement", "fields")
    rows = _refused(alias, asked)
    summed = rows.values_list(*names).annotate(sum=Sum("times"), last=Max("last_at"))
    return tuple(
        Refusal(key, verb, code, category, statement, _names(fields), times, last)
        for key, verb, code, category, statement, fields, times, last in summed.order_by(
            "-sum", *names
        )[:ROWS_MAX]
    )


def refused_by_day(alias: str, asked: Asked) -> dict[date, int]:
    """Count the calls that were refused on each day (UTC) on which any was."""
    return dict(_refused(alias, asked).values_list("day").annotate(sum=Sum("times")))


def records(alias: str, asked: Asked, page: int = 1) -> Page:
    """Return a page of records; a page that isn't there is the nearest that is."""
    rows = _found(alias, asked)
    count = rows.count()
    pages = max(1, -(-count // PAGE_ROWS))
    page = min(max(page, 1), pages)
    here = list(rows.order_by("-at", "-id")[(page - 1) * PAGE_ROWS : page * PAGE_ROWS])
    who = vault.known_pseudonyms(PersonId(row.person) for row in here if row.person)
    entries = Entry.objects.using(alias).filter(pk__in=[row.id for row in here])
    entered = set(entries.values_list("pk", flat=True))
    lines = tuple(
        Line(
            id=row.id,
            subject=who.get(PersonId(row.person), ""),
            category=row.category,
            purpose=row.purpose,
            source=row.source,
            version=row.version,
            key=row.key,
            site=row.site,
            fields=_names(row.fields),
            at=row.at,
            entered=row.id in entered,
        )
        for row in here
    )
    return Page(lines, count, page, pages)


def last_taken(alias: str, key: str) -> datetime | None:
    """Return when the last record came through a key; None if none ever did."""
    rows = Record.objects.using(alias).filter(key=key).order_by("-at")
    return rows.values_list("at", flat=True).first()


def _found(alias: str, asked: Asked) -> QuerySet[Record]:
    named = {name: getattr(asked, name) for name in NAMES}
    if asked.person is not None:
        named["person"] = asked.person
    told: dict[str, object] = {name: value for name, value in named.items() if value}
    span = asked.span
    if span.first is not None:
        told["at__gte"] = datetime.combine(span.first, time(), UTC)
    if span.last is not None:
        told["at__lt"] = datetime.combine(span.last, time(), UTC) + timedelta(days=1)
    return Record.objects.using(alias).filter(**told)


def _of_somebody(alias: str, asked: Asked) -> QuerySet[Record]:
    return _found(alias, asked).exclude(person="").order_by()


def _refused(alias: str, asked: Asked) -> QuerySet[RefusalRow]:
    span = asked.span
    wanted = {
        "day__gte": span.first,
        "day__lte": span.last,
        "category": asked.category or None,
        "key": asked.key or None,
    }
    rows = RefusalRow.objects.using(alias).order_by()
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if asked.site:
        rows = rows.filter(key__in=Key.objects.using(alias).filter(site=asked.site).values("pk"))
    return rows


def _names(joined: str) -> tuple[str, ...]:
    return tuple(joined.split(",")) if joined else ()
