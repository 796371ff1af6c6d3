"""What every family of checks looks at, worked out once: texts, terms and where things stand."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

import msgspec

from troth.policy.codes import Place
from troth.policy.document import Line, Statement, Version
from troth.policy.lexicon import Term, terms
from troth.policy.read import plain
from troth.policy.reader.files import LANG_FILES, REGISTER_FILE
from troth.policy.reader.lines import split_lines
from troth.policy.register import Register, Table
from troth.policy.surface import Surface
from troth.policy.words import LANGS, Lang, StatementId

FILL: Final = re.compile(r"\{fill:([^{}]*)\}")
"""A place only the operator can fill."""


class Phrase:
    """One line of one language: its visible text, and the terms in it."""

    def __init__(self, lang: Lang, line: Line) -> None:
        self.lang = lang
        self.line = line
        self.text = plain(line.text)

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Modals, negations, limits and numbers."""
        return terms(self.text, self.lang)


class Scope:
    """One version under examination, the controls there are and the surface of the server."""

    def __init__(self, version: Version, controls: frozenset[str], surface: Surface | None) -> None:
        self.version = version
        self.register: Register = version.register
        self.controls = controls
        self.surface = surface
        self.statements: Mapping[StatementId, Statement] = {s.id: s for s in version.statements}
        self.phrases: Mapping[Lang, Mapping[StatementId, Phrase]] = {
            lang: {line.id: Phrase(lang, line) for line in version.lines[lang]} for lang in LANGS
        }
        self.raw = {name: split_lines(source) for name, source in version.sources.items()}
        self._lines_of_keys = frozenset(version.places.values())

    def pairs(self) -> Iterator[tuple[Phrase, Phrase]]:
        """Yield (zh, en) of each statement that stands in both languages."""
        english = self.phrases["en"]
        for id_, chinese in self.phrases["zh"].items():
            if id_ in english:
                yield chinese, english[id_]

    def at(self, phrase: Phrase, start: int = 0, end: int | None = None) -> Place:
        """Return the place of a part of a phrase's visible text; the whole text by default."""
        file, at = LANG_FILES[phrase.lang], phrase.line.at
        raw = self.raw[file][at - 1]
        offset = max(raw.find(phrase.line.text), 0)
        if phrase.text == phrase.line.text:
            stop = len(phrase.text) if end is None else end
            return Place(file, at, offset + start + 1, offset + stop + 1)
        word = phrase.text[start:end]
        found = raw.find(word, offset)
        if end is None or found < 0:
            return Place(file, at, offset + 1, offset + len(phrase.line.text) + 1)
        return Place(file, at, found + 1, found + len(word) + 1)

    def of(self, path: str, needle: str = "") -> Place:
        """Return where a register path stands; with `needle`, the part of it that says so."""
        while path not in self.version.places and "." in path:
            path = path.rpartition(".")[0]
        at = self.version.places.get(path, 0)
        if not at:
            return Place(REGISTER_FILE)
        raw = self.raw[REGISTER_FILE]
        line = at
        while needle and line <= len(raw):
            column = raw[line - 1].find(needle)
            if column >= 0:
                return Place(REGISTER_FILE, line, column + 1, column + len(needle) + 1)
            line += 1
            if line in self._lines_of_keys:
                break
        text = raw[at - 1]
        start = len(text) - len(text.lstrip())
        return Place(REGISTER_FILE, at, start + 1, len(text.rstrip()) + 1)

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """Every table and entry that names a statement, by path."""
        found: dict[str, Table] = {}
        for name in Register.__struct_fields__:
            value = getattr(self.register, name)
            if isinstance(value, Table):
                found[name] = value
            elif isinstance(value, Mapping):
                found |= {f"{name}.{k}": v for k, v in value.items() if isinstance(v, Table)}
        return found

    def wrote(self, table: str) -> bool:
        """Tell whether policy.toml names the table, be it empty or malformed."""
        return table in self.version.places

    def holds(self, path: str) -> bool:
        """Tell whether a register path exists; a table of entries exists though it be empty."""
        head, *rest = path.split(".")
        if head not in Register.__struct_fields__:
            return False
        value: Any = getattr(self.register, head)
        if value is None:
            return False
        tail = ".".join(rest)
        while tail:
            value, tail = _step(value, tail)
            if value is None:
                return False
        return True


def _step(value: Any, tail: str) -> tuple[Any, str]:
    """Follow one part of a path; an id may itself hold dots."""
    if isinstance(value, Mapping):
        if tail in value:
            return value[tail], ""
        part = next((k for k in value if tail.startswith(f"{k}.")), None)
        return (None, "") if part is None else (value[part], tail[len(part) + 1 :])
    if isinstance(value, msgspec.Struct):
        part, _, rest = tail.partition(".")
        return getattr(value, part, None), rest
    return None, ""
