"""From a company's policy as it was published to a policy folder: `import_policy`.

Pure: files as bytes in, files as bytes out. Whatever the input, nothing is lost and nothing
invented: the check runs on every import.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from troth.policy.document import Version
from troth.policy.importer import html, markdown, plaintext
from troth.policy.importer.decode import Format, decode, format_of
from troth.policy.importer.folder import language_file, loss
from troth.policy.importer.identity import identities
from troth.policy.importer.kinds import kinds
from troth.policy.importer.languages import languages
from troth.policy.importer.letters import missing
from troth.policy.importer.noise import Noise, clean
from troth.policy.importer.pieces import Entry, Placed, entries
from troth.policy.importer.refusal import ImportRefusedError, TextLostError
from troth.policy.importer.registry import register_file
from troth.policy.importer.structure import check_languages, check_numbers, doubled
from troth.policy.importer.tree import Block, Parsed
from troth.policy.words import LANGS, Lang, Message, StatementId, mark

__all__ = [
    "BEFORE_FIRST_HEADING",
    "ImportRefusedError",
    "Imported",
    "Noise",
    "Report",
    "TextLostError",
    "Unaligned",
    "import_policy",
]

_PARSERS: Final = {"text": plaintext.parse, "markdown": markdown.parse, "html": html.parse}
_DOUBLED_CHARS: Final = 60
BEFORE_FIRST_HEADING: Final = mark("before the first heading")
"""What `Report.sections` calls the statements above every heading; to be translated when shown."""


class Unaligned(Struct, frozen=True):
    """A statement that stands in one language only, and where it came from."""

    id: StatementId
    lang: Lang
    file: str
    line: int
    text: str


class Report(Struct, frozen=True):
    """What an import counts: `sections` are the statements by section, in order of reading.

    Sections go by the id of their heading, what stands above all of them by `BEFORE_FIRST_HEADING`.
    `left_out` is page furniture by file (menus, footers); `new` and `retired` are ids against the
    previous version.
    """

    statements: int
    headings: int
    sections: Mapping[str, int]
    left_out: Mapping[str, tuple[str, ...]]
    new: tuple[StatementId, ...] = ()
    retired: tuple[StatementId, ...] = ()


class Imported(Struct, frozen=True):
    """A policy folder's files by name, the noise found, what stands in one language only."""

    files: Mapping[str, bytes]
    noise: tuple[Noise, ...]
    unaligned: tuple[Unaligned, ...]
    report: Report


class _Input(Struct, frozen=True):
    """One input file parsed: its blocks with their languages; the doubled ones are left out.

    `raw` is its text as it was read, `form` what it was taken for.
    """

    name: str
    raw: str
    form: Format
    parsed: Parsed
    langs: tuple[Lang, ...]
    doubled: frozenset[int]
    noise: tuple[Noise, ...]


def import_policy(
    files: Mapping[str, bytes], *, previous: Version | None, keep_noise: bool
) -> Imported:
    """Turn a policy's text into the files of a policy folder.

    `files` are one bilingual file or several, in order; `previous` is what the folder holds now,
    whose ids go on. Raises `ImportRefusedError` when the input cannot become a policy, and
    `TextLostError` rather than lose or invent a character.
    """
    if not files:
        raise ImportRefusedError(Message(mark("Name at least one file with the policy's text.")))
    inputs = [_parse(name, data, keep_noise=keep_noise) for name, data in files.items()]
    placed = _by_language(inputs)
    check_languages([block for _, block in placed["zh"]], [block for _, block in placed["en"]])
    for lang in LANGS:
        check_numbers(" + ".join(files), [block for _, block in placed[lang]])
    found = tuple(entries(placed["zh"], placed["en"]))
    _check_nothing_is_lost(inputs, found)
    ids = identities(found, previous)
    kinds_ = tuple(kinds(found))
    return Imported(
        files={
            "en.md": language_file(found, ids, "en").encode(),
            "zh.md": language_file(found, ids, "zh").encode(),
            "policy.toml": register_file(found, ids, kinds_, previous).encode(),
        },
        noise=tuple(noise for source in inputs for noise in source.noise),
        unaligned=tuple(_unaligned(found, ids, inputs)),
        report=_report(found, ids, kinds_, inputs, previous),
    )


