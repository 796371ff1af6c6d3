"""From blocks in two languages to entries: each the smallest piece that is the same in both."""

from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from troth.policy.importer.align import Feature, align, feature
from troth.policy.importer.sentences import clause_ends, is_clause, is_own_act, sentence_ends
from troth.policy.importer.tree import Block, Spans, cut, plain, trimmed
from troth.policy.words import LANGS, Lang

Role = Literal["heading", "sentence", "item", "row"]


class Piece(Struct, frozen=True):
    """One entry's text in one language and its place on the page (as in `document.Line`).

    `source` is the place of its block in the input; `whole` says that it is all of the block.
    """

    text: Spans
    source: int
    at: int
    level: int = 0
    mark: str = ""
    opens: bool = False
    continues: bool = False
    cells: tuple[Spans, ...] = ()

    @property
    def plain(self) -> str:
        """The visible text without the list's own mark."""
        return " ".join(map(plain, self.cells)) if self.cells else plain(self.text)


class Entry(Struct, frozen=True):
    """A future line of both files; a language it is not in has None. `leads` a list or table."""

    role: Role
    zh: Piece | None
    en: Piece | None
    leads: bool = False

    def __getitem__(self, lang: Lang) -> Piece | None:
        return self.zh if lang == "zh" else self.en

    def plain(self, lang: Lang) -> str:
        """Return the visible text in a language, "" where it has none."""
        piece = self[lang]
        return "" if piece is None else piece.plain


Placed = tuple[int, Block]
"""A block with its place in the input."""


def sections(blocks: Sequence[Placed]) -> list[list[Placed]]:
    """Return the blocks by section: the first has no heading, each other begins with its own."""
    found: list[list[Placed]] = [[]]
    for placed in blocks:
        if placed[1].role == "heading":
            found.append([])
        found[-1].append(placed)
    return found


def pair_headings(zh: Sequence[Block], en: Sequence[Block]) -> list[tuple[int | None, int | None]]:
    """Return which headings go together, by place."""
    pairs = align(
        [feature(("heading", 0), block.plain) for block in zh],
        [feature(("heading", 0), block.plain) for block in en],
    )
    return [(z[0] if z else None, e[0] if e else None) for z, e in pairs]


def entries(zh: Sequence[Placed], en: Sequence[Placed]) -> Iterator[Entry]:
    """Yield the entries of a policy from the blocks of each language, in order of reading."""
    parts = {"zh": sections(zh), "en": sections(en)}
    heads = {lang: [part[0][1] for part in parts[lang][1:]] for lang in LANGS}
    yield from _section(parts["zh"][0], parts["en"][0])
    for z, e in pair_headings(heads["zh"], heads["en"]):
        yield from _section(
            [] if z is None else parts["zh"][z + 1], [] if e is None else parts["en"][e + 1]
        )


def _section(zh: Sequence[Placed], en: Sequence[Placed]) -> Iterator[Entry]:
    pairs = align([_feature(block) for _, block in zh], [_feature(block) for _, block in en])
    for z, e in pairs:
        first = zh[z[0]] if z else None
        second = en[e[0]] if e else None
        leads = bool(z and _leads(zh, z[0])) or bool(e and _leads(en, e[0]))
        yield from _block(first, second, leads=leads)


def _feature(block: Block) -> Feature:
    group = ("continued", 0) if block.continues else (block.role, 0)
    if block.role == "item":
        group = (group[0], block.level)
    text = f"{block.mark} {block.plain}" if block.mark not in {"", "-"} else block.plain
    return feature(group, text)


def _leads(blocks: Sequence[Placed], at: int) -> bool:
    """Tell whether a block ends with a colon and a list or table follows, deeper than it."""
    block = blocks[at][1]
    if not block.plain.rstrip("\"'”’)）*").endswith((":", "：")) or at + 1 >= len(blocks):
        return False
    following = blocks[at + 1][1]
    if following.role == "row":
        return block.role != "row"
    deeper = block.level if block.role == "item" else 0
    return following.role == "item" and following.level > deeper


def _block(zh: Placed | None, en: Placed | None, *, leads: bool) -> Iterator[Entry]:
    block = (zh or en or (0, Block("paragraph")))[1]
    if block.role in {"heading", "row"}:
        role: Role = "heading" if block.role == "heading" else "row"
        yield Entry(role, _whole(zh), _whole(en), leads=leads)
        return
    cuts = _cuts(zh, en, is_item=block.role == "item")
    for number, (z, e) in enumerate(cuts):
        yield Entry(
            "item" if block.role == "item" else "sentence",
            _part(zh, z, first=number == 0),
            _part(en, e, first=number == 0),
            leads=leads and number == len(cuts) - 1,
        )


def _whole(placed: Placed | None) -> Piece | None:
    if placed is None:
        return None
    source, block = placed
    return Piece(
        block.spans, source, block.at, block.level, block.mark, block.opens, cells=block.cells
    )


