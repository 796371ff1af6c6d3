"""The compiler's findings as text, JSON and GitHub annotations; SARIF is in its own module."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final, Literal
from unicodedata import east_asian_width

import msgspec
from msgspec import Struct

import troth
from troth.policy.codes import RULES
from troth.policy.diagnostic import Diagnostic, Severity
from troth.policy.reader.lines import split_lines
from troth.policy.words import Message, Translate, mark

PAGES: Final = Path(troth.__file__).parents[2] / "docs" / "diagnostics"
SHOWN_CHARACTERS_MAX: Final = 100
BEFORE_CARET_CHARACTERS: Final = 40
ANNOTATIONS: Final[Mapping[Severity, str]] = {
    "error": "error",
    "warning": "warning",
    "note": "notice",
}


class Found(Struct, frozen=True):
    """What a check found, and what is needed to show it.

    `folder` is the policy folder as the reader knows it, with `/`; `sources` the files' texts.
    """

    diagnostics: Sequence[Diagnostic]
    folder: str
    sources: Mapping[str, str]
    translate: Translate
    version: str = ""

    def path(self, file: str) -> str:
        """Return the path of a file of the folder."""
        return str(PurePosixPath(self.folder) / file)

    def counts(self) -> dict[Severity, int]:
        """Return how many findings there are of each severity."""
        counted = Counter(d.severity for d in self.diagnostics)
        return {"error": counted["error"], "warning": counted["warning"], "note": counted["note"]}


def as_text(found: Found) -> str:
    """Return the findings for people: code, place, the line with carets, the mend, a sum."""
    lines = {name: split_lines(source) for name, source in found.sources.items()}
    blocks = [_block(found, d, lines.get(d.file, [])) for d in found.diagnostics]
    return "\n".join([*blocks, _sum(found)]) + "\n"


def _block(found: Found, d: Diagnostic, lines: Sequence[str]) -> str:
    place = found.path(d.file) if d.file else found.folder
    position = "".join(f":{n}" for n in (d.line, d.column) if n)
    head = [f"{_severity(found, d)}[{d.code}]: {d.message.render(found.translate)}"]
    gutter = " " * len(str(d.line))
    head.append(f"{gutter}--> {place}{position}")
    if 0 < d.line <= len(lines):
        head.append(f"{gutter} |")
        text, carets = _window(lines[d.line - 1], d.column, d.end_column)
        head.append(f"{d.line} | {text}")
        if carets:
            head.append(f"{gutter} | {carets}")
    mend = found.translate(mark("mend"))
    head.append(f"{gutter} = {mend}: {d.mend.render(found.translate)}")
    return "\n".join(head) + "\n"


def _severity(found: Found, d: Diagnostic) -> str:
    names = {"error": mark("error"), "warning": mark("warning"), "note": mark("note")}
    return found.translate(names[d.severity])


def _window(line: str, column: int, end_column: int) -> tuple[str, str]:
    """Return what is shown of a line, and the carets below it: as wide as the text they mark."""
    start, end = max(column - 1, 0), max(end_column - 1, column)
    first = 0 if len(line) <= SHOWN_CHARACTERS_MAX else max(start - BEFORE_CARET_CHARACTERS, 0)
    last = min(first + SHOWN_CHARACTERS_MAX, len(line))
    shown = "".join(c if c.isprintable() else " " for c in line[first:last])
    lead, trail = "…" if first else "", "…" if last < len(line) else ""
    if not column:
        return f"{lead}{shown}{trail}".rstrip(), ""
    marked = shown[start - first : end - first]
    before = _width(lead) + _width(shown[: start - first])
    return f"{lead}{shown}{trail}".rstrip(), " " * before + "^" * max(_width(marked), 1)


def _width(text: str) -> int:
    """Return the columns a terminal gives a text; Chinese signs take two."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _sum(found: Found) -> str:
    counts = found.counts()
    if not any(counts.values()):
        return Message(mark("%(folder)s: nothing found."), {"folder": found.folder}).render(
            found.translate
        )
    template = mark("%(folder)s: errors %(error)s, warnings %(warning)s, notes %(note)s.")
    return Message(template, {"folder": found.folder} | dict(counts)).render(found.translate)


def as_json(found: Found) -> str:
    """Return the findings as one JSON object, with what each code looks for."""
    told = {
        "version": found.version or None,
        "counts": found.counts(),
        "findings": [
            {
                "code": d.code,
                "severity": d.severity,
                "title": found.translate(RULES[d.code].title),
                "message": d.message.render(found.translate),
                "mend": d.mend.render(found.translate),
                "file": found.path(d.file) if d.file else None,
                "line": d.line or None,
                "column": d.column or None,
                "end_column": d.end_column or None,
                "help": f"docs/diagnostics/{d.code}.md",
            }
            for d in found.diagnostics
        ],
    }
    return msgspec.json.format(msgspec.json.encode(told)).decode() + "\n"


def as_github(found: Found) -> str:
    """Return workflow commands that GitHub shows beside the lines of a pull request."""
    return "".join(f"{_annotation(found, d)}\n" for d in found.diagnostics)


def _annotation(found: Found, d: Diagnostic) -> str:
    properties: list[tuple[Literal["file", "line", "col", "endColumn", "title"], str | int]] = [
        ("file", found.path(d.file) if d.file else found.folder)
    ]
    if d.line:
        properties.append(("line", d.line))
    if d.column:
        properties += [("col", d.column), ("endColumn", d.end_column)]
    properties.append(("title", d.code))
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties)
    said = f"{d.message.render(found.translate)} {d.mend.render(found.translate)}"
    return f"::{ANNOTATIONS[d.severity]} {listed}::{_data(said)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
