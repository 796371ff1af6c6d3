"""Records as the console shows them: figures, what was refused, and record by record; no value."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.utils.translation import gettext, gettext_noop
from msgspec import Struct

from troth.collection import facts
from troth.collection.codes import said
from troth.collection.facts import Asked, Counted, Figure, Line, Page, Refusal, Way
from troth.site.typeset.recordnames import Names, Pairs, Query

REFUSALS_SHOWN: Final = 12
"""How many ways of being refused stand on the page at once; the others are folded."""
DAY_WIDTH: Final = 10
BAR_HIGHEST: Final = 100
BAR_LOWEST: Final = 3
"""In a picture's own units."""
VERBS: Final[Mapping[str, str]] = {
    "collect": gettext_noop("taking in"),
    "use": gettext_noop("using"),
}
CHOICES: Final[Mapping[str, tuple[str, str]]] = {
    "category": (gettext_noop("What"), gettext_noop("everything")),
    "purpose": (gettext_noop("For what"), gettext_noop("everything")),
    "source": (gettext_noop("Where from"), gettext_noop("anywhere")),
    "key": (gettext_noop("By which key"), gettext_noop("any key")),
    "site": (gettext_noop("Site"), gettext_noop("any site")),
}


class Choice(Struct, frozen=True):
    """What can be chosen by one name: how that is called, what stands for any, and the others."""

    name: str
    label: str
    any: str
    chosen: str
    pairs: Pairs


class KeyNamed(Struct, frozen=True):
    """A key by its label, and whether there is a page of it; "" is none."""

    id: str
    label: str
    known: bool


class Kind(Struct, frozen=True):
    """One kind of data that came in: how much, of how many; for what, where from, by which keys."""

    name: str
    label: str
    counted: Counted
    purposes: tuple[str, ...]
    sources: tuple[str, ...]
    keys: tuple[KeyNamed, ...]


class Refused(Struct, frozen=True):
    """One way of being refused."""

    row: Refusal
    what: str
    verb: str
    why: str
    key: KeyNamed


class Bar(Struct, frozen=True):
    """A day's bar; `few` where its figure may not be shown."""

    x: int
    y: int
    height: int
    few: bool


class Strip(Struct, frozen=True):
    """A picture of days side by side: its bars, the figure of the highest, and its width."""

    bars: tuple[Bar, ...]
    most: int
    width: int

    @property
    def few(self) -> bool:
        """Whether some day has a figure that may not be shown."""
        return any(bar.few for bar in self.bars)


class Day(Struct, frozen=True):
    """A day on which something was taken in or refused."""

    day: date
    taken: Figure
    refused: int


class Pictures(Struct, frozen=True):
    """What came in and what was refused, day by day, and the same as a table."""

    first: date
    last: date
    taken: Strip
    refused: Strip
    days: tuple[Day, ...]

    @property
    def drawn(self) -> bool:
        """Whether there is more than a day to compare: one alone reads no faster as a picture."""
        return len(self.days) > 1


class Row(Struct, frozen=True):
    """One record in words."""

    line: Line
    what: str
    fields: tuple[str, ...]
    purpose: str
    source: str
    key: KeyNamed
    site: str
    version: int | None


class RecordsPage(Struct, frozen=True):
    """The whole page.

    `turned` is which page of `rows` it is; `sample` is a record that could be sent, as JSON.
    """

    choices: tuple[Choice, ...]
    persons: Figure
    calls: int
    kinds: tuple[Kind, ...]
    refused: tuple[Refused, ...]
    folded: tuple[Refused, ...]
    pictures: Pictures
    rows: tuple[Row, ...]
    turned: Page
    sample: str

    @property
    def begins(self) -> bool:
        """Whether nothing was handed in yet, as far as anybody asks."""
        asked = any(choice.chosen for choice in self.choices)
        return not (self.turned.count or self.refused or asked)

    @property
    def newer(self) -> int:
        """The number of the page of newer records, 0 for none."""
        return self.turned.page - 1

    @property
    def older(self) -> int:
        """The number of the page of older records, 0 for none."""
        return self.turned.page + 1 if self.turned.page < self.turned.pages else 0

    @property
    def turned_to(self) -> str:
        """The number of the page as it stands in an address; "" on the first."""
        return str(self.turned.page) if self.turned.page > 1 else ""

    @property
    def last_at(self) -> datetime | None:
        """When something came in last."""
        return max((kind.counted.last_at for kind in self.kinds), default=None)