Range = tuple[int, int]


def _part(placed: Placed | None, where: Range | None, *, first: bool) -> Piece | None:
    if placed is None or where is None:
        return None
    source, block = placed
    spans = trimmed(cut(block.spans, *where))
    if not spans:
        return None
    continues = block.continues or (block.role == "item" and where[0] > 0)
    opens = (block.opens or block.role == "paragraph") and first
    mark = "" if continues else block.mark
    return Piece(spans, source, block.at, block.level, mark, opens and not continues, continues)


def _cuts(
    zh: Placed | None, en: Placed | None, *, is_item: bool
) -> list[tuple[Range | None, Range | None]]:
    """Return the ranges of visible text that make one entry, in each language."""
    if zh is None or en is None:
        lang: Lang = "en" if zh is None else "zh"
        placed = zh or en
        if placed is None:
            return []
        text = placed[1].plain
        ranges = _ranges(text, _safe(placed[1], sentence_ends(text, lang)))
        alone = _acts(text, ranges, lang) if is_item else ranges
        return [(r, None) if lang == "zh" else (None, r) for r in alone]
    z_text, e_text = zh[1].plain, en[1].plain
    z_ranges = _ranges(z_text, _safe(zh[1], sentence_ends(z_text, "zh")))
    e_ranges = _ranges(e_text, _safe(en[1], sentence_ends(e_text, "en")))
    pairs = _sentence_pairs(z_text, z_ranges, e_text, e_ranges)
    if is_item:
        return _acts_in_both(z_text, e_text, pairs)
    return [half for pair in pairs for half in _halves(zh[1], en[1], *pair)]


def _sentence_pairs(
    z_text: str, z_ranges: list[Range], e_text: str, e_ranges: list[Range]
) -> list[tuple[Range | None, Range | None]]:
    pairs = align(
        [feature(("sentence", 0), z_text[a:b]) for a, b in z_ranges],
        [feature(("sentence", 0), e_text[a:b]) for a, b in e_ranges],
        merge=True,
    )
    return [
        (
            (z_ranges[z[0]][0], z_ranges[z[-1]][1]) if z else None,
            (e_ranges[e[0]][0], e_ranges[e[-1]][1]) if e else None,
        )
        for z, e in pairs
    ]


def _ranges(text: str, ends: list[int]) -> list[Range]:
    starts = [0, *ends[:-1]]
    return [(a, b) for a, b in zip(starts, ends, strict=True) if text[a:b].strip()]


def _safe(block: Block, ends: list[int]) -> list[int]:
    """Drop the ends that fall inside a link or code."""
    if all(not span.href and not span.code for span in block.spans):
        return ends
    inside: list[Range] = []
    at = 0
    for span in block.spans:
        if span.href or span.code:
            inside.append((at, at + len(span.text)))
        at += len(span.text)
    return [end for end in ends if not any(a < end < b for a, b in inside)]


def _acts(text: str, ranges: list[Range], lang: Lang) -> list[Range]:
    """Join the sentences of an item, except those that state an act of their own."""
    joined: list[Range] = []
    for start, end in ranges:
        if joined and not is_own_act(text[start:end], lang):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _acts_in_both(
    z_text: str, e_text: str, pairs: list[tuple[Range | None, Range | None]]
) -> list[tuple[Range | None, Range | None]]:
    joined: list[tuple[Range | None, Range | None]] = []
    for z, e in pairs:
        apart = (
            z is not None
            and e is not None
            and is_own_act(z_text[slice(*z)], "zh")
            and is_own_act(e_text[slice(*e)], "en")
        )
        if joined and not (apart and all(joined[-1])):
            joined[-1] = (_span_over(joined[-1][0], z), _span_over(joined[-1][1], e))
        else:
            joined.append((z, e))
    return joined


def _span_over(a: Range | None, b: Range | None) -> Range | None:
    if a is None or b is None:
        return a or b
    return (a[0], b[1])


def _halves(
    zh: Block, en: Block, z: Range | None, e: Range | None
) -> list[tuple[Range | None, Range | None]]:
    """Split a sentence at its semicolons where every part is a clause, alike in both languages."""
    if z is None or e is None:
        return [(z, e)]
    z_parts = _clauses(zh, z, "zh")
    e_parts = _clauses(en, e, "en")
    if len(z_parts) != len(e_parts):
        return [(z, e)]
    return list(zip(z_parts, e_parts, strict=True))


def _clauses(block: Block, where: Range, lang: Lang) -> list[Range]:
    text = block.plain[where[0] : where[1]]
    ends = _safe(block, [where[0] + end for end in clause_ends(text)])
    parts = list(zip([where[0], *ends], [*ends, where[1]], strict=True))
    if all(is_clause(block.plain[a:b], lang) for a, b in parts):
        return parts
    return [where]
