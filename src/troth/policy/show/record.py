"""The record of processing activities (GDPR 30(1), PIPL 54-56): one row a purpose."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from troth.policy.document import Version
from troth.policy.register import Basis, Category, ConsentNeed, Purpose, Retention
from troth.policy.words import Lang, Message, mark

BASES: Final[dict[Basis, str]] = {
    "consent": mark("consent"),
    "contract": mark("contract"),
    "legal-obligation": mark("legal obligation"),
    "legitimate-interest": mark("legitimate interest"),
    "vital-interest": mark("vital interest"),
    "public-task": mark("public task"),
}
CONSENTS: Final[dict[ConsentNeed, str]] = {
    "none": mark("not asked"),
    "consent": mark("asked"),
    "separate": mark("asked separately"),
}
COLUMNS: Final = (
    mark("Purpose"),
    mark("Legal basis"),
    mark("Consent"),
    mark("Kinds of data"),
    mark("Fields"),
    mark("Sources"),
    mark("Recipients and processors"),
    mark("Countries"),
    mark("Kept for"),
    mark("Security measures"),
    mark("Statement"),
)
"""The head of the record; controller and contact stand above it."""


class Row(Struct, frozen=True):
    """One processing activity; each cell holds parts to be joined by the reader's punctuation.

    `basis`, `consent` and `kept` are messages still to be translated; the other parts are labels
    of the register in the language asked for.
    """

    purpose: str
    basis: Message
    consent: Message
    categories: tuple[str, ...]
    fields: tuple[str, ...]
    sources: tuple[str, ...]
    receivers: tuple[str, ...]
    countries: tuple[str, ...]
    kept: tuple[Message, ...]
    measures: tuple[str, ...]
    statement: str


def record_of_processing(version: Version, lang: Lang) -> tuple[Row, ...]:
    """Return one row for each purpose of the register, in its order."""
    return tuple(_row(version, lang, *item) for item in version.register.purpose.items())


def _row(version: Version, lang: Lang, name: str, purpose: Purpose) -> Row:
    register = version.register
    used = [c for c in register.category.values() if name in c.purposes]
    receivers = [
        r
        for table in (register.recipient, register.processor)
        for r in table.values()
        if name in r.purposes
    ]
    sources = _distinct(s for c in used for s in c.sources)
    retentions = _distinct(c.retention for c in used)
    return Row(
        purpose=purpose.label[lang],
        basis=Message(BASES[purpose.basis]),
        consent=Message(CONSENTS[purpose.consent]),
        categories=tuple(c.label[lang] for c in used),
        fields=tuple(_distinct(_fields(used, lang))),
        sources=tuple(register.source[s].label[lang] for s in sources if s in register.source),
        receivers=tuple(r.label[lang] for r in receivers),
        countries=tuple(_distinct(country for r in receivers for country in r.countries)),
        kept=tuple(
            _kept(register.retention[r], lang) for r in retentions if r in register.retention
        ),
        measures=tuple(m.label[lang] for m in register.measure.values()),
        statement=purpose.statement,
    )


def _fields(categories: Iterable[Category], lang: Lang) -> Iterator[str]:
    return (field.label[lang] for c in categories for field in c.fields.values())


def _kept(retention: Retention, lang: Lang) -> Message:
    values = {"label": retention.label[lang], "start": retention.start[lang]}
    if retention.days is None:
        return Message(mark("%(label)s: %(start)s"), values)
    return Message(mark("%(label)s: %(start)s; days: %(days)s"), values | {"days": retention.days})


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
