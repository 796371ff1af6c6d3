"""The record of access as a page: what is looked for, and each row in words."""

import csv
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any, Final

from django.utils.translation import gettext
from msgspec import Struct

from troth.access.asked import Asked
from troth.access.bulk import BulkError
from troth.access.log import COLUMNS
from troth.access.models import View
from troth.access.roles import NAMES
from troth.gate import reasons
from troth.policy.words import Message, mark
from troth.site.navigation import kept, row_number
from troth.site.typeset.access import Labels

LENGTH_MAX: Final = 100
ANSWERS: Final = {"yes": True, "no": False}


class Query(Struct, frozen=True):
    """What is looked for: as it was written, and as it is asked; `unread` was not understood."""

    asked: Asked
    written: Mapping[str, str]
    unread: tuple[str, ...] = ()

    def exactly(self) -> Asked:
        """Return what is asked. Raises BulkError where some of it was not understood."""
        if self.unread:
            raise BulkError(
                Message(
                    mark("%(words)s was not understood, so more rows are shown than you meant."),
                    {"words": ", ".join(self.unread)},
                )
            )
        return self.asked

    @property
    def kept(self) -> dict[str, str]:
        """What of it belongs to the page's address."""
        return kept(**self.written)


class Row(Struct, frozen=True):
    """One view in words."""

    row: View
    role: str
    category: str
    field: str
    use: str
    why: str
    ground: str


def understood(given: Mapping[str, str]) -> Query:
    """Parse what of the record is looked for; what is not understood falls away."""
    written = {
        name: given.get(name, "").strip()[:LENGTH_MAX]
        for name in ("member", "subject", "category", "use", "case", "answer", "since", "until")
    }
    case = written["case"].removeprefix("case-")
    since, until = _day(written["since"]), _day(written["until"])
    asked = Asked(
        member=written["member"],
        subject=written["subject"],
        category=written["category"],
        purpose=written["use"],
        case=row_number(case) or None,
        allowed=ANSWERS.get(written["answer"]),
        since=since,
        until=None if until is None else until + timedelta(days=1),
    )
    read = {"case": asked.case, "since": since, "until": until, "answer": asked.allowed}
    unread = tuple(written[name] for name, value in read.items() if written[name] and value is None)
    return Query(asked, written, unread)


def _day(written: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(written), time(), UTC)
    except ValueError:
        return None


def drawn(view: View, labels: Labels) -> Row:
    """Return a row in the reader's language."""
    ground = view.grant.name if view.grant is not None else ""
    ground = view.case.name if view.case is not None and not ground else ground
    return Row(
        row=view,
        role=gettext(NAMES.get(view.role, view.role)) if view.role else "",  # type: ignore[call-overload]  # of an older release perhaps
        category=labels.category(view.category),
        field=labels.field(view.category, view.field),
        use=labels.purpose(view.purpose),
        why=said(view, labels),
        ground=ground,
    )


def said(view: View, labels: Labels) -> str:
    """Return what the gate said, from the code on record."""
    template = reasons.VIEW_GRANTED.message.template if view.allowed else ""
    template = template or reasons.NO.get(view.reason, view.reason)
    category, use = labels.category(view.category), labels.purpose(view.purpose)
    told = {"category": category, "of": category, "purpose": use, "path": view.category}
    return gettext(template) % told


def as_csv(rows: list[tuple[Any, ...]]) -> str:
    """Return rows as a file of comma-separated values (RFC 4180); no cell begins a formula."""
    text = StringIO()
    written = csv.writer(text)
    written.writerow(COLUMNS)
    written.writerows([[_cell(value) for value in row] for row in rows])
    return "\ufeff" + text.getvalue()


def _cell(value: object) -> str:
    told = str(value)
    return f"'{told}" if told[:1] in {"=", "+", "-", "@"} else told
