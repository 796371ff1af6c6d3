"""The record of processing as CSV and as one self-contained HTML page."""

import csv
import io
from collections.abc import Sequence
from html import escape
from typing import Final

from troth.policy.document import Version
from troth.policy.show import Row, record_of_processing
from troth.policy.show.record import COLUMNS
from troth.policy.words import Lang, Translate, mark

FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
"""A cell that starts so would run as a formula in a spreadsheet (OWASP, *CSV injection*)."""
STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem;color:#222;background:#fff}"
    "table{border-collapse:collapse}th,td{border:1px solid #999;padding:.4rem .6rem;"
    "text-align:left;vertical-align:top}th{background:#eee}dt{font-weight:600}"
    "@media print{body{margin:0;font-size:11px}}"
)


def as_csv(version: Version, lang: Lang, translate: Translate) -> str:
    """Return the record as CSV (RFC 4180), one row a purpose, safe to open in a spreadsheet.

    It begins with a byte order mark: without it spreadsheets take Chinese for another encoding.
    """
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow([translate(column) for column in COLUMNS])
    for row in record_of_processing(version, lang):
        writer.writerow([_harmless(cell) for cell in _cells(row, translate)])
    return "\ufeff" + target.getvalue()


def as_html(version: Version, lang: Lang, translate: Translate) -> str:
    """Return the record as one HTML page with nothing from elsewhere."""
    title = escape(translate(mark("Record of processing activities")))
    head = "".join(f'<th scope="col">{escape(translate(c))}</th>' for c in COLUMNS)
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in _cells(row, translate)) + "</tr>"
        for row in record_of_processing(version, lang)
    )
    who = "".join(
        f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in _who(version, lang, translate)
    )
    return (
        f'<!doctype html>\n<html lang="{"zh-Hans" if lang == "zh" else "en"}">\n<head>'
        f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style></head>\n<body>\n'
        f"<h1>{title}</h1>\n<dl>{who}</dl>\n"
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n"
        "</body>\n</html>\n"
    )


def _who(version: Version, lang: Lang, translate: Translate) -> Sequence[tuple[str, str]]:
    register = version.register
    told = [(translate(mark("Policy version")), str(version.hash))]
    if register.controller is not None:
        told.append((translate(mark("Controller")), register.controller.name[lang]))
    if register.contact is not None:
        place = f"{register.contact.department[lang]}, {register.contact.email}"
        told.append((translate(mark("Contact")), place))
    return told


def _cells(row: Row, translate: Translate) -> list[str]:
    """Return the cells in the order of the columns."""
    join = "; ".join
    return [
        row.purpose,
        row.basis.render(translate),
        row.consent.render(translate),
        join(row.categories),
        join(row.fields),
        join(row.sources),
        join(row.receivers),
        join(row.countries),
        join(message.render(translate) for message in row.kept),
        join(row.measures),
        row.statement,
    ]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA_SIGNS) else cell
