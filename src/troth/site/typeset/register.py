"""What the policy rests on, as tables: data, purposes, cookies, rights, recipients."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from babel import Locale
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_noop
from msgspec import Struct

from troth.policy import read
from troth.policy.document import Version
from troth.policy.register import Category, Cookie, Entry, Register
from troth.policy.words import Lang, StatementId
from troth.site.typeset.inline import plain

NUMBER: Final = re.compile(r"\d+(?:\.\d+)+")
"""A number that tells the item itself: `5.2`."""
BASES: Final = {
    "consent": gettext_noop("consent"),
    "contract": gettext_noop("contract"),
    "legal-obligation": gettext_noop("legal obligation"),
    "legitimate-interest": gettext_noop("legitimate interest"),
    "vital-interest": gettext_noop("vital interest"),
    "public-task": gettext_noop("public task"),
}
CONSENTS: Final = {
    "none": "",
    "consent": gettext_noop("only after you agree"),
    "separate": gettext_noop("only after you agree to this alone"),
}
CLASSES: Final = {
    "personal": gettext_noop("personal"),
    "linkable": gettext_noop("identifies together with other data"),
    "not-personal": gettext_noop("not personal"),
}
COOKIE_CLASSES: Final = {
    "necessary": gettext_noop("necessary"),
    "functional": gettext_noop("functional"),
    "statistics": gettext_noop("statistics"),
    "partner": gettext_noop("partner"),
}
SOURCES: Final = {
    "direct": gettext_noop("you"),
    "usage": gettext_noop("your use of the service"),
    "public": gettext_noop("public sources"),
    "commercial": gettext_noop("commercial sources"),
}


class Fact(Struct, frozen=True):
    """A name and its value, shown in a list."""

    name: str
    value: SafeString


class Row(Struct, frozen=True):
    """One entry: its label, its cells named by their columns, where the text tells of it."""

    label: SafeString
    cells: tuple[Fact, ...]
    statement: StatementId
    place: str


class Table(Struct, frozen=True):
    """One table of the register. `id` has an underscore, so no statement can have the same."""

    id: str
    title: str
    says: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


class Tables(Struct, frozen=True):
    """The whole register as pages show it."""

    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]


def tables(version: Version, lang: Lang) -> Tables:
    """Return the register in a language; words of our own are in the active one."""
    show = _Shower(version.register, lang, _places(version, lang))
    listed = (
        show.categories(), show.purposes(), show.cookies(), show.rights(), show.recipients(),
    )  # fmt: skip
    return Tables(show.facts(), tuple(table for table in listed if table.rows))


def join(parts: Iterable[SafeString | str]) -> SafeString:
    """Join parts as a sentence lists them in the active language; "" parts fall away."""
    return format_html_join(gettext(", "), "{}", ((part,) for part in parts if part))


def days(count: int) -> str:
    """Return a number of days in words."""
    if count == 1:
        return gettext("1 day")
    return gettext("%(count)s days") % {"count": count}


def _places(version: Version, lang: Lang) -> Mapping[StatementId, str]:
    """Return how each statement is cited: its printed number, else its section's or its title."""
    lines = {line.id: line for line in version.lines[lang]}
    places: dict[StatementId, str] = {}
    for statement in version.statements:
        own, section = lines.get(statement.id), lines.get(StatementId(statement.section))
        number = NUMBER.match(own.mark) if own else None
        if number is None and section is not None:
            places[statement.id] = section.mark.rstrip(".、．") or read.plain(section.text)
        else:
            places[statement.id] = number[0] if number else statement.id
    return places


