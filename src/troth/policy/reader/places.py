"""Where in policy.toml each register path stands."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from troth.policy.reader.lines import split_lines

_BARE: Final = r"[A-Za-z0-9_-]+"
_KEY: Final = rf"""(?:{_BARE}|"[^"\n]*"|'[^'\n]*')"""
_DOTTED: Final = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_TABLE: Final = re.compile(rf"\s*\[\s*({_DOTTED})\s*\]\s*(?:#.*)?$")
_PAIR: Final = re.compile(rf"\s*({_DOTTED})\s*=")
_PART: Final = re.compile(_KEY)
_TRIPLE: Final = re.compile(r'"""|' + "'''")


def find_places(source: str) -> Mapping[str, int]:
    """Return the 1-based line of each table and key, by register path; the first line counts."""
    places: dict[str, int] = {}
    table: tuple[str, ...] = ()
    for at, line in _outside_long_strings(source):
        if found := _TABLE.match(line):
            table = _parts(found[1])
            path = table
        elif found := _PAIR.match(line):
            path = (*table, *_parts(found[1]))
        else:
            continue
        for depth in range(1, len(path) + 1):
            places.setdefault(".".join(path[:depth]), at)
    return places


def _outside_long_strings(source: str) -> Iterator[tuple[int, str]]:
    inside = ""
    for at, line in enumerate(split_lines(source), 1):
        if not inside:
            yield at, line
        for found in _TRIPLE.finditer(line):
            if not inside:
                inside = found.group()
            elif inside == found.group():
                inside = ""


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))
