"""From the files of a policy folder to a `Version`; its grammar is in docs/diagnostics/README.md.

Only what cannot be read at all is refused; every other fault is among the version's `problems`.
"""

import hashlib
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from troth.policy.codes import Place, finding
from troth.policy.diagnostic import Diagnostic, UnreadablePolicyError
from troth.policy.document import Version
from troth.policy.reader.files import (
    FILE_NAMES,
    LANG_FILES,
    REGISTER_FILE,
    decode,
    parse_toml,
)
from troth.policy.reader.lines import read_lines
from troth.policy.reader.places import find_places
from troth.policy.reader.statements import merge, missing
from troth.policy.reader.tables import read_register
from troth.policy.words import LANGS, VersionHash, mark

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

HASH_PREFIX: Final = b"troth-version-v1\n"
REMEMBERED: Final = 2
"""The text in force and one that is to follow it: each holds half a MB."""
MARKDOWN_SIGNS: Final = frozenset("\\`*_[]<>&!")


def read(files: Mapping[str, bytes]) -> Version:
    """Read `en.md`, `zh.md` and `policy.toml`; other files are no part of the version.

    Raises UnreadablePolicyError with every reason when a file is missing, empty or no UTF-8 text,
    when policy.toml is no TOML, or when no line carries an id. Any other fault is in `problems`.
    """
    return _read(tuple((name, files[name]) for name in FILE_NAMES if name in files))


@lru_cache(maxsize=REMEMBERED)
def _read(given: tuple[tuple[str, bytes], ...]) -> Version:
    """Read by the content alone: a start, a proposal or an audit reads the same bytes many times.

    What cannot be read is not remembered.
    """
    files = dict(given)
    sources = decode(files)
    tables = parse_toml(sources[REGISTER_FILE])
    places = find_places(sources[REGISTER_FILE])
    register, problems = read_register(tables, places)
    texts = {lang: read_lines(LANG_FILES[lang], sources[LANG_FILES[lang]]) for lang in LANGS}
    lines = {lang: texts[lang].lines for lang in LANGS}
    found = (*(p for lang in LANGS for p in texts[lang].problems), *problems)
    empty = [LANG_FILES[lang] for lang in LANGS if not lines[lang]]
    if empty:
        raise UnreadablePolicyError((*(_without_statements(name) for name in empty), *found))
    return Version(
        hash=version_hash(files),
        statements=merge(lines, register.statement),
        register=register,
        lines=lines,
        sources=sources,
        places=places,
        problems=(*found, *missing(lines)),
    )


def version_hash(files: Mapping[str, bytes]) -> VersionHash:
    """Return the SHA-256 that names a version: each file's name, NUL, byte length, NUL, bytes."""
    digest = hashlib.sha256(HASH_PREFIX)
    for name in FILE_NAMES:
        if name in files:
            digest.update(b"%s\0%d\0" % (name.encode(), len(files[name])))
            digest.update(files[name])
    return VersionHash(digest.hexdigest())


def plain(text: str) -> str:
    """Return the visible text of inline Markdown: no emphasis signs, no link targets, no tags."""
    if MARKDOWN_SIGNS.isdisjoint(text):
        return text
    tokens = _markdown().parseInline(text)[0].children or ()
    return "".join(
        " " if token.type in {"softbreak", "hardbreak"} else token.content
        for token in tokens
        if token.type != "html_inline"
    )


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - most policies have no marked-up line

    return MarkdownIt("commonmark")


def _without_statements(name: str) -> Diagnostic:
    return finding(
        "T003",
        Place(name),
        mark("%(file)s holds no statement: no line ends in an id."),
        mark("End each line in ` {#section.name}`, or import the text with `troth policy import`."),
        file=name,
    )
