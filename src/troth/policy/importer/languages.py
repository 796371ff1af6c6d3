"""Which language each block is in, in files of one language or of two."""

import re
from collections.abc import Sequence
from typing import Final

from troth.policy.importer.tree import Block
from troth.policy.words import Lang

_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)[^\s\u3000-\uffff]+|[\w.+-]+@[\w.-]+")
_HAN_WEIGHT: Final = 3  # one Chinese character says about as much as three letters
_OTHER_SHARE: Final = 0.15  # less of the other language than this is names and quotations
_RUN_SHARE: Final = 0.8


def weigh(text: str) -> int:
    """Return how Chinese a text is: positive Chinese, negative Latin, 0 neither.

    Addresses are in no language.
    """
    text = _ADDRESS.sub("", text)
    return _HAN_WEIGHT * len(_HAN.findall(text)) - len(_LATIN.findall(text))


def languages(blocks: Sequence[Block]) -> tuple[Lang, ...]:
    """Return the language of each block of one file.

    A file in one language may quote the other; a file of two holds them one after the other, or
    in turn. Blocks without letters go with the block before them.
    """
    weights = [weigh(block.plain) for block in blocks]
    chinese, latin = sum(w for w in weights if w > 0), -sum(w for w in weights if w < 0)
    if latin < _OTHER_SHARE * chinese:
        return _all("zh", len(blocks))
    if chinese < _OTHER_SHARE * latin:
        return _all("en", len(blocks))
    return _in_two_runs(weights, chinese + latin) or _in_turn(weights)


def _in_two_runs(weights: list[int], total: int) -> tuple[Lang, ...] | None:
    """Return the languages of a file that holds first all of one, then all of the other."""
    everything = sum(weights)
    best, at, before = 0, 0, 0
    for place, weight in enumerate(weights):
        agreement = before - (everything - before)
        if abs(agreement) > abs(best):
            best, at = agreement, place
        before += weight
    if abs(best) < _RUN_SHARE * total:
        return None
    first: Lang = "zh" if best > 0 else "en"
    second: Lang = "en" if best > 0 else "zh"
    return _all(first, at) + _all(second, len(weights) - at)


def _in_turn(weights: list[int]) -> tuple[Lang, ...]:
    found: list[Lang] = []
    last: Lang = next(("zh" if weight > 0 else "en" for weight in weights if weight), "en")
    for weight in weights:
        last = last if not weight else "zh" if weight > 0 else "en"
        found.append(last)
    return tuple(found)


def _all(lang: Lang, count: int) -> tuple[Lang, ...]:
    return (lang,) * count
