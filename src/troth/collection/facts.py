"""What is known of records and refusals, for those who look after them; never a value.

`figure(number, persons) -> Figure`          the one way a figure over persons is shown
`counts(alias, span, by) -> tuple[Counted, …]`
`refused(alias, span) -> tuple[Refusal, …]`  how often what was refused, the most often first
`records(alias, asked, page) -> Page`        newest first, with pseudonyms
`last_taken(alias, key) -> datetime | None`
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from uuid import UUID

from django.db.models import Count, Max, QuerySet, Sum
from msgspec import Struct

from troth import vault
from troth.collection.models import Record
from troth.collection.models import Refusal as RefusalRow
from troth.policy.words import Message, Pseudonym, mark
from troth.vault import PersonId

FEWEST: Final = 5
"""No figure is shown that comes from fewer people."""
PAGE_ROWS: Final = 50
ROWS_MAX: Final = 200
"""How many lines a table of counts has at most."""
Dimension = Literal["category", "purpose", "source", "key"]


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
    """One record without its values; `subject` is "" once its person was erased."""

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


class Page(Struct, frozen=True):
    """One page of what was found, newest first; `count` is of all."""

    lines: tuple[Line, ...]
    count: int
    page: int
    pages: int


def counts(alias: str, span: Span, by: Dimension) -> tuple[Counted, ...]:
    """Count the records of a span of days by one of their names.

    Whose person was erased is of nobody any more, and not counted.
    """
    rows = _within(Record.objects.using(alias).exclude(person=""), span).order_by()
    found = rows.values(by).annotate(
        records=Count("id"), persons=Count("person", distinct=True), last=Max("at")
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


def refused(alias: str, span: Span) -> tuple[Refusal, ...]:
    """Return how often what was refused in a span of days, the most often first."""
    rows = RefusalRow.objects.using(alias)
    if span.first is not None:
        rows = rows.filter(day__gte=span.first)
    if span.last is not None:
        rows = rows.filter(day__lte=span.last)
    names = ("key", "verb", "code", "category", "statement", "fields")
    summed = rows.order_by().values_list(*names).annotate(sum=Sum("times"), last=Max("last_at"))
    return tuple(
        Refusal(key, verb, code, category, statement, _names(fields), times, last)
        for key, verb, code, category, statement, fields, times, last in summed.order_by(
            "-sum", *names
        )[:ROWS_MAX]
    )


def records(alias: str, asked: Asked, page: int = 1) -> Page:
    """Return a page of records; a page that isn't there is the nearest that is."""
    rows = _within(Record.objects.using(alias), asked.span)
    named = {
        name: getattr(asked, name) for name in ("category", "purpose", "source", "key", "site")
    }
    if asked.person is not None:
        named["person"] = asked.person
    rows = rows.filter(**{name: value for name, value in named.items() if value})
    count = rows.count()
    pages = max(1, -(-count // PAGE_ROWS))
    page = min(max(page, 1), pages)
    here = list(rows.order_by("-at", "-id")[(page - 1) * PAGE_ROWS : page * PAGE_ROWS])
    who = vault.known_pseudonyms(PersonId(row.person) for row in here if row.person)
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
        )
        for row in here
    )
    return Page(lines, count, page, pages)


def last_taken(alias: str, key: str) -> datetime | None:
    """Return when the last record came through a key; None if none ever did."""
    rows = Record.objects.using(alias).filter(key=key).order_by("-at")
    return rows.values_list("at", flat=True).first()


def _within(rows: QuerySet[Record], span: Span) -> QuerySet[Record]:
    told = {}
    if span.first is not None:
        told["at__gte"] = datetime.combine(span.first, time(), UTC)
    if span.last is not None:
        told["at__lt"] = datetime.combine(span.last, time(), UTC) + timedelta(days=1)
    return rows.filter(**told)


def _names(joined: str) -> tuple[str, ...]:
    return tuple(joined.split(",")) if joined else ()