def _parse(name: str, data: bytes, *, keep_noise: bool) -> _Input:
    text = decode(name, data)
    form: Format = format_of(name, text)
    cleaned, noise = clean(text, name, markup=form != "text", keep=keep_noise)
    parsed = _PARSERS[form](cleaned)
    if not parsed.blocks:
        raise ImportRefusedError(
            Message(mark("%(file)s holds no text a reader would see."), {"file": name})
        )
    repeated = doubled(parsed.blocks)
    noise += tuple(
        _doubled_noise(name, parsed.blocks[place], removed=not keep_noise)
        for place in sorted(repeated)
    )
    return _Input(
        name,
        text,
        form,
        parsed,
        languages(parsed.blocks),
        frozenset() if keep_noise else repeated,
        tuple(sorted(noise, key=lambda n: (n.line, n.column))),
    )


def _doubled_noise(name: str, block: Block, *, removed: bool) -> Noise:
    text = block.plain[:_DOUBLED_CHARS]
    return Noise("doubled", text, name, block.at, 1, text, removed)


def _by_language(inputs: Sequence[_Input]) -> Mapping[Lang, list[Placed]]:
    """Return the blocks of each language; places count on from file to file."""
    placed: dict[Lang, list[Placed]] = {lang: [] for lang in LANGS}
    offset = 0
    for source in inputs:
        for place, (block, lang) in enumerate(zip(source.parsed.blocks, source.langs, strict=True)):
            if place not in source.doubled:
                placed[lang].append((offset + place, block))
        offset += len(source.parsed.blocks)
    return placed


def _check_nothing_is_lost(inputs: Sequence[_Input], found: Sequence[Entry]) -> None:
    texts: dict[int, list[str]] = {}
    for entry in found:
        for lang in LANGS:
            if (piece := entry[lang]) is not None:
                texts.setdefault(piece.source, []).append(piece.plain)
    offset = 0
    for source in inputs:
        written = [
            text
            for place, block in enumerate(source.parsed.blocks)
            for text in (
                [block.plain] if place in source.doubled else texts.get(offset + place, [])
            )
        ]
        offset += len(source.parsed.blocks)
        difference = loss({source.name: source.parsed.visible}, {source.name: written})
        if difference is not None:
            raise TextLostError(
                Message(
                    mark(
                        "Import of %(file)s would change the text (“%(expected)s” became"
                        " “%(found)s”), so nothing was written; this is a defect of Troth."
                    ),
                    dict(zip(("file", "expected", "found"), difference, strict=True)),
                )
            )
        _check_letters(source, written)


def _check_letters(source: _Input, written: Sequence[str]) -> None:
    """Compare with the raw text too, so that a parser that swallows text is found out."""
    noise = [n.text for n in source.noise if n.removed and n.kind != "doubled"]
    lost = missing(source.raw, source.form, [*written, source.parsed.aside, *noise])
    if lost is not None:
        raise TextLostError(
            Message(
                mark(
                    "Import of %(file)s would lose text, most of it of line %(line)s (“%(text)s”),"
                    " so nothing was written; this is a defect of Troth."
                ),
                {"file": source.name, "line": lost[0], "text": lost[1]},
            )
        )


def _unaligned(
    found: Sequence[Entry], ids: Sequence[StatementId], inputs: Sequence[_Input]
) -> list[Unaligned]:
    names = [source.name for source in inputs for _ in source.parsed.blocks]
    alone = []
    for entry, name in zip(found, ids, strict=True):
        piece = entry.zh or entry.en
        if piece is not None and (entry.zh is None or entry.en is None):
            lang: Lang = "en" if entry.zh is None else "zh"
            alone.append(Unaligned(name, lang, names[piece.source], piece.at, piece.plain))
    return alone


def _report(
    found: Sequence[Entry],
    ids: Sequence[StatementId],
    kinds_: Sequence[str],
    inputs: Sequence[_Input],
    previous: Version | None,
) -> Report:
    sections: dict[str, int] = {}
    section = BEFORE_FIRST_HEADING
    for entry, name, kind in zip(found, ids, kinds_, strict=True):
        if entry.role == "heading":
            section = name
            sections.setdefault(section, 0)
        elif kind != "heading":
            sections[section] = sections.get(section, 0) + 1
    before = [] if previous is None else [s.id for s in previous.statements]
    return Report(
        statements=sum(sections.values()),
        headings=sum(kind == "heading" for kind in kinds_),
        sections=sections,
        left_out={source.name: source.parsed.left_out for source in inputs},
        new=tuple(name for name in ids if name not in set(before)) if previous else (),
        retired=tuple(name for name in before if name not in set(ids)),
    )
