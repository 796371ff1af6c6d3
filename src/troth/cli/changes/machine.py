"""Changes for machines: JSON, SARIF 2.1.0 and GitHub annotations."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import quote

import msgspec
from msgspec import Struct

import troth
from troth.cli.changes import names
from troth.cli.changes.sides import Side
from troth.policy.change import Change
from troth.policy.diff import demands, is_major, needs_nothing
from troth.policy.words import LANGS, Lang, Translate

Level = Literal["warning", "note", "none"]
SARIF_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
GITHUB_LEVELS: Final[dict[Level, str]] = {"warning": "warning", "note": "notice", "none": "notice"}


class Place(Struct, frozen=True):
    """Where a change is seen: file and 1-based line of the new version, else of the old."""

    file: str
    line: int


def as_json(changes: Sequence[Change], old: Side, new: Side, zh: Translate) -> str:
    """Return all changes with their reasons in both languages, and what they demand."""
    told = {
        "old": {"name": old.name, "version": old.version.hash},
        "new": {"name": new.name, "version": new.version.hash},
        "demands": sorted(demands(changes)),
        "major": is_major(changes),
        "needs_nothing": needs_nothing(changes),
        "changes": [_change(c, zh) for c in changes],
    }
    return msgspec.json.format(msgspec.json.encode(told)).decode() + "\n"


def _change(change: Change, zh: Translate) -> dict[str, Any]:
    return {
        "path": change.path,
        "what": change.what,
        "kinds": sorted(change.kinds),
        "harmful": change.harmful,
        "demands": sorted(change.demands),
        "why": {"zh": change.why.render(zh), "en": change.why.render(str)},
        "old": change.old,
        "new": change.new,
        "words": change.words,
    }


def as_sarif(changes: Sequence[Change], old: Side, new: Side, translate: Translate) -> str:
    """Return one SARIF result a change; the rules are the kinds."""
    driver = {
        "name": "troth",
        "version": troth.__version__,
        "rules": [
            {"id": kind, "shortDescription": {"text": translate(words)}}
            for kind, words in names.KINDS.items()
        ],
    }
    run = {
        "tool": {"driver": driver},
        "results": [_result(c, old, new, translate) for c in changes],
    }
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log)).decode() + "\n"


def _result(change: Change, old: Side, new: Side, translate: Translate) -> dict[str, Any]:
    place = place_of(change, old, new)
    uri = Path(place.file).as_uri() if place.file.startswith("/") else quote(place.file)
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if place.line:
        physical["region"] = {"startLine": place.line}
    return {
        "ruleId": min(change.kinds),
        "level": _level(change),
        "message": {"text": change.why.render(translate)},
        "locations": [
            {
                "physicalLocation": physical,
                "logicalLocations": [{"fullyQualifiedName": change.path}],
            }
        ],
        "properties": {
            "kinds": sorted(change.kinds),
            "harmful": change.harmful,
            "demands": sorted(change.demands),
        },
    }


def as_github(changes: Sequence[Change], old: Side, new: Side, translate: Translate) -> str:
    """Return one GitHub workflow command a change."""
    lines = []
    for change in changes:
        place = place_of(change, old, new)
        title = f"{change.path}: {names.kinds(change, translate)}"
        at = [f"file={_property(place.file)}"]
        if place.line:
            at.append(f"line={place.line}")
        at.append(f"title={_property(title)}")
        message = _data(change.why.render(translate))
        lines.append(f"::{GITHUB_LEVELS[_level(change)]} {','.join(at)}::{message}\n")
    return "".join(lines)


def place_of(change: Change, old: Side, new: Side) -> Place:
    """Return where a change is seen; line 0 where no line speaks of it."""
    for side in (new, old):
        table, _, rest = change.path.partition(".")
        if table == "statement":
            found = _line_of(side, rest, change)
        else:
            path = f"statement.{rest}" if table == "binding" else change.path
            line = next(
                (side.version.places[p] for p in _upwards(path) if p in side.version.places), 0
            )
            found = Place("policy.toml", line)
        if found.line:
            break
    folder = (new.folder or old.folder).rstrip("/")
    return Place(f"{folder}/{found.file}" if folder else found.file, found.line)


def _line_of(side: Side, statement: str, change: Change) -> Place:
    langs: list[Lang] = [lang for lang in LANGS if lang in change.words] or ["en"]
    for lang in langs:
        for line in side.version.lines.get(lang, ()):
            if line.id == statement:
                return Place(f"{lang}.md", line.at)
    return Place(f"{langs[0]}.md", 0)


def _upwards(path: str) -> list[str]:
    """Return a path and the shorter ones it stands in, down to two names (one of a table)."""
    parts = path.split(".")
    return [".".join(parts[:n]) for n in range(len(parts), 1, -1)]


def _level(change: Change) -> Level:
    if change.harmful or "prominent" in change.demands:
        return "warning"
    return "note" if change.demands else "none"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