class _Shower(Struct, frozen=True):
    register: Register
    lang: Lang
    places: Mapping[StatementId, str]

    def facts(self) -> tuple[Fact, ...]:
        controller, contact = self.register.controller, self.register.contact
        named: list[tuple[str, str]] = []
        if controller is not None:
            named += [
                (gettext("Who answers"), controller.name[self.lang]),
                (gettext("Country"), self._country(controller.country)),
                (gettext("Address"), controller.address[self.lang] if controller.address else ""),
                (
                    gettext("Ownership"),
                    controller.ownership[self.lang] if controller.ownership else "",
                ),
                (
                    gettext("Organisation"),
                    controller.organisation[self.lang] if controller.organisation else "",
                ),
                (gettext("Minimum age"), str(controller.minimum_age or "")),
            ]
        if contact is not None:
            named += [
                (gettext("Responsible department"), contact.department[self.lang]),
                (gettext("E-mail"), contact.email),
                (gettext("Telephone"), contact.phone or ""),
                (gettext("Post"), contact.address[self.lang] if contact.address else ""),
                (gettext("Complaints"), contact.complaint[self.lang]),
                (gettext("Complain at"), contact.complaint_url or ""),
            ]
        return tuple(Fact(name, plain(value)) for name, value in named if value)

    def categories(self) -> Table:
        rows = [
            self._row(entry, self._fields(entry), gettext(CLASSES[entry.data_class]),
                      self._labels(self.register.purpose, entry.purposes),
                      self._labels(self.register.source, entry.sources),
                      self._retention(entry))
            for entry in self.register.category.values()
        ]  # fmt: skip
        return self._table(
            "_data", gettext("What is collected"),
            gettext("Nothing that is not in this table is collected; the server refuses it."),
            (gettext("Kind of data"), gettext("Which data"), gettext("How it identifies"),
             gettext("Used for"), gettext("From"), gettext("Kept")),
            rows,
        )  # fmt: skip

    def purposes(self) -> Table:
        rows = [
            self._row(entry, gettext(BASES[entry.basis]),
                      gettext(CONSENTS[entry.consent]) if CONSENTS[entry.consent] else "",
                      entry.withdraw[self.lang] if entry.withdraw else "")
            for entry in self.register.purpose.values()
        ]  # fmt: skip
        return self._table(
            "_purposes", gettext("What it is used for"), "",
            (gettext("Purpose"), gettext("Legal basis"), gettext("Your agreement"),
             gettext("How to take it back")),
            rows,
        )  # fmt: skip

    def cookies(self) -> Table:
        rows = [
            self._row(entry, _names(entry), gettext(COOKIE_CLASSES[entry.cookie_class]),
                      self._labels(self.register.purpose, entry.purposes),
                      days(entry.lifetime_days) if entry.lifetime_days
                      else gettext("until the browser closes"), entry.provider[self.lang])
            for entry in self.register.cookie.values()
        ]  # fmt: skip
        return self._table(
            "_cookies", gettext("Cookies"),
            gettext("Every cookie this service may set or read."),
            (gettext("Cookie"), gettext("Name"), gettext("Class"), gettext("Used for"),
             gettext("Kept"), gettext("Set by")),
            rows,
        )  # fmt: skip

    def rights(self) -> Table:
        rows = [
            self._row(entry, entry.channel[self.lang], entry.address, days(entry.days))
            for entry in self.register.right.values()
        ]
        return self._table(
            "_rights", gettext("Your rights"), "",
            (gettext("You can"), gettext("How"), gettext("Where"), gettext("Answered within")),
            rows,
        )  # fmt: skip

    def recipients(self) -> Table:
        reasons = {
            "consent": gettext("with your consent"),
            "law": gettext("on a mandatory order"),
            "contract": gettext("by contract"),
        }
        rows = [
            self._row(entry, reasons[entry.ground],
                      self._labels(self.register.category, entry.categories),
                      self._labels(self.register.purpose, entry.purposes),
                      join(self._country(c) for c in entry.countries))
            for entry in self.register.recipient.values()
        ] + [
            self._row(entry, gettext("processes on our behalf"),
                      self._labels(self.register.category, entry.categories),
                      self._labels(self.register.purpose, entry.purposes),
                      join(self._country(c) for c in entry.countries))
            for entry in self.register.processor.values()
        ]  # fmt: skip
        return self._table(
            "_recipients", gettext("Who receives it"), "",
            (gettext("Recipient"), gettext("Why"), gettext("Which data"), gettext("Used for"),
             gettext("Country")),
            rows,
        )  # fmt: skip

    def _row(self, entry: Entry, *cells: SafeString | str) -> tuple[Entry, tuple[SafeString, ...]]:
        return entry, tuple(c if isinstance(c, SafeString) else plain(c) for c in cells)

    def _table(
        self,
        id_: str,
        title: str,
        says: str,
        columns: tuple[str, ...],
        rows: Sequence[tuple[Entry, tuple[SafeString, ...]]],
    ) -> Table:
        """Name each cell by its column, as narrow screens show them one below the other."""
        shown = tuple(
            Row(
                plain(entry.label[self.lang]),
                tuple(Fact(name, cell) for name, cell in zip(columns[1:], cells, strict=True)),
                entry.statement,
                self.places.get(entry.statement, entry.statement),
            )
            for entry, cells in rows
        )
        return Table(id_, title, says, columns, shown)

    def _labels(self, table: Mapping[str, Entry], keys: Iterable[str]) -> SafeString:
        return join(plain(table[k].label[self.lang] if k in table else k) for k in keys)

    def _fields(self, category: Category) -> SafeString:
        return join(plain(field.label[self.lang]) for field in category.fields.values())

    def _retention(self, category: Category) -> SafeString:
        entry = self.register.retention.get(category.retention)
        return plain(category.retention if entry is None else entry.label[self.lang])

    def _country(self, code: str) -> str:
        locale = Locale("zh", script="Hans") if self.lang == "zh" else Locale("en")
        return str(locale.territories.get(code, code))


def _names(cookie: Cookie) -> SafeString:
    return mark_safe("<br>".join(f"<code>{plain(name)}</code>" for name in cookie.names))  # noqa: S308 - escaped
