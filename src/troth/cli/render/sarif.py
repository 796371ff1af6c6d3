"""The compiler's findings as SARIF 2.1.0 (OASIS), for code-scanning pages."""

from typing import Any, Final
from urllib.parse import quote

import msgspec

import troth
from troth.cli.render.findings import PAGES, Found
from troth.policy.codes import RULES
from troth.policy.diagnostic import Diagnostic

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(found: Found) -> str:
    """Return one SARIF run: every rule that was broken, and a result for each finding.

    Columns count characters (`unicodeCodePoints`), not UTF-16 units.
    """
    codes = sorted({d.code for d in found.diagnostics})
    driver = {
        "name": "troth",
        "version": troth.__version__,
        "rules": [_rule(found, code) for code in codes],
    }
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(found, d, codes.index(d.code)) for d in found.diagnostics],
            }
        ],
    }
    return msgspec.json.format(msgspec.json.encode(log)).decode() + "\n"


def _rule(found: Found, code: str) -> dict[str, Any]:
    """Return one rule; `helpUri` only where its page is at hand, for it must be absolute."""
    title = found.translate(RULES[code].title)
    rule: dict[str, Any] = {
        "id": code,
        "shortDescription": {"text": title},
        "help": {"text": f"{title}: docs/diagnostics/{code}.md"},
        "defaultConfiguration": {"level": RULES[code].severity},
    }
    page = PAGES / f"{code}.md"
    if page.is_file():
        rule["helpUri"] = page.as_uri()
    return rule


def _result(found: Found, d: Diagnostic, index: int) -> dict[str, Any]:
    said = f"{d.message.render(found.translate)} {d.mend.render(found.translate)}"
    uri = quote(found.path(d.file) if d.file else found.folder)
    location: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if d.line:
        region = {"startLine": d.line}
        if d.column:
            region |= {"startColumn": d.column, "endColumn": d.end_column}
        location["region"] = region
    return {
        "ruleId": d.code,
        "ruleIndex": index,
        "level": d.severity,
        "message": {"text": said},
        "locations": [{"physicalLocation": location}],
    }
