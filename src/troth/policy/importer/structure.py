"""Faults of a text's structure: doubled blocks, numbers that contradict, headings that differ."""

from collections.abc import Iterator, Sequence
from typing import Final

from troth.policy.importer.pieces import pair_headings
from troth.policy.importer.plaintext import family, value
from troth.policy.importer.refusal import ImportRefusedError
from troth.policy.importer.tree import Block
from troth.policy.marks import split_mark
from troth.policy.words import Message, mark

_MATCHED_SHARE_MIN: Final = 0.5
_HEADINGS_MIN: Final = 2


def doubled(blocks: Sequence[Block]) -> frozenset[int]:
    """Return the places of blocks that only repeat: the same line twice, the same section twice.

    Of a section that stands twice in a row, the fuller copy stays.
    """
    repeats = {
        place
        for place in range(1, len(blocks))
        if _same(blocks[place - 1], blocks[place]) and blocks[place].plain.strip()
    }
    starts = [place for place, block in enumerate(blocks) if block.role == "heading"]
    bounds = [*starts, len(blocks)]
    for first, second, end in zip(bounds, bounds[1:], bounds[2:], strict=False):
        if second - first < _HEADINGS_MIN or not _same(blocks[first], blocks[second]):
            continue
        a = [block.plain for block in blocks[first:second]]
        b = [block.plain for block in blocks[second:end]]
        if _within(a, b):
            repeats.update(range(first, second))
        elif _within(b, a):
            repeats.update(range(second, end))
    return frozenset(repeats)


def _same(a: Block, b: Block) -> bool:
    return (a.role, a.level, a.plain, a.cells) == (b.role, b.level, b.plain, b.cells)


def _within(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Tell whether all of `part` stands in `whole`, in its order."""
    rest = iter(whole)
    return all(text in rest for text in part)


def check_numbers(file: str, blocks: Sequence[Block]) -> None:
    """Refuse headings whose numbers contradict: one number twice, or a number going back.

    Raises `ImportRefusedError`. A number may be left out, and begins anew under another heading.
    """
    open_at: dict[int, tuple[str, int, Block]] = {}
    for block in blocks:
        if block.role != "heading":
            continue
        for deeper in [level for level in open_at if level > block.level]:
            del open_at[deeper]
        label = split_mark(block.plain)[0]
        number = _last_number(label)
        kind = family(label)
        before = open_at.get(block.level)
        if before is not None and number and before[0] == kind and number <= before[1]:
            raise _contradiction(file, before[2], block)
        if number:
            open_at[block.level] = (kind, number, block)
        elif before is not None and not label:
            del open_at[block.level]


def _last_number(label: str) -> int:
    parts = [part for part in label.replace("．", ".").split(".") if part.strip()]
    return value(parts[-1]) if parts else 0


def _contradiction(file: str, before: Block, block: Block) -> ImportRefusedError:
    return ImportRefusedError(
        Message(
            mark(
                "%(file)s: the headings contradict: line %(line)s “%(title)s” comes after"
                " line %(before_line)s “%(before)s”; number them in order."
            ),
            {
                "file": file,
                "line": block.at,
                "title": block.plain,
                "before_line": before.at,
                "before": before.plain,
            },
        )
    )


def check_languages(zh: Sequence[Block], en: Sequence[Block]) -> None:
    """Refuse two languages that are no translation of each other, by their headings.

    Raises `ImportRefusedError` when one has no text, when fewer than half of the headings go
    together.
    """
    for blocks, message in (
        (zh, mark("There is no Chinese text; give the policy in both languages (zh and en).")),
        (en, mark("There is no English text; give the policy in both languages (zh and en).")),
    ):
        if not blocks:
            raise ImportRefusedError(Message(message))
    heads = [[block for block in blocks if block.role == "heading"] for blocks in (zh, en)]
    most = max(map(len, heads))
    matched = sum(z is not None and e is not None for z, e in pair_headings(*heads))
    if most >= _HEADINGS_MIN and matched < _MATCHED_SHARE_MIN * most:
        raise ImportRefusedError(
            Message(
                mark(
                    "The headings of the two languages do not match (%(zh)s in Chinese, %(en)s in"
                    " English, %(matched)s alike): first difference “%(zh_title)s” /"
                    " “%(en_title)s”. Give both languages the same headings in the same order."
                ),
                dict(_difference(*heads)) | {"matched": matched},
            )
        )


def _difference(zh: Sequence[Block], en: Sequence[Block]) -> Iterator[tuple[str, object]]:
    yield "zh", len(zh)
    yield "en", len(en)
    for z, e in pair_headings(zh, en):
        if z is None or e is None:
            yield "zh_title", zh[z].plain if z is not None else "—"
            yield "en_title", en[e].plain if e is not None else "—"
            return