def records_page(alias: str, query: Query, page: int, now: datetime) -> RecordsPage:
    """Return what was taken in and refused, as far as it is asked for."""
    names, asked = Names(alias, now), query.asked(now)
    turned = facts.records(alias, query.of_any_day, page)
    refused = [_refused(one, names) for one in facts.refused(alias, asked)]
    pictures = _pictures(alias, asked)
    return RecordsPage(
        choices=tuple(
            Choice(name, gettext(CHOICES[name][0]), gettext(CHOICES[name][1]), chosen, pairs)
            for name, chosen, pairs in names.offered(query)
        ),
        persons=facts.people(alias, asked),
        calls=sum(one.refused for one in pictures.days),
        kinds=_kinds(facts.counts(alias, asked, "category"), facts.ways(alias, asked), names),
        refused=tuple(refused[:REFUSALS_SHOWN]),
        folded=tuple(refused[REFUSALS_SHOWN:]),
        pictures=pictures,
        rows=tuple(_row(line, names) for line in turned.lines),
        turned=turned,
        sample=names.sample(),
    )


def _kinds(counted: Sequence[Counted], ways: Sequence[Way], names: Names) -> tuple[Kind, ...]:
    found = []
    for one in counted:
        of = [way for way in ways if way.category == one.name]
        found.append(
            Kind(
                name=one.name,
                label=names.label("category", one.name),
                counted=one,
                purposes=_labels("purpose", (way.purpose for way in of), names),
                sources=_labels("source", (way.source for way in of), names),
                keys=tuple(_key(key, names) for key in dict.fromkeys(way.key for way in of)),
            )
        )
    return tuple(found)


def _labels(table: str, found: Iterable[str], names: Names) -> tuple[str, ...]:
    return tuple(names.label(table, name) for name in dict.fromkeys(found))


def _key(name: str, names: Names) -> KeyNamed:
    key = names.key(name)
    return KeyNamed(name, name if key is None else key.label, key is not None)


def _refused(one: Refusal, names: Names) -> Refused:
    return Refused(
        row=one,
        what=names.label("category", one.category),
        verb=gettext(VERBS[one.verb]) if one.verb in VERBS else "",
        why=said(one).render(gettext),
        key=_key(one.key, names),
    )


def _row(line: Line, names: Names) -> Row:
    return Row(
        line=line,
        what=names.label("category", line.category),
        fields=tuple(names.fields(line.category, line.fields)),
        purpose=names.label("purpose", line.purpose),
        source=names.label("source", line.source),
        key=_key(line.key, names),
        site=names.label("site", line.site),
        version=names.version(line.version),
    )


def _pictures(alias: str, asked: Asked) -> Pictures:
    taken, refused = facts.taken_by_day(alias, asked), facts.refused_by_day(alias, asked)
    first, last = asked.span.first, asked.span.last
    if first is None or last is None:
        raise ValueError("a picture has a first and a last day")
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return Pictures(
        first=first,
        last=last,
        taken=_strip([taken.get(day, Figure(0)) for day in days]),
        refused=_strip([Figure(refused.get(day, 0)) for day in days]),
        days=tuple(
            Day(day, taken.get(day, Figure(0)), refused.get(day, 0))
            for day in reversed(days)
            if day in taken or day in refused
        ),
    )


def _strip(figures: Sequence[Figure]) -> Strip:
    most = max((figure.number or 0 for figure in figures), default=0)
    bars = []
    for place, figure in enumerate(figures):
        if figure.number != 0:
            high = BAR_HIGHEST * (figure.number or 0) // max(most, 1)
            height = max(high, BAR_LOWEST)
            bars.append(Bar(place * DAY_WIDTH, BAR_HIGHEST - height, height, figure.number is None))
    return Strip(tuple(bars), most, len(figures) * DAY_WIDTH)
